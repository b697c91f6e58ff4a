package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;

/**
 * The products of a pointwise (1×1) convolution in the layout CHWN, strip by strip: some neighbouring pixels of one block.
 *
 * <p>The planes of two channels are a power of two apart as a rule, so that one pixel's values of all channels, and its
 * results, share a few sets of the caches and push one another out. Hence a strip's values are copied to where they lie close
 * together, and its results are computed in such a place too.
 */
final class PointwiseStrips {
    /** Fewer features than this are not worth the copies. */
    private static final int FEWEST = 8;
    /** A strip's values and results take at most about this many floats, so that they stay in the second-level cache. */
    private static final int STRIP_FLOATS = 65_536;

    private static final int MOST_PIXELS = 16;

    private final ChwnProduct product;
    private final int width;
    private final int rows;
    private final int inner;
    private final int groups;
    private final int pixels;
    private final int strip;
    private final int valuePitch;
    private final int resultOffset;

    /**
     * Plans.
     *
     * @param rows features of the result, in a group
     * @param inner features of the source, in a group
     */
    PointwiseStrips(Kernels kernels, int rows, int inner, int groups, int pixels) {
        this.rows = rows;
        this.inner = inner;
        this.groups = groups;
        this.pixels = pixels;
        width = kernels.panelWidth();
        int fitting = Math.max(1, Math.min(MOST_PIXELS, STRIP_FLOATS / width / (rows + inner)));
        strip = CpuContext.ceilDiv(pixels, CpuContext.ceilDiv(pixels, fitting));
        valuePitch = (strip + 1) * width;
        resultOffset = Math.multiplyExact(inner, valuePitch);
        AxisTaps one = AxisTaps.forward(new WindowAxis(1, 1, 1, 1, 0, 0, false));
        AxisTaps along = AxisTaps.forward(new WindowAxis(strip, 1, 1, 1, 0, 0, false));
        product = new ChwnProduct(kernels, rows, inner, one, along, 1, strip + 1);
    }

    /** Returns whether a convolution is pointwise, with each pixel read once, and has enough features in each group. */
    static boolean suit(ConvGeometry geometry) {
        return plain(geometry.rows())
                && plain(geometry.cols())
                && Math.min(geometry.inChannels(), geometry.outChannels()) / geometry.groups() >= FEWEST;
    }

    private static boolean plain(WindowAxis axis) {
        return axis.kernel() == 1 && axis.stride() == 1 && !axis.padded();
    }

    /** Returns how many floats the packed weights of all groups take. */
    int packedFloats() {
        return Math.multiplyExact(groups, product.packedFloats());
    }

    /** Returns how many chunks {@link #pack} packs the weights in. */
    int packings() {
        return groups * product.tiles();
    }

    /**
     * Packs a part of the weights.
     *
     * @param w the weight of row m and feature c of group g is at {@code g·rows·inner + m·wRow + c·wInner}
     */
    void pack(int chunk, float[] w, int wRow, int wInner, float[] packed, int packedOffset) {
        int group = chunk / product.tiles();
        int to = packedOffset + group * product.packedFloats();
        product.pack(chunk % product.tiles(), w, group * rows * inner, wRow, wInner, packed, to);
    }

    /** Returns how many floats of scratch a strip takes. */
    long scratchFloats() {
        return (long) resultOffset + (long) rows * valuePitch;
    }

    /** Returns the strips of one block. */
    int count() {
        return CpuContext.ceilDiv(pixels, strip);
    }

    /** Returns the first pixel of a strip. */
    int first(int index) {
        return index * strip;
    }

    /** Returns the pixels of a strip. */
    int length(int index) {
        return Math.min(strip, pixels - index * strip);
    }

    /** Returns where in the scratch array the results of {@link #multiply} begin. */
    int results() {
        return resultOffset;
    }

    /** Returns the distance between two rows of the results. */
    int pitch() {
        return valuePitch;
    }

    /**
     * Computes a strip of one group.
     *
     * @param sourceOffset where the group's first feature begins
     */
    void multiply(
            int index, int group, float[] packed, int packedOffset, float[] source, int sourceOffset, float[] scratch) {
        int run = length(index) * width;
        int from = sourceOffset + first(index) * width;
        for (int c = 0; c < inner; c++) {
            System.arraycopy(source, from + c * pixels * width, scratch, c * valuePitch, run);
        }
        int weights = packedOffset + group * product.packedFloats();
        // What a shorter last strip leaves behind its end is computed too, and meaningless.
        product.row(0, packed, weights, scratch, 0, scratch, resultOffset, valuePitch);
    }
}
