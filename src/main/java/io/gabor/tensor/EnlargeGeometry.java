package io.gabor.tensor;

/**
 * The shapes of enlarging images, without the batch: {@code C×H×W} to {@code C×OH×OW}. Each pixel becomes a square of equal
 * ones, and zeros are put around. Checked once, here.
 *
 * @param channels C
 * @param height H
 * @param width W
 * @param factor the side of the square that a pixel becomes
 * @param top the rows of zeros above
 * @param bottom the rows of zeros below
 * @param left the columns of zeros on the left
 * @param right the columns of zeros on the right
 */
public record EnlargeGeometry(
        int channels, int height, int width, int factor, int top, int bottom, int left, int right) {
    public EnlargeGeometry {
        if (factor < 1) {
            throw new ShapeException("images are enlarged by a factor of at least 1, found " + factor);
        }
        if (top < 0 || bottom < 0 || left < 0 || right < 0) {
            throw new ShapeException("zeros are put on each side or not, found top " + top + ", bottom " + bottom
                    + ", left " + left + ", right " + right);
        }
        Shape.of(channels, height, width);
        extent("height", height, factor, top, bottom);
        extent("width", width, factor, left, right);
        Shape.of(channels, height * factor + top + bottom, width * factor + left + right);
    }

    private static void extent(String axis, int in, int factor, int before, int after) {
        long out = (long) in * factor + before + after;
        if (out > Integer.MAX_VALUE) {
            throw new ShapeException("an image's " + axis + " is at most 2147483647, found " + out);
        }
    }

    /** Returns OH, {@code H·factor + top + bottom}. */
    public int outHeight() {
        return height * factor + top + bottom;
    }

    /** Returns OW, {@code W·factor + left + right}. */
    public int outWidth() {
        return width * factor + left + right;
    }

    /** Returns {@code C×H×W}. */
    public Shape inputShape() {
        return Shape.of(channels, height, width);
    }

    /** Returns {@code C×OH×OW}. */
    public Shape outputShape() {
        return Shape.of(channels, outHeight(), outWidth());
    }

    @Override
    public String toString() {
        return "enlarge " + inputShape() + " -> " + outputShape() + ", factor " + factor + ", zeros " + top + ","
                + bottom + "," + left + "," + right;
    }
}
