package io.gabor.backend.reference;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * A batch of changed images, each by its row of {@link ImageEdit}. With {@code image(i)[c,y,x]} the i-th image of the batch
 * by its map, field and gain alone, and j the partner of i:
 *
 * <pre>
 * mixed = image(j)                       in i's box
 *         l·image(i) + (1 − l)·image(j)  elsewhere
 * out   = 0                              where i is cut
 *         mixed · scale[c] + shift[c]    elsewhere
 * </pre>
 */
final class Augmented {
    private final ReferenceStorage stored;
    private final int channels;
    private final int height;
    private final int width;
    private final int[] edits;
    private final int rowWidth;

    private Augmented(ReferenceStorage stored, Shape shape, int[] edits, int rowWidth) {
        this.stored = stored;
        this.channels = shape.dim(1);
        this.height = shape.dim(2);
        this.width = shape.dim(3);
        this.edits = edits;
        this.rowWidth = rowWidth;
    }

    static void augment(
            Arguments args,
            int n,
            Tensor samples,
            Tensor order,
            Tensor cursor,
            Tensor edits,
            Tensor scale,
            Tensor shift,
            Tensor out) {
        args.count("n", n);
        ReferenceStorage stored = args.anyInput("samples", samples, 1);
        Shape shape = samples.shape();
        if (stored.type() == ElementType.I32 || shape.rank() != 4) {
            throw args.error("samples must be U8 or F32 images (M×C×H×W), found " + samples);
        }
        int first = Batches.firstPosition(args, n, order, cursor);
        int[] orders = args.intInput("order", order, 1);
        int rowWidth = rowWidth(args, edits);
        int[] rows = args.intInput("edits", edits, (long) n * rowWidth);
        double[] scales = args.input("scale", scale, shape.dim(1));
        double[] shifts = args.input("shift", shift, shape.dim(1));
        double[] outs = args.output("out", out, (long) n * shape.sample().size());

        Augmented images = new Augmented(stored, shape, rows, rowWidth);
        int at = 0;
        for (int i = 0; i < n; i++) {
            int partner = partner(args, rows[i * rowWidth + ImageEdit.PARTNER], i, n);
            int own = Batches.sample(args, orders, first + i, shape.dim(0));
            int other = Batches.sample(args, orders, first + partner, shape.dim(0));
            for (int c = 0; c < shape.dim(1); c++) {
                for (int y = 0; y < shape.dim(2); y++) {
                    for (int x = 0; x < shape.dim(3); x++) {
                        boolean cut = images.inside(i, ImageEdit.CUT, x, y);
                        double mixed = images.mixed(i, own, partner, other, c, x, y);
                        outs[at++] = cut ? 0 : mixed * scales[c] + shifts[c];
                    }
                }
            }
        }
    }

    /** {@code out[i,c] = s·target[i,c] + (1 − s)·target[j,c]}, with the share s and the partner j of the i-th row. */
    static void mixTargets(Arguments args, int n, int width, Tensor target, Tensor edits, Tensor out) {
        args.count("n", n);
        args.count("width", width);
        double[] targets = args.input("target", target, (long) n * width);
        int rowWidth = rowWidth(args, edits);
        int[] rows = args.intInput("edits", edits, (long) n * rowWidth);
        double[] outs = args.output("out", out, (long) n * width);
        for (int i = 0; i < n; i++) {
            int partner = partner(args, rows[i * rowWidth + ImageEdit.PARTNER], i, n);
            double share = fixed(rows[i * rowWidth + ImageEdit.SHARE]);
            for (int c = 0; c < width; c++) {
                outs[i * width + c] = share * targets[i * width + c] + (1 - share) * targets[partner * width + c];
            }
        }
    }

    private static int rowWidth(Arguments args, Tensor edits) {
        int found = edits == null ? 0 : edits.size() / edits.shape().dim(0);
        if (found != ImageEdit.WIDTH && found != ImageEdit.ELASTIC_WIDTH) {
            throw args.error("edits must have rows of " + ImageEdit.WIDTH + " or " + ImageEdit.ELASTIC_WIDTH
                    + " numbers, found " + edits);
        }
        return found;
    }

