package io.gabor.tensor;

/**
 * The shapes of a 2-D convolution, without the batch: input {@code C×H×W}, weights {@code O×(C/groups)×KH×KW}, output
 * {@code O×OH×OW}. Checked once, here. As in every deep-learning library the operation is the cross-correlation
 *
 * <pre>y[n,o,i,j] = Σ over c,p,q of x[n, g·C/G + c, i·sH − padTop + p·dH, j·sW − padLeft + q·dW] · w[o,c,p,q]</pre>
 *
 * with {@code g = o / (O/G)} the group of filter {@code o}.
 *
 * @param inChannels C
 * @param outChannels O, the number of filters
 * @param groups G; both C and O are multiples of it. C groups of one channel each is a depthwise convolution
 * @param rows how the window slides along the height
 * @param cols how the window slides along the width
 */
public record ConvGeometry(int inChannels, int outChannels, int groups, WindowAxis rows, WindowAxis cols) {
    public ConvGeometry {
        if (inChannels < 1 || outChannels < 1 || groups < 1) {
            throw new ShapeException("channels, filters and groups must be at least 1, found " + inChannels
                    + " channels, " + outChannels + " filters, " + groups + " groups");
        }
        if (inChannels % groups != 0 || outChannels % groups != 0) {
            throw new ShapeException(groups + " groups divide neither or only one of " + inChannels
                    + " input channels and " + outChannels + " filters; both must be multiples of the groups");
        }
        if (rows.ceil() || cols.ceil()) {
            throw new ShapeException("a convolution has no ceil mode");
        }
        Shape.of(inChannels, rows.in(), cols.in());
        Shape.of(outChannels, inChannels / groups, rows.kernel(), cols.kernel());
        Shape.of(outChannels, rows.out(), cols.out());
    }

    /** Returns {@code C×H×W}. */
    public Shape inputShape() {
        return Shape.of(inChannels, rows.in(), cols.in());
    }

    /** Returns {@code O×(C/groups)×KH×KW}. */
    public Shape weightShape() {
        return Shape.of(outChannels, inChannels / groups, rows.kernel(), cols.kernel());
    }

    /** Returns {@code O×OH×OW}. */
    public Shape outputShape() {
        return Shape.of(outChannels, rows.out(), cols.out());
    }

    /** Returns the number of input values that one output value is a sum over: {@code C/groups · KH · KW}. */
    public int fanIn() {
        return inChannels / groups * rows.kernel() * cols.kernel();
    }

    /** Returns the number of output values that one input value contributes to, borders aside: {@code O/groups · KH · KW}. */
    public int fanOut() {
        return outChannels / groups * rows.kernel() * cols.kernel();
    }

    /** Returns the floating-point operations of one sample's forward pass: a multiplication and an addition per tap. */
    public long flops() {
        return 2L * outputShape().size() * fanIn();
    }

    @Override
    public String toString() {
        String text =
                "conv " + inputShape() + " -> " + outputShape() + ", kernel " + rows.kernel() + "×" + cols.kernel();
        if (rows.stride() > 1 || cols.stride() > 1) {
            text += ", stride " + rows.stride() + "×" + cols.stride();
        }
        if (rows.padBefore() + rows.padAfter() + cols.padBefore() + cols.padAfter() > 0) {
            text += ", padding " + rows.padBefore() + "," + rows.padAfter() + "," + cols.padBefore() + ","
                    + cols.padAfter();
        }
        if (rows.dilation() > 1 || cols.dilation() > 1) {
            text += ", dilation " + rows.dilation() + "×" + cols.dilation();
        }
        return groups > 1 ? text + ", groups " + groups : text;
    }
}
