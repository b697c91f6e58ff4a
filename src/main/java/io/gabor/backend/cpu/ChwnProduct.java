package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import java.util.Arrays;

/**
 * Sums over a kernel's taps in the layout CHWN: for each pixel of the result, {@code rows} of its features as products of
 * packed weights with whole vectors of the source. The forward pass of a convolution and the gradient of its input are
 * both of this kind.
 *
 * <pre>result[m, i, j] = Σ over taps (p,q) that meet (i,j), and source features c, of a[m, (p,q,c)] · source[c, tap's pixel]</pre>
 *
 * <p>Taps that would read padding are left out rather than multiplied with zeros. A sum is one chain in the order
 * (p, q, c), however it is cut into depths.
 */
final class ChwnProduct {
    /** The source's values of one depth and one pixel take at most this many floats: half of a first-level cache. */
    private static final int DEPTH_FLOATS = 4096;
    /** The results of a group of pixels take at most about this many floats, so that they stay in the second-level cache. */
    private static final int GROUP_FLOATS = 32_768;

    private final Kernels kernels;
    private final int width;
    private final int rows;
    private final int inner;
    private final AxisTaps vertical;
    private final AxisTaps horizontal;
    private final int sourceCols;
    private final int[] steps;
    private final int[] heights;
    private final int depth;
    private final int depths;
    private final int groupPixels;
    /** Null where a pixel at a time is as good, or all there is. */
    private final TapSpan[] spans;

    /**
     * Plans.
     *
     * @param rows features of the result
     * @param inner features of the source
     */
    ChwnProduct(
            Kernels kernels,
            int rows,
            int inner,
            AxisTaps vertical,
            AxisTaps horizontal,
            int sourceRows,
            int sourceCols) {
        this.kernels = kernels;
        this.rows = rows;
        this.inner = inner;
        this.vertical = vertical;
        this.horizontal = horizontal;
        this.sourceCols = sourceCols;
        width = kernels.panelWidth();
        heights = kernels.tiling(rows);
        depth = vertical.kernel * horizontal.kernel * inner;
        steps = new int[depth];
        int s = 0;
        for (int p = 0; p < vertical.kernel; p++) {
            for (int q = 0; q < horizontal.kernel; q++) {
                for (int c = 0; c < inner; c++) {
                    steps[s++] =
                            (c * sourceRows * sourceCols + p * vertical.tapStep * sourceCols + q * horizontal.tapStep)
                                    * width;
                }
            }
        }
        depths = CpuContext.ceilDiv(depth, Math.max(1, DEPTH_FLOATS / width));
        groupPixels = depths == 1 ? 1 : Math.max(1, GROUP_FLOATS / (rows * width));
        spans = kernels.columns() == width ? null : horizontal.spans();
    }

    /** Returns how many floats the packed weights of one group take. */
    int packedFloats() {
        return Math.multiplyExact(rows, depth);
    }

    /** Returns how many tiles the weights are packed in. */
    int tiles() {
        return heights.length;
    }

    /**
     * Packs the weights of one tile.
     *
     * @param w the weight of row m, tap (p,q) and feature c is at {@code wOffset + m·wRow + c·wInner + p·KW + q}
     */
    void pack(int tile, float[] w, int wOffset, int wRow, int wInner, float[] packed, int packedOffset) {
        int row = 0;
        for (int t = 0; t < tile; t++) {
            row += heights[t];
        }
        int height = heights[tile];
        int taps = vertical.kernel * horizontal.kernel;
        int to = packedOffset + row * depth;
        for (int c = 0; c < inner; c++) {
            for (int i = 0; i < height; i++) {
                int from = wOffset + (row + i) * wRow;
                int at = to + c * height + i;
                for (int tap = 0; tap < taps; tap++) {
                    packed[at] = w[from + c * wInner + tap];
                    at += inner * height;
                }
            }
        }
    }

