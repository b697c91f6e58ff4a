package io.gabor.tensor;

/**
 * How a window slides along one axis, height or width: the arithmetic that convolution and pooling share. Output
 * position {@code o} reads input positions {@code o·stride − padBefore + k·dilation} for {@code k} in
 * {@code [0, kernel)}; positions outside {@code [0, in)} are padding.
 *
 * @param in the input's extent
 * @param kernel the number of taps
 * @param stride the step from one output position to the next
 * @param dilation the distance between two taps; 1 is a dense window
 * @param padBefore padding in front of position 0
 * @param padAfter padding behind position {@code in − 1}
 * @param ceil whether a last, partly filled window counts (pooling's ceil mode); it still has to start inside the
 *     input or its front padding, as in PyTorch
 */
public record WindowAxis(int in, int kernel, int stride, int dilation, int padBefore, int padAfter, boolean ceil) {
    public WindowAxis {
        require(in >= 1, "the input extent", in, "at least 1");
        require(kernel >= 1, "the kernel extent", kernel, "at least 1");
        require(stride >= 1, "the stride", stride, "at least 1");
        require(dilation >= 1, "the dilation", dilation, "at least 1");
        require(padBefore >= 0, "the padding", padBefore, "at least 0");
        require(padAfter >= 0, "the padding", padAfter, "at least 0");
        long span = span(kernel, dilation);
        long padded = (long) in + padBefore + padAfter;
        if (span > padded || padded > Integer.MAX_VALUE) {
            throw new ShapeException("a kernel of extent " + kernel
                    + (dilation > 1 ? " with dilation " + dilation + " (" + span + " positions)" : "")
                    + " does not fit an input of extent " + in
                    + (padded > in ? " padded to " + padded : "")
                    + "; use a kernel of at most " + ((padded - 1) / dilation + 1) + " or more padding");
        }
    }

    private static void require(boolean holds, String what, int found, String expected) {
        if (!holds) {
            throw new ShapeException(what + " must be " + expected + ", found " + found);
        }
    }

    private static long span(int kernel, int dilation) {
        return (long) (kernel - 1) * dilation + 1;
    }

    /** Returns the number of input positions from a window's first tap to its last: {@code (kernel − 1)·dilation + 1}. */
    public int span() {
        return (int) span(kernel, dilation);
    }

    /** Returns the output's extent: {@code (in + padBefore + padAfter − span) / stride + 1}, rounded as asked for. */
    public int out() {
        int slack = in + padBefore + padAfter - span();
        int out = slack / stride + 1;
        boolean partial = slack % stride != 0;
        if (ceil && partial && (long) out * stride < (long) in + padBefore) {
            out++;
        }
        return out;
    }

    /** Returns whether any window reaches outside the input. */
    public boolean padded() {
        return padBefore > 0 || (out() - 1) * stride - padBefore + span() > in;
    }
}
