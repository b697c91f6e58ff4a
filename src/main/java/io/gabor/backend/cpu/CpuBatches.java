package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;

/** The ops that assemble a batch from a data set in memory, and that count hits. */
final class CpuBatches {
    /** Samples in a chunk. */
    private static final int SAMPLES = 4;

    private final CpuContext context;
    private final Kernels kernels;
    private final WorkerPool.Task gathering = this::gatherSome;

    private int count;
    private int first;
    private int channels;
    private int pixels;
    private float[] floats;
    private byte[] bytes;
    private int[] order;
    private float[] scale;
    private float[] shift;
    private float[] out;

    CpuBatches(CpuContext context) {
        this.context = context;
        kernels = context.kernels();
    }

    void gather(
            int n,
            Tensor samples,
            Tensor orderTensor,
            Tensor cursor,
            Tensor scaleTensor,
            Tensor shiftTensor,
            Tensor outTensor) {
        String op = "gather";
        Memory.range(op, "n", n, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        CpuStorage stored = memory.storage(op, "samples", samples, 1);
        if (stored.type == ElementType.I32 || samples.shape().rank() < 2) {
            throw Memory.error(
                    op, "samples must be U8 or F32 with a channel axis behind the first (M×C×...), found " + samples);
        }
        int stock = samples.shape().dim(0);
        count = n;
        channels = samples.shape().dim(1);
        pixels = samples.size() / stock / channels;
        order = memory.ints(op, "order", orderTensor, 1);
        first = position(op, n, orderTensor, memory.ints(op, "cursor", cursor, 1));
        scale = memory.floats(op, "scale", scaleTensor, channels);
        shift = memory.floats(op, "shift", shiftTensor, channels);
        out = memory.output(op, "out", outTensor, (long) n * channels * pixels);
        floats = stored.floats;
        bytes = stored.bytes;
        Memory.separate(op, "out", out, "samples", floats);
        Memory.separate(op, "out", out, "scale", scale);
        Memory.separate(op, "out", out, "shift", shift);
        checkOrder(op, n, first, order, stock);
        context.pool().run(gathering, CpuContext.ceilDiv(n, SAMPLES), (long) WorkerPool.MOVE * n * channels * pixels);
    }

    private void gatherSome(int chunk, int worker) {
        int end = Math.min((chunk + 1) * SAMPLES, count);
        for (int i = chunk * SAMPLES; i < end; i++) {
            gather(i);
        }
    }

    private void gather(int i) {
        for (int c = 0; c < channels; c++) {
            int from = (order[first + i] * channels + c) * pixels;
            int to = (i * channels + c) * pixels;
            if (bytes != null) {
                kernels.scaleBytes(pixels, scale[c], shift[c], bytes, from, out, to);
            } else {
                kernels.scaleAndShift(pixels, scale[c], shift[c], floats, from, out, to);
            }
        }
    }

    static int position(String op, int n, Tensor order, int[] cursor) {
        if (cursor[0] < 0 || cursor[0] > order.size() - n) {
            throw Memory.error(
                    op,
                    "a batch of " + n + " at position " + cursor[0] + " is beyond the end of an order of "
                            + order.size() + " samples");
        }
        return cursor[0];
    }

    static void checkOrder(String op, int n, int first, int[] order, int count) {
        for (int i = first; i < first + n; i++) {
            if (order[i] < 0 || order[i] >= count) {
                throw Memory.error(
                        op, "order[" + i + "] must be a sample from 0 to " + (count - 1) + ", found " + order[i]);
            }
        }
    }

    static void checkLabels(String op, int n, int classes, int[] labels) {
        for (int i = 0; i < n; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw Memory.error(op, "labels[" + i + "] must be from 0 to " + (classes - 1) + ", found " + labels[i]);
            }
        }
    }

    void gatherLabels(int n, Tensor labels, Tensor orderTensor, Tensor cursor, Tensor result) {
        String op = "gatherLabels";
        Memory.range(op, "n", n, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        int[] all = memory.ints(op, "labels", labels, 1);
        int[] positions = memory.ints(op, "order", orderTensor, 1);
        int start = position(op, n, orderTensor, memory.ints(op, "cursor", cursor, 1));
        int[] outs = memory.ints(op, "out", result, n);
        Memory.separate(op, "out", outs, "labels", all);
        Memory.separate(op, "out", outs, "order", positions);
        checkOrder(op, n, start, positions, labels.size());
        for (int i = 0; i < n; i++) {
            outs[i] = all[positions[start + i]];
        }
    }

    void oneHot(int n, int classes, Tensor labelTensor, Tensor target) {
        String op = "oneHot";
        Memory.range(op, "n", n, 1, Integer.MAX_VALUE);
        Memory.range(op, "classes", classes, 1, Integer.MAX_VALUE);
        int[] labels = context.memory().ints(op, "labels", labelTensor, n);
        float[] targets = context.memory().floats(op, "target", target, (long) n * classes);
        checkLabels(op, n, classes, labels);
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < classes; c++) {
                targets[i * classes + c] = c == labels[i] ? 1 : 0;
            }
        }
    }

    void countCorrect(int n, int classes, Tensor scoreTensor, Tensor labelTensor, Tensor correct) {
        String op = "countCorrect";
        Memory.range(op, "n", n, 1, Integer.MAX_VALUE);
        Memory.range(op, "classes", classes, 1, Integer.MAX_VALUE);
        float[] scores = context.memory().floats(op, "scores", scoreTensor, (long) n * classes);
        int[] labels = context.memory().ints(op, "labels", labelTensor, n);
        int[] counter = context.memory().ints(op, "correct", correct, 1);
        Memory.separate(op, "correct", counter, "labels", labels);
        checkLabels(op, n, classes, labels);
        int hits = 0;
        for (int i = 0; i < n; i++) {
            int row = i * classes;
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (scores[row + c] > scores[row + best]) {
                    best = c;
                }
            }
            if (best == labels[i]) {
                hits++;
            }
        }
        counter[0] += hits;
    }
}
