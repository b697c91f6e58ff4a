package io.gabor.data.augment;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;

/**
 * Draws what an {@link Augmentation} does to the images of a batch, as rows of {@link ImageEdit}. Each number is a function
 * of seed, epoch, sample and change alone, so a batch can be drawn again, in any order, and a change that is added leaves
 * the draws of the others as they were. Only partners depend on the batch.
 *
 * <p>The map is, from the output to the stored image, with everything about the centre:
 *
 * <pre>
 * stored = mirror · (turn · slant · size)⁻¹ · (output − shift − crop) + displacement
 * </pre>
 *
 * <p><b>Elastic distortion</b> after Simard, Steinkraus and Platt ("Best Practices for Convolutional Neural Networks Applied
 * to Visual Document Analysis", ICDAR 2003). They smooth white noise with a Gaussian; here it is on a grid of control points
 * an image's quarter apart, and a quadratic B-spline between them, whose kernel has a standard deviation of half that
 * distance: 3.5 pixels for MNIST, where they have 4. The strength is the displacement that comes out (root mean square along
 * an axis), theirs a factor before the smoothing: their 34 is 1.4 pixels.
 *
 * <p><b>Mixing</b> after Zhang et al. ("mixup", ICLR 2018) and Yun et al. ("CutMix", ICCV 2019), but that every image has a
 * partner and a share of its own. With both, half of the images have the one, half the other.
 */
public final class EditDraws {
    /** Keeps these random numbers apart from all others that are drawn from the same seed. */
    private static final long STREAM = 0x4155474DL << 24;

    private static final Change[] CHANGES = Change.values();
    /** Of the displacement between controls, as a part of that at the controls: root mean square of the spline's weights. */
    private static final double SPLINE_SPREAD = 0.55;
    /** The largest displacement at a control: {@link ImageEdit#FIELD}. */
    private static final int MOST = (1 << 24) - 1;

    private final Augmentation augmentation;
    private final int height;
    private final int width;
    /** From the smallest stored value to the largest. */
    private final double range;

    private final long seed;
    private final int rowWidth;
    private final int[] rows;
    private Philox random;

    /**
     * Prepares to draw.
     *
     * @param sample C×H×W
     * @param type what samples are stored as: U8 from 0 to 255, or F32, taken to be from 0 to 1
     * @param maxBatch the largest number of images at a time
     */
    public EditDraws(Augmentation augmentation, Shape sample, ElementType type, int maxBatch, long seed) {
        if (sample.rank() != 3) {
            throw new IllegalArgumentException("only images (C×H×W) can be changed at random, and the samples are "
                    + sample + "; train without augmentation");
        }
        this.augmentation = augmentation;
        this.height = sample.dim(1);
        this.width = sample.dim(2);
        this.range = type == ElementType.U8 ? 255 : 1;
        this.seed = seed;
        this.rowWidth = strength(Change.ELASTIC) > 0 ? ImageEdit.ELASTIC_WIDTH : ImageEdit.WIDTH;
        this.rows = new int[maxBatch * rowWidth];
        start(0);
    }

    /** Returns the numbers of a row. */
    public int rowWidth() {
        return rowWidth;
    }

    /** Goes to an epoch. */
    public void start(int epoch) {
        random = new Philox(seed, STREAM + epoch);
    }

    /**
     * Draws for the samples {@code order[from] ... order[from + n − 1]}.
     *
     * @return their rows, the first at 0; valid until the next call
     */
    public int[] draw(int[] order, int from, int n) {
        for (int i = 0; i < n; i++) {
            draw(order[from + i], i, n);
        }
        return rows;
    }

    private double strength(Change change) {
        return augmentation.strength(change);
    }

    /** Goes to the random numbers of one change of one sample; returns whether it is made at all. */
    private boolean begin(Change change, int sample) {
        if (strength(change) == 0) {
            return false;
        }
        random.moveTo(((long) sample * CHANGES.length + change.ordinal()) << 16);
        return true;
    }

    private double within(double strength) {
        return random.uniform(-strength, strength);
    }

    private int wholeWithin(double strength) {
        int most = (int) strength;
        return random.nextInt(2 * most + 1) - most;
    }

    private void draw(int sample, int i, int n) {
        int row = i * rowWidth;
        ImageEdit.clear(rows, row, i, rowWidth);
        map(sample, row);
        if (begin(Change.ELASTIC, sample)) {
            field(row);
        }
        light(sample, row);
        if (begin(Change.CUTOUT, sample)) {
            int side = (int) strength(Change.CUTOUT);
            box(row + ImageEdit.CUT, side, side);
        }
        mix(sample, row, i, n);
    }

