package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Winograd;
import java.util.Arrays;

/**
 * Convolution with 3×3 kernels by Winograd's method, F(4×4, 3×3) with the points of
 * {@link Winograd}, in the layout CHWN. A tile of 4×4 outputs costs 36 multiply-adds for each pair
 * of features instead of 144. The forward pass and the gradient of the input are both of this kind.
 *
 * <pre>
 * V[f, c] = Bᵀ·x[c]·B                            for each point f of 36 and feature c of the source
 * M[f, m] = Σ over c of U[f, m, c] · V[f, c]     U: {@link WinogradWeights}
 * y[m]    = Aᵀ·M[m]·A
 * </pre>
 *
 * <p>V and M of a few neighbouring tiles are computed at a time, so many that they stay in the second-level cache.
 */
final class WinogradProduct {
    /** V and M of a group of tiles take at most about this many floats. */
    private static final int GROUP_FLOATS = 230_000;
    /** V of one point and tile at a time takes at most this many floats: half of a first-level cache. */
    private static final int DEPTH_FLOATS = 4096;

    private final Kernels kernels;
    private final WinogradTiles tiles;
    private final int width;
    private final int rows;
    private final int inner;
    private final int sourcePixels;
    private final int[] heights;
    private final int[] steps;
    private final int depth;
    private final int rowTiles;
    private final int rowGroups;
    private final int vPitch;
    private final int mPitch;
    private final int mOffset;
    private final int tileOffset;
    private final int end;

    /**
     * Plans.
     *
     * @param rows features of the result
     * @param inner features of the source
     */
    WinogradProduct(Kernels kernels, int rows, int inner, WinogradAxis vertical, WinogradAxis horizontal) {
        this.kernels = kernels;
        this.rows = rows;
        this.inner = inner;
        tiles = new WinogradTiles(kernels, vertical, horizontal);
        width = kernels.panelWidth();
        sourcePixels = vertical.in() * horizontal.in();
        heights = kernels.tiling(rows);
        steps = new int[inner];
        Arrays.setAll(steps, c -> c * width);
        int depths = CpuContext.ceilDiv(inner, Math.max(1, DEPTH_FLOATS / width));
        depth = CpuContext.ceilDiv(inner, depths);
        rowTiles = horizontal.tiles();
        long tileFloats = (long) WinogradTiles.POINTS * (rows + inner) * width;
        rowGroups = CpuContext.ceilDiv(rowTiles, (int) Math.min(rowTiles, Math.max(1, GROUP_FLOATS / tileFloats)));
        // One more line than there is, so that the points of a tile do not all share one set of the cache.
        vPitch = Math.multiplyExact(Math.multiplyExact(groupTiles(), inner) + 1, width);
        mPitch = Math.multiplyExact(Math.multiplyExact(groupTiles(), rows) + 1, width);
        mOffset = Math.multiplyExact(WinogradTiles.POINTS, vPitch);
        tileOffset = Math.addExact(mOffset, Math.multiplyExact(WinogradTiles.POINTS, mPitch));
        end = Math.addExact(tileOffset, tiles.scratchFloats());
    }

    /** Returns how many tiles a group has at most. */
    int groupTiles() {
        return CpuContext.ceilDiv(rowTiles, rowGroups);
    }

    /** Returns how many floats of scratch this takes. */
    int scratchFloats() {
        return end;
    }

    /** Returns how many groups of tiles an image has. */
    int groups() {
        return tiles.vertical.tiles() * rowGroups;
    }

    /** Returns the first row of pixels of a group. */
    int firstRow(int group) {
        return Winograd.OUTPUTS * row(group);
    }

    /** Returns the first column of pixels of a group. */
    int firstCol(int group) {
        return Winograd.OUTPUTS * begin(group);
    }

    private int row(int group) {
        return group / rowGroups;
    }

    private int begin(int group) {
        return group % rowGroups * rowTiles / rowGroups;
    }

    private int end(int group) {
        return (group % rowGroups + 1) * rowTiles / rowGroups;
    }

    /** Returns how many rows of pixels a group has. */
    int pixelRows(int group) {
        return tiles.vertical.count(row(group));
    }

    /** Returns how many columns of pixels a group has. */
    int pixelCols(int group) {
        int last = end(group) - 1;
        return Winograd.OUTPUTS * (last - begin(group)) + tiles.horizontal.count(last);
    }

    /**
     * Computes M of a group of tiles.
     *
     * @param u packed weights; those of point f at {@code uOffset + f·uPitch}
     * @param sourceOffset where the source's features begin
     */
    void multiply(int group, float[] u, int uOffset, int uPitch, float[] source, int sourceOffset, float[] scratch) {
        int first = begin(group);
        int count = end(group) - first;
        for (int c = 0; c < inner; c++) {
            int from = sourceOffset + c * sourcePixels * width;
            for (int t = 0; t < count; t++) {
                int to = (t * inner + c) * width;
                tiles.input(row(group), first + t, source, from, scratch, tileOffset, scratch, to, vPitch);
            }
        }
        for (int f = 0; f < WinogradTiles.POINTS; f++) {
            for (int t = 0; t < count; t++) {
                for (int c = 0; c < inner; c += depth) {
                    kernels.multiplyTiles(
                            heights,
                            inner,
                            c,
                            Math.min(depth, inner - c),
                            u,
                            uOffset + f * uPitch,
                            scratch,
                            f * vPitch + t * inner * width,
                            steps,
                            scratch,
                            mOffset + f * mPitch + t * rows * width,
                            width,
                            c > 0);
                }
            }
        }
    }

    /**
     * Computes one feature's pixels of a group from M.
     *
     * @param yOffset where the group's first pixel goes
     * @param yPitch from one row of pixels to the next
     */
    void output(int group, int m, float[] scratch, float[] y, int yOffset, int yPitch) {
        int first = begin(group);
        int count = end(group) - first;
        for (int t = 0; t < count; t++) {
            tiles.output(
                    row(group),
                    first + t,
                    scratch,
                    mOffset + (t * rows + m) * width,
                    mPitch,
                    scratch,
                    tileOffset,
                    y,
                    yOffset + Winograd.OUTPUTS * t * width,
                    yPitch);
        }
    }
}