    /**
     * Computes one row of pixels.
     *
     * @param sourceOffset where the source's features begin
     * @param resultOffset where the row's first pixel of the first feature goes
     * @param resultPitch from one feature of the result to the next
     */
    void row(
            int i,
            float[] packed,
            int packedOffset,
            float[] source,
            int sourceOffset,
            float[] result,
            int resultOffset,
            int resultPitch) {
        int cols = horizontal.positions;
        if (spans != null) {
            rowBySpans(i, packed, packedOffset, source, sourceOffset, result, resultOffset, resultPitch);
            return;
        }
        for (int from = 0; from < cols; from += groupPixels) {
            int to = Math.min(from + groupPixels, cols);
            for (int d = 0; d < depths; d++) {
                int begin = (int) ((long) depth * d / depths);
                int end = (int) ((long) depth * (d + 1) / depths);
                for (int j = from; j < to; j++) {
                    pixel(
                            i,
                            j,
                            begin,
                            end,
                            packed,
                            packedOffset,
                            source,
                            sourceOffset,
                            result,
                            resultOffset,
                            resultPitch);
                }
            }
        }
    }

    private void pixel(
            int i,
            int j,
            int begin,
            int end,
            float[] packed,
            int packedOffset,
            float[] source,
            int sourceOffset,
            float[] result,
            int resultOffset,
            int resultPitch) {
        int c = resultOffset + j * width;
        int across = horizontal.start[j];
        int acrossEnd = horizontal.start[j + 1];
        if (vertical.start[i] == vertical.start[i + 1] || across == acrossEnd) {
            if (begin == 0) {
                clear(result, c, resultPitch, width);
            }
            return;
        }
        int kw = horizontal.kernel;
        int firstStep = (vertical.first[vertical.start[i]] * kw + horizontal.first[across]) * inner;
        for (int v = vertical.start[i]; v < vertical.start[i + 1]; v++) {
            int tap = vertical.first[v];
            int taps = vertical.count[v];
            if (horizontal.count[across] == kw) {
                int offset = sourceOffset + (vertical.base[v] * sourceCols + horizontal.base[across]) * width;
                int s0 = Math.max(begin, tap * kw * inner);
                int s1 = Math.min(end, (tap + taps) * kw * inner);
                multiply(s0, s1, s0 != firstStep, packed, packedOffset, source, offset, result, c, resultPitch);
                continue;
            }
            for (int p = tap; p < tap + taps; p++) {
                for (int h = across; h < acrossEnd; h++) {
                    int offset = sourceOffset + (vertical.base[v] * sourceCols + horizontal.base[h]) * width;
                    int s = (p * kw + horizontal.first[h]) * inner;
                    int s0 = Math.max(begin, s);
                    int s1 = Math.min(end, s + horizontal.count[h] * inner);
                    multiply(s0, s1, s0 != firstStep, packed, packedOffset, source, offset, result, c, resultPitch);
                }
            }
        }
    }

    /** One row with all pixels that a tap meets at a time; the order of each sum is that of {@link #pixel}. */
    private void rowBySpans(
            int i,
            float[] packed,
            int packedOffset,
            float[] source,
            int sourceOffset,
            float[] result,
            int resultOffset,
            int resultPitch) {
        int kw = horizontal.kernel;
        int end = vertical.start[i + 1];
        boolean whole = spans.length == 1 && spans[0].covers(kw, horizontal.positions);
        if (!whole || vertical.start[i] == end) {
            clear(result, resultOffset, resultPitch, horizontal.positions * width);
        }
        for (int v = vertical.start[i]; v < end; v++) {
            // Taps of neighbouring rows follow one another in the weights only where a row's taps are one span.
            int taps = whole ? vertical.count[v] : 1;
            for (int p = vertical.first[v]; p < vertical.first[v] + vertical.count[v]; p += taps) {
                for (TapSpan span : spans) {
                    int length = (whole ? taps * kw : span.count()) * inner;
                    kernels.multiplyColumns(
                            (span.end() - span.begin()) * width,
                            heights,
                            depth,
                            (p * kw + span.first()) * inner,
                            length,
                            packed,
                            packedOffset,
                            source,
                            sourceOffset + (vertical.base[v] * sourceCols + span.base()) * width,
                            steps,
                            result,
                            resultOffset + span.begin() * width,
                            resultPitch,
                            !whole || v > vertical.start[i]);
                }
            }
        }
    }

    private void multiply(
            int from,
            int to,
            boolean add,
            float[] packed,
            int packedOffset,
            float[] source,
            int offset,
            float[] c,
            int at,
            int pitch) {
        if (from < to) {
            kernels.multiplyTiles(
                    heights, depth, from, to - from, packed, packedOffset, source, offset, steps, c, at, pitch, add);
        }
    }

    private void clear(float[] result, int at, int pitch, int count) {
        for (int m = 0; m < rows; m++) {
            int start = at + m * pitch;
            Arrays.fill(result, start, start + count, 0f);
        }
    }
}
