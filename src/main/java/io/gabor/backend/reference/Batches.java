package io.gabor.backend.reference;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * What assembles a batch from a data set in backend memory, and counts hits. M stored samples of C channels with P pixels
 * each; {@code order}: a permutation of an epoch; {@code s = order[cursor[0] + i]} is the i-th sample of the batch.
 *
 * <pre>
 * gather         out[i,c,p]  = samples[s,c,p] · scale[c] + shift[c]         U8 pixels count as 0 to 255
 * gatherLabels   out[i]      = labels[s]
 * oneHot         target[i,c] = [c = labels[i]]
 * countCorrect   correct[0] += Σ over i of [first maximum of scores[i,·] is at labels[i]]
 * </pre>
 */
final class Batches {
    private Batches() {}

    static void gather(
            Arguments args,
            int n,
            Tensor samples,
            Tensor order,
            Tensor cursor,
            Tensor scale,
            Tensor shift,
            Tensor out) {
        args.count("n", n);
        ReferenceStorage stored = args.anyInput("samples", samples, 1);
        Shape shape = samples.shape();
        if (stored.type() == ElementType.I32 || shape.rank() < 2) {
            throw args.error(
                    "samples must be U8 or F32 with a channel axis behind the first (M×C×...), found " + samples);
        }
        int channels = shape.dim(1);
        int pixels = shape.sample().size() / channels;
        int first = firstPosition(args, n, order, cursor);
        int[] orders = args.intInput("order", order, 1);
        double[] scales = args.input("scale", scale, channels);
        double[] shifts = args.input("shift", shift, channels);
        double[] outs = args.output("out", out, (long) n * channels * pixels);

        for (int i = 0; i < n; i++) {
            int s = sample(args, orders, first + i, shape.dim(0));
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    double value = value(stored, (s * channels + c) * pixels + p);
                    outs[(i * channels + c) * pixels + p] = value * scales[c] + shifts[c];
                }
            }
        }
    }

    static double value(ReferenceStorage stored, int index) {
        return stored.type() == ElementType.U8 ? stored.bytesArray()[index] & 0xFF : stored.floats()[index];
    }

    static void gatherLabels(Arguments args, int n, Tensor labels, Tensor order, Tensor cursor, Tensor out) {
        args.count("n", n);
        int[] all = args.intInput("labels", labels, 1);
        int first = firstPosition(args, n, order, cursor);
        int[] orders = args.intInput("order", order, 1);
        int[] outs = args.intOutput("out", out, n);

        for (int i = 0; i < n; i++) {
            outs[i] = all[sample(args, orders, first + i, labels.size())];
        }
    }

    /** Returns the position of the batch in the epoch, checked to have n samples from there on. */
    static int firstPosition(Arguments args, int n, Tensor order, Tensor cursor) {
        int position = args.intInput("cursor", cursor, 1)[0];
        if (position < 0 || position > order.size() - n) {
            throw args.error("a batch of " + n + " at position " + position + " is beyond the end of an order of "
                    + order.size() + " samples");
        }
        return position;
    }

    static int sample(Arguments args, int[] orders, int position, int stored) {
        int s = orders[position];
        if (s < 0 || s >= stored) {
            throw args.error("order[" + position + "] must be a sample from 0 to " + (stored - 1) + ", found " + s);
        }
        return s;
    }

    static void oneHot(int n, int classes, int[] labels, double[] target) {
        Arrays.fill(target, 0, n * classes, 0);
        for (int i = 0; i < n; i++) {
            target[i * classes + labels[i]] = 1;
        }
    }

    static int countCorrect(int n, int classes, double[] scores, int[] labels) {
        int correct = 0;
        for (int i = 0; i < n; i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (scores[i * classes + c] > scores[i * classes + best]) {
                    best = c;
                }
            }
            if (best == labels[i]) {
                correct++;
            }
        }
        return correct;
    }
}
