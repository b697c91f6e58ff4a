package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

import io.gabor.backend.cpu.simd.WarmUpCalls.Kind;

/** The vector loops of depthwise convolutions with 3×3 kernels in a JVM that has just started; see {@link WarmingKernels}. */
final class WarmingSquares implements SquareKernels {
    private static final int WIDTH = 2 * VectorKernels.LANES;

    private final SquareKernels plain = new ScalarSquares(WIDTH);
    private final SquareKernels vector = new VectorSquares();
    private final WarmUp[] sums = new WarmUp[2];
    private final WarmUp[] gradients = new WarmUp[2];
    private final WarmUp spread;

    WarmingSquares(WarmUpQueue queue) {
        for (int stride = 1; stride <= 2; stride++) {
            sums[stride - 1] = new WarmUp(queue, Kind.SQUARES, stride, 0);
            gradients[stride - 1] = new WarmUp(queue, Kind.SQUARE_GRADIENTS, stride, 0);
        }
        spread = new WarmUp(queue, Kind.SPREAD, 0, 0);
    }

    @Override
    public void sums(
            int lanes,
            int rows,
            int cols,
            int stride,
            int edges,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        SquareKernels now = sums[stride - 1].ready() ? vector : plain;
        now.sums(lanes, rows, cols, stride, edges, w, wOffset, x, xOffset, xRow, y, yOffset, yRow);
    }

    @Override
    public void gradients(
            int lanes,
            int rows,
            int cols,
            int stride,
            int edges,
            float[] x,
            int xOffset,
            int xRow,
            float[] dz,
            int dzOffset,
            int dzRow,
            float[] dw,
            int dwOffset) {
        if (gradients[stride - 1].ready()) {
            vector.gradients(lanes, rows, cols, stride, edges, x, xOffset, xRow, dz, dzOffset, dzRow, dw, dwOffset);
            return;
        }
        for (int p = 0; p < SIDE; p++) {
            int firstRow = p == 0 && (edges & TOP) != 0 ? 1 : 0;
            int endRow = p == 2 && (edges & BOTTOM) != 0 ? rows - 1 : rows;
            // The rows that stay alone in front of those that are taken two at a time.
            int alone = (edges & TOP) != 0 ? 1 - firstRow : 0;
            int pairs = Math.max(0, rows - ((edges & TOP) != 0 ? 1 : 0) - ((edges & BOTTOM) != 0 ? 1 : 0)) / 2;
            for (int q = 0; q < SIDE; q++) {
                int firstCol = q == 0 && (edges & LEFT) != 0 ? 1 : 0;
                int count = (q == 2 && (edges & RIGHT) != 0 ? cols - 1 : cols) - firstCol;
                int from = xOffset + (firstRow * stride + p) * xRow + (firstCol * stride + q) * WIDTH;
                int gradient = dzOffset + firstRow * dzRow + firstCol * WIDTH;
                int to = dwOffset + (p * SIDE + q) * WIDTH;
                for (int l = 0; l < lanes; l++) {
                    dw[to + l] = sum(
                            endRow - firstRow,
                            alone,
                            pairs,
                            count,
                            x,
                            from + l,
                            stride * xRow,
                            stride * WIDTH,
                            dz,
                            gradient + l,
                            dzRow,
                            dw[to + l]);
                }
            }
        }
    }

    /** One sum, in the order of the vectors: where rows are taken two at a time, their pixels take turns. */
    private static float sum(
            int rows,
            int alone,
            int pairs,
            int cols,
            float[] x,
            int from,
            int xRow,
            int xStep,
            float[] dz,
            int gradient,
            int dzRow,
            float before) {
        float sum = before;
        for (int i = 0; i < rows; ) {
            int together = i >= alone && i < alone + 2 * pairs ? 2 : 1;
            for (int j = 0; j < cols; j++) {
                for (int row = i; row < i + together; row++) {
                    sum = fma(x[from + row * xRow + j * xStep], dz[gradient + row * dzRow + j * WIDTH], sum);
                }
            }
            i += together;
        }
        return sum;
    }

    @Override
    public void spread(
            int lanes,
            int rows,
            int cols,
            int edges,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        SquareKernels now = spread.ready() ? vector : plain;
        now.spread(lanes, rows, cols, edges, w, wOffset, x, xOffset, xRow, y, yOffset, yRow);
    }
}
