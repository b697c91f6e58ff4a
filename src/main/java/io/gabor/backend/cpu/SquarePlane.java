package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.SquareKernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;

/**
 * The 3×3 windows of one plane. Where none reaches more than a row or a column over an edge of the source, that is read where
 * it lies, so that the processor fetches what is far away while it computes. Else it is copied, some rows at a time, to where
 * it has its padding around it.
 */
final class SquarePlane {
    /** The padded rows that are computed at a time take at most about this many floats. */
    private static final int BAND_FLOATS = 32_768;

    private static final int SIDE = SquareKernels.SIDE;

    private final SquareKernels kernels;
    private final int width;
    private final int rows;
    private final int cols;
    private final int stride;
    private final int sourceCols;
    private final int before;
    private final int edges;
    /** Null where the source is read where it lies. */
    private final PaddedRows padding;
    /** Rows of the result that are computed at a time. */
    private final int band;

    /**
     * Plans.
     *
     * @param rows of the result
     * @param cols of the result
     * @param before how far the first window reaches over the source's upper edge; may be negative
     * @param left how far the first window reaches over the source's left edge; may be negative
     */
    private SquarePlane(
            Kernels kernels, int rows, int cols, int stride, int sourceRows, int sourceCols, int before, int left) {
        this.kernels = kernels.squares();
        this.rows = rows;
        this.cols = cols;
        this.stride = stride;
        this.sourceCols = sourceCols;
        this.before = before;
        width = kernels.panelWidth();
        int windowRows = (rows - 1) * stride + SIDE;
        int windowCols = (cols - 1) * stride + SIDE;
        int below = windowRows - before - sourceRows;
        int right = windowCols - left - sourceCols;
        boolean inPlace = near(before) && near(left) && below <= 1 && right <= 1;
        edges = (before == 1 ? SquareKernels.TOP : 0)
                | (left == 1 ? SquareKernels.LEFT : 0)
                | (below == 1 ? SquareKernels.BOTTOM : 0)
                | (right == 1 ? SquareKernels.RIGHT : 0);
        padding = inPlace ? null : new PaddedRows(width, sourceRows, sourceCols, left, windowCols);
        band = inPlace ? rows : Math.max(2, (BAND_FLOATS / padding.pitch() - SIDE) / stride + 1);
    }

    /** From the output's pixels to the input's. */
    static SquarePlane forward(Kernels kernels, ConvGeometry geometry) {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        return new SquarePlane(
                kernels,
                rows.out(),
                cols.out(),
                rows.stride(),
                rows.in(),
                cols.in(),
                rows.padBefore(),
                cols.padBefore());
    }

    /** From the input's pixels to the output's, under a kernel turned by half a turn; for stride 1. */
    static SquarePlane backward(Kernels kernels, ConvGeometry geometry) {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        return new SquarePlane(
                kernels,
                rows.in(),
                cols.in(),
                1,
                rows.out(),
                cols.out(),
                SIDE - 1 - rows.padBefore(),
                SIDE - 1 - cols.padBefore());
    }

    private static boolean near(int padding) {
        return padding == 0 || padding == 1;
    }

    /** Returns how many rows of the source so many rows of the result read. */
    private int sourceRows(int count) {
        return (count - 1) * stride + SIDE;
    }

    /** Returns how many floats of scratch {@link #sums} and {@link #gradients} take. */
    int scratchFloats() {
        return padding == null ? 0 : Math.multiplyExact(sourceRows(Math.min(band, rows)), padding.pitch());
    }

    /** Returns where the first window begins, or would if it were not for the padding. */
    private int windows(int from) {
        int above = (edges & SquareKernels.TOP) == 0 ? 0 : sourceCols * width;
        return from - above - ((edges & SquareKernels.LEFT) == 0 ? 0 : width);
    }

    /**
     * Computes the result; see {@link SquareKernels#sums}.
     *
     * @param from where the source begins
     * @param at where the result begins
     */
    void sums(
            int lanes,
            float[] w,
            int wOffset,
            float[] source,
            int from,
            float[] result,
            int at,
            float[] scratch,
            int scratchAt) {
        int pitch = cols * width;
        if (padding == null) {
            int x = windows(from);
            int sourcePitch = sourceCols * width;
            kernels.sums(lanes, rows, cols, stride, edges, w, wOffset, source, x, sourcePitch, result, at, pitch);
            return;
        }
        int padded = padding.pitch();
        for (int row = 0; row < rows; row += band) {
            int count = Math.min(band, rows - row);
            padding.copy(source, from, row * stride - before, sourceRows(count), scratch, scratchAt);
            int to = at + row * pitch;
            kernels.sums(lanes, count, cols, stride, 0, w, wOffset, scratch, scratchAt, padded, result, to, pitch);
        }
    }

    /**
     * Adds what the plane contributes to the gradients of the weights; see {@link SquareKernels#gradients}.
     *
     * @param from where the source begins
     * @param at where the result's gradient begins
     */
    void gradients(
            int lanes,
            float[] source,
            int from,
            float[] dz,
            int at,
            float[] dw,
            int dwOffset,
            float[] scratch,
            int scratchAt) {
        int pitch = cols * width;
        if (padding == null) {
            int x = windows(from);
            int sourcePitch = sourceCols * width;
            kernels.gradients(lanes, rows, cols, stride, edges, source, x, sourcePitch, dz, at, pitch, dw, dwOffset);
            return;
        }
        int padded = padding.pitch();
        for (int row = 0; row < rows; row += band) {
            int count = Math.min(band, rows - row);
            padding.copy(source, from, row * stride - before, sourceRows(count), scratch, scratchAt);
            int gradient = at + row * pitch;
            kernels.gradients(
                    lanes, count, cols, stride, 0, scratch, scratchAt, padded, dz, gradient, pitch, dw, dwOffset);
        }
    }
}
