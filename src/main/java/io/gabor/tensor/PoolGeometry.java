package io.gabor.tensor;

/**
 * The shapes of 2-D pooling, without the batch: {@code C×H×W} to {@code C×OH×OW}, each channel by itself. Checked once,
 * here; padding is smaller than the kernel, so that every window holds at least one real value.
 *
 * @param channels C
 * @param rows how the window slides along the height
 * @param cols how the window slides along the width
 */
public record PoolGeometry(int channels, WindowAxis rows, WindowAxis cols) {
    public PoolGeometry {
        if (channels < 1) {
            throw new ShapeException("channels must be at least 1, found " + channels);
        }
        check("height", rows);
        check("width", cols);
        Shape.of(channels, rows.in(), cols.in());
        Shape.of(channels, rows.out(), cols.out());
    }

    private static void check(String axis, WindowAxis window) {
        if (window.dilation() != 1) {
            throw new ShapeException("pooling has no dilation, found " + window.dilation() + " along the " + axis);
        }
        if (window.padBefore() >= window.kernel() || window.padAfter() >= window.kernel()) {
            throw new ShapeException("pooling's padding along the " + axis + " must be smaller than its kernel of "
                    + window.kernel() + ", found " + Math.max(window.padBefore(), window.padAfter()));
        }
    }

    /** Returns the geometry of a window that covers the whole image. */
    public static PoolGeometry global(int channels, int height, int width) {
        return new PoolGeometry(
                channels,
                new WindowAxis(height, height, 1, 1, 0, 0, false),
                new WindowAxis(width, width, 1, 1, 0, 0, false));
    }

    /** Returns {@code C×H×W}. */
    public Shape inputShape() {
        return Shape.of(channels, rows.in(), cols.in());
    }

    /** Returns {@code C×OH×OW}. */
    public Shape outputShape() {
        return Shape.of(channels, rows.out(), cols.out());
    }

    @Override
    public String toString() {
        String text = "pool " + inputShape() + " -> " + outputShape() + ", kernel " + rows.kernel() + "×"
                + cols.kernel() + ", stride " + rows.stride() + "×" + cols.stride();
        if (rows.padBefore() + rows.padAfter() + cols.padBefore() + cols.padAfter() > 0) {
            text += ", padding " + rows.padBefore() + "," + rows.padAfter() + "," + cols.padBefore() + ","
                    + cols.padAfter();
        }
        return rows.ceil() || cols.ceil() ? text + ", ceil" : text;
    }
}