    private void map(int sample, int row) {
        int right = 0;
        int down = 0;
        if (begin(Change.SHIFT, sample)) {
            right += wholeWithin(strength(Change.SHIFT));
            down += wholeWithin(strength(Change.SHIFT));
        }
        if (begin(Change.CROP, sample)) {
            right += wholeWithin(strength(Change.CROP));
            down += wholeWithin(strength(Change.CROP));
            rows[row + ImageEdit.PADDING] = ImageEdit.REFLECT;
        }
        double angle = begin(Change.ROTATE, sample) ? Math.toRadians(within(strength(Change.ROTATE))) : 0;
        double size =
                begin(Change.SCALE, sample) ? StrictMath.exp(within(StrictMath.log1p(strength(Change.SCALE)))) : 1;
        double slant = begin(Change.SHEAR, sample) ? StrictMath.tan(Math.toRadians(within(strength(Change.SHEAR)))) : 0;
        boolean mirrored = begin(Change.FLIP, sample) && random.nextInt() < 0;

        // the inverse of (turn by the angle) · (1 slant; 0 1) · size
        double cos = StrictMath.cos(angle) / size;
        double sin = StrictMath.sin(angle) / size;
        int sign = mirrored ? -1 : 1;
        int xx = fixed(sign * (cos + slant * sin));
        int xy = fixed(sign * (sin - slant * cos));
        int yx = fixed(-sin);
        int yy = fixed(cos);
        int map = row + ImageEdit.MAP;
        rows[map] = xx;
        rows[map + 1] = xy;
        rows[map + 2] = origin(width - 1, xx, right, width - 1, xy, down, height - 1);
        rows[map + 3] = yx;
        rows[map + 4] = yy;
        rows[map + 5] = origin(height - 1, yx, right, width - 1, yy, down, height - 1);
    }

    /** Returns where output pixel (0, 0) comes from, along the axis whose last pixel is {@code last}: exact for whole maps. */
    private static int origin(int last, long ofX, int right, int lastX, long ofY, int down, int lastY) {
        long twice = (long) last * ImageEdit.ONE - ofX * (lastX + 2L * right) - ofY * (lastY + 2L * down);
        return Math.toIntExact(twice >> 1);
    }

    private static int fixed(double value) {
        return (int) Math.rint(value * ImageEdit.ONE);
    }

    private void field(int row) {
        double most = Math.sqrt(3) / SPLINE_SPREAD * strength(Change.ELASTIC);
        for (int k = ImageEdit.FIELD; k < ImageEdit.ELASTIC_WIDTH; k++) {
            // 32 bits are enough here, and twice as fast as 64
            double part = random.nextInt() * 0x1p-31;
            rows[row + k] = Math.max(-MOST, Math.min(MOST, fixed(part * most)));
        }
    }

    private void light(int sample, int row) {
        double gain = begin(Change.CONTRAST, sample) ? 1 + within(strength(Change.CONTRAST)) : 1;
        double offset = begin(Change.BRIGHTNESS, sample) ? within(strength(Change.BRIGHTNESS)) : 0;
        rows[row + ImageEdit.GAIN] = fixed(gain);
        rows[row + ImageEdit.GAIN + 1] = fixed(range * (offset + (1 - gain) / 2));
    }

    /** Writes a box of this size whose middle is anywhere in the image; what is outside is cut off. */
    private void box(int at, int boxWidth, int boxHeight) {
        int left = random.nextInt(width) - boxWidth / 2;
        int top = random.nextInt(height) - boxHeight / 2;
        rows[at] = Math.max(0, left);
        rows[at + 1] = Math.max(0, top);
        rows[at + 2] = Math.min(width, left + boxWidth);
        rows[at + 3] = Math.min(height, top + boxHeight);
    }

    private void mix(int sample, int row, int i, int n) {
        boolean cuts = begin(Change.CUTMIX, sample);
        boolean blends = begin(Change.MIXUP, sample);
        if (!cuts && !blends) {
            return;
        }
        int partner = random.nextInt(n);
        if (cuts && blends) {
            cuts = random.nextInt() < 0;
        }
        double share = Beta.draw(random, strength(cuts ? Change.CUTMIX : Change.MIXUP));
        if (partner == i) {
            return;
        }
        rows[row + ImageEdit.PARTNER] = partner;
        if (cuts) {
            double side = Math.sqrt(1 - share);
            box(row + ImageEdit.BOX, (int) Math.rint(width * side), (int) Math.rint(height * side));
            int at = row + ImageEdit.BOX;
            double covered = (double) (rows[at + 2] - rows[at]) * (rows[at + 3] - rows[at + 1]);
            rows[row + ImageEdit.SHARE] = fixed(1 - covered / width / height);
        } else {
            rows[row + ImageEdit.BLEND] = fixed(share);
            rows[row + ImageEdit.SHARE] = rows[row + ImageEdit.BLEND];
        }
    }
}
