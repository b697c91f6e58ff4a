package io.gabor.tensor;

/**
 * A padding strategy for the height and width of an image.
 *
 * <ul>
 *   <li>{@link #VALID}: none; the output shrinks.
 *   <li>{@link #SAME}: as much as it takes for an output extent of {@code ceil(in / stride)}; where the total is odd, the
 *       extra row or column goes to the bottom or right (TensorFlow's definition; for odd kernels and stride 1 also
 *       PyTorch's {@code 'same'}).
 *   <li>explicit, per side.
 * </ul>
 */
public record Padding(Kind kind, int top, int bottom, int left, int right) {
    /** The strategy. */
    public enum Kind {
        VALID,
        SAME,
        EXPLICIT
    }

    /** No padding. */
    public static final Padding VALID = new Padding(Kind.VALID, 0, 0, 0, 0);

    /** Output extent {@code ceil(in / stride)}. */
    public static final Padding SAME = new Padding(Kind.SAME, 0, 0, 0, 0);

    public Padding {
        if (top < 0 || bottom < 0 || left < 0 || right < 0) {
            throw new ShapeException("padding must be at least 0 on every side, found top " + top + ", bottom " + bottom
                    + ", left " + left + ", right " + right);
        }
    }

    /** Returns the same explicit padding on all four sides. */
    public static Padding of(int all) {
        return of(all, all, all, all);
    }

    /** Returns explicit padding, one amount for top and bottom and one for left and right. */
    public static Padding of(int height, int width) {
        return of(height, height, width, width);
    }

    /** Returns explicit padding per side. */
    public static Padding of(int top, int bottom, int left, int right) {
        return new Padding(Kind.EXPLICIT, top, bottom, left, right);
    }

    /** Returns how a window slides along the height under this strategy. */
    public WindowAxis rows(int in, int kernel, int stride, int dilation, boolean ceil) {
        return axis(in, kernel, stride, dilation, ceil, top, bottom);
    }

    /** Returns how a window slides along the width under this strategy. */
    public WindowAxis cols(int in, int kernel, int stride, int dilation, boolean ceil) {
        return axis(in, kernel, stride, dilation, ceil, left, right);
    }

    private WindowAxis axis(int in, int kernel, int stride, int dilation, boolean ceil, int before, int after) {
        if (kind == Kind.SAME && in >= 1 && kernel >= 1 && stride >= 1 && dilation >= 1) {
            long out = (in + (long) stride - 1) / stride;
            long total = Math.max((out - 1) * stride + (kernel - 1L) * dilation + 1 - in, 0);
            if (total > Integer.MAX_VALUE) {
                throw new ShapeException("a kernel of extent " + kernel + " with dilation " + dilation
                        + " asks for more than 2^31 - 1 positions of padding");
            }
            return new WindowAxis(in, kernel, stride, dilation, (int) (total / 2), (int) (total - total / 2), ceil);
        }
        return new WindowAxis(in, kernel, stride, dilation, before, after, ceil);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case VALID -> "valid";
            case SAME -> "same";
            case EXPLICIT ->
                top == bottom && left == right && top == left
                        ? Integer.toString(top)
                        : top + "," + bottom + "," + left + "," + right;
        };
    }
}