    private static int partner(Arguments args, int partner, int i, int n) {
        if (partner < 0 || partner >= n) {
            throw args.error("the partner of image " + i + " must be from 0 to " + (n - 1) + ", found " + partner);
        }
        return partner;
    }

    private int edit(int i, int what) {
        return edits[i * rowWidth + what];
    }

    private boolean inside(int i, int box, int x, int y) {
        return x >= edit(i, box) && y >= edit(i, box + 1) && x < edit(i, box + 2) && y < edit(i, box + 3);
    }

    private double mixed(int i, int own, int partner, int other, int c, int x, int y) {
        double share = inside(i, ImageEdit.BOX, x, y) ? 0 : fixed(edit(i, ImageEdit.BLEND));
        return (share == 0 ? 0 : share * image(i, own, c, x, y))
                + (share == 1 ? 0 : (1 - share) * image(partner, other, c, x, y));
    }

    private static double fixed(int number) {
        return (double) number / ImageEdit.ONE;
    }

    /** The i-th image of the batch by its map, field and gain. */
    private double image(int i, int sample, int c, int x, int y) {
        int map = i * rowWidth + ImageEdit.MAP;
        long atX = (long) edits[map] * x + (long) edits[map + 1] * y + edits[map + 2];
        long atY = (long) edits[map + 3] * x + (long) edits[map + 4] * y + edits[map + 5];
        if (rowWidth == ImageEdit.ELASTIC_WIDTH) {
            int field = i * rowWidth + ImageEdit.FIELD;
            atX += displacement(field, x, y);
            atY += displacement(field + ImageEdit.CONTROLS * ImageEdit.CONTROLS, x, y);
        }
        double value = bilinear(i, (sample * channels + c) * height * width, atX, atY);
        return fixed(edit(i, ImageEdit.GAIN)) * value + fixed(edit(i, ImageEdit.GAIN + 1));
    }

    private long displacement(int field, int x, int y) {
        int acrossAt = ImageEdit.step(x, width);
        int downAt = ImageEdit.step(y, height);
        long[] columns = new long[3];
        for (int k = 0; k < 3; k++) {
            int at = field + downAt / 256 * ImageEdit.CONTROLS + acrossAt / 256 + k;
            columns[k] = ImageEdit.spline(
                    downAt % 256, edits[at], edits[at + ImageEdit.CONTROLS], edits[at + 2 * ImageEdit.CONTROLS]);
        }
        return ImageEdit.spline(acrossAt % 256, columns[0], columns[1], columns[2]);
    }

    /** A stored value at a place in fixed point. A neighbour that has no weight is not asked. */
    private double bilinear(int i, int plane, long atX, long atY) {
        int left = (int) (atX >> ImageEdit.FRACTION_BITS);
        int top = (int) (atY >> ImageEdit.FRACTION_BITS);
        double right = fixed((int) (atX & (ImageEdit.ONE - 1)));
        double below = fixed((int) (atY & (ImageEdit.ONE - 1)));
        double sum = 0;
        for (int down = 0; down < 2; down++) {
            for (int across = 0; across < 2; across++) {
                double weight = (across == 0 ? 1 - right : right) * (down == 0 ? 1 - below : below);
                if (weight > 0) {
                    sum += weight * value(i, plane, left + across, top + down);
                }
            }
        }
        return sum;
    }

    private double value(int i, int plane, int x, int y) {
        boolean within = x >= 0 && x < width && y >= 0 && y < height;
        if (!within && edit(i, ImageEdit.PADDING) == ImageEdit.ZERO) {
            return 0;
        }
        return Batches.value(stored, plane + reflected(y, height) * width + reflected(x, width));
    }

    /** The pixel that a place outside shows: the row of pixels runs to and fro, without repeating its ends. */
    private static int reflected(int place, int size) {
        int period = Math.max(1, 2 * (size - 1));
        int within = Math.floorMod(place, period);
        return Math.min(within, period - within);
    }
}
