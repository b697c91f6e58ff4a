package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Winograd;
import io.gabor.backend.cpu.simd.WinogradTransforms;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;

/** The tiles of a Winograd convolution in the layout CHWN: to the points and back, one tile of one feature at a time. */
final class WinogradTiles {
    /** Points of a tile, in two dimensions. */
    static final int POINTS = Winograd.POINTS * Winograd.POINTS;

    /** With fewer features the transforms cost as much as the multiply-adds that they save. */
    private static final int FEWEST_FEATURES = 12;

    final WinogradAxis vertical;
    final WinogradAxis horizontal;
    private final WinogradTransforms transforms;
    private final int width;

    /** Returns whether Winograd's method is both possible and faster. */
    static boolean suit(ConvGeometry geometry) {
        return geometry.groups() == 1
                && simple(geometry.rows())
                && simple(geometry.cols())
                && Math.min(geometry.inChannels(), geometry.outChannels()) >= FEWEST_FEATURES
                // Tiles that stick out of the image compute what nobody needs.
                && fills(geometry.rows().out(), geometry.cols().out())
                && fills(geometry.rows().in(), geometry.cols().in());
    }

    private static boolean simple(WindowAxis axis) {
        return axis.kernel() == Winograd.TAPS && axis.stride() == 1 && axis.dilation() == 1;
    }

    private static boolean fills(int rows, int cols) {
        int tiles = CpuContext.ceilDiv(rows, Winograd.OUTPUTS) * CpuContext.ceilDiv(cols, Winograd.OUTPUTS);
        return 2L * rows * cols >= (long) tiles * Winograd.OUTPUTS * Winograd.OUTPUTS;
    }

    WinogradTiles(Kernels kernels, WinogradAxis vertical, WinogradAxis horizontal) {
        this.vertical = vertical;
        this.horizontal = horizontal;
        transforms = kernels.winograd();
        width = kernels.panelWidth();
    }

    /** Returns how many floats the methods need to compute in. */
    int scratchFloats() {
        return POINTS * width;
    }

    /**
     * {@code v = Bᵀ·x·B} of tile (i, j).
     *
     * @param xOffset where the feature begins
     * @param vPitch from one point to the next
     */
    void input(int i, int j, float[] x, int xOffset, float[] scratch, int at, float[] v, int vOffset, int vPitch) {
        int begin = horizontal.begin(j);
        int end = horizontal.end(j);
        int cols = horizontal.in();
        int line = Winograd.POINTS * width;
        transforms.input(
                end - begin,
                vertical.begin(i),
                vertical.end(i),
                x,
                xOffset + (vertical.first(i) * cols + horizontal.first(j) + begin) * width,
                cols * width,
                width,
                scratch,
                at + begin * width,
                line,
                width);
        transforms.input(
                Winograd.POINTS, begin, end, scratch, at, width, line, v, vOffset, vPitch, Winograd.POINTS * vPitch);
    }

    /**
     * {@code y = Aᵀ·m·A} of tile (i, j).
     *
     * @param mPitch from one point to the next
     * @param yOffset where the tile's first pixel goes
     * @param yPitch from one row of pixels to the next
     */
    void output(
            int i,
            int j,
            float[] m,
            int mOffset,
            int mPitch,
            float[] scratch,
            int at,
            float[] y,
            int yOffset,
            int yPitch) {
        int line = Winograd.POINTS * width;
        int rows = vertical.count(i);
        transforms.output(
                Winograd.POINTS, rows, m, mOffset, Winograd.POINTS * mPitch, mPitch, scratch, at, line, width);
        transforms.output(rows, horizontal.count(j), scratch, at, width, line, y, yOffset, width, yPitch);
    }

    /**
     * {@code z = A·dz·Aᵀ} of tile (i, j).
     *
     * @param dzOffset where the feature begins
     * @param zPitch from one point to the next
     */
    void gradient(int i, int j, float[] dz, int dzOffset, float[] scratch, int at, float[] z, int zOffset, int zPitch) {
        int line = Winograd.POINTS * width;
        int cols = horizontal.out();
        int count = horizontal.count(j);
        int from = dzOffset + (i * cols + j) * Winograd.OUTPUTS * width;
        transforms.gradient(count, vertical.count(i), dz, from, cols * width, width, scratch, at, line, width);
        transforms.gradient(
                Winograd.POINTS, count, scratch, at, width, line, z, zOffset, zPitch, Winograd.POINTS * zPitch);
    }
}
