package io.gabor.backend.cpu;

import io.gabor.backend.Ties;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/** Max pooling; windows of 2×2 with stride 2 and no padding, the common case, go to a kernel of their own. */
final class CpuMaxPool extends CpuPool {
    private final Kernels kernels;
    private final boolean all;
    private final boolean twoByTwo;
    /** Whether each input position is in exactly one window. */
    private final boolean tiled;

    CpuMaxPool(CpuContext context, PoolGeometry geometry, Ties ties, int maxBatch) {
        super(context, "maxPool2d", geometry, maxBatch);
        kernels = context.kernels();
        all = ties == Ties.ALL;
        twoByTwo = two(rows) && two(cols);
        tiled = tiled(rows) && tiled(cols);
    }

    private static boolean tiled(WindowAxis axis) {
        return axis.kernel() == axis.stride() && axis.padBefore() == 0 && axis.out() * axis.stride() == axis.in();
    }

    private static boolean two(WindowAxis axis) {
        return axis.kernel() == 2 && axis.stride() == 2 && axis.padBefore() == 0 && axis.out() * 2 <= axis.in();
    }

    @Override
    int work() {
        return twoByTwo ? 1 : 4;
    }

    @Override
    void forwardPlane(int from, int to) {
        if (twoByTwo) {
            kernels.maxPool2x2(outRows, outCols, x, from, cols.in(), y, to);
            return;
        }
        for (int i = 0; i < outRows; i++) {
            for (int j = 0; j < outCols; j++) {
                y[to + i * outCols + j] = x[firstMaximum(from, i, j)];
            }
        }
    }

    @Override
    void backwardPlane(int from, int to) {
        Arrays.fill(dx, from, from + inPlane, 0f);
        if (twoByTwo) {
            kernels.maxPool2x2Backward(outRows, outCols, all, x, dx, from, cols.in(), y, dy, to);
            return;
        }
        for (int i = 0; i < outRows; i++) {
            for (int j = 0; j < outCols; j++) {
                int first = firstMaximum(from, i, j);
                float gradient = dy[to + i * outCols + j];
                if (all) {
                    addToAll(from, i, j, x[first], gradient);
                } else {
                    dx[first] += gradient;
                }
            }
        }
    }

    @Override
    void chwnForwardPlaneAt(int from, int to) {
        for (int i = 0; i < outRows; i++) {
            int top = start(rows, i);
            int count;
            for (int j = 0; j < outCols; j += count) {
                int left = start(cols, j);
                count = alike(j);
                kernels.maxWindows(
                        count,
                        end(rows, i) - top,
                        end(cols, j) - left,
                        x,
                        from + (top * cols.in() + left) * width,
                        cols.in() * width,
                        cols.stride() * width,
                        y,
                        to + (i * outCols + j) * width);
            }
        }
    }

    @Override
    void chwnBackwardPlaneAt(int from, int to) {
        if (!tiled) {
            Arrays.fill(dx, from, from + inPlane * width, 0f);
        }
        for (int i = 0; i < outRows; i++) {
            int top = start(rows, i);
            int count;
            for (int j = 0; j < outCols; j += count) {
                int left = start(cols, j);
                count = alike(j);
                kernels.maxWindowsBackward(
                        count,
                        end(rows, i) - top,
                        end(cols, j) - left,
                        all,
                        !tiled,
                        x,
                        dx,
                        from + (top * cols.in() + left) * width,
                        cols.in() * width,
                        cols.stride() * width,
                        y,
                        dy,
                        to + (i * outCols + j) * width);
            }
        }
    }

    /** Returns how many windows from column j on have j's width and lie one stride apart: all but those at the borders. */
    private int alike(int j) {
        int count = 1;
        while (j + count < outCols
                && start(cols, j + count) == start(cols, j) + count * cols.stride()
                && end(cols, j + count) == end(cols, j) + count * cols.stride()) {
            count++;
        }
        return count;
    }

    /** Returns the index of the window's first NaN, or else of its first maximum. */
    private int firstMaximum(int from, int i, int j) {
        int left = start(cols, j);
        int right = end(cols, j);
        int best = from + start(rows, i) * cols.in() + left;
        float max = x[best];
        for (int h = start(rows, i); h < end(rows, i); h++) {
            int row = from + h * cols.in();
            for (int v = left; v < right; v++) {
                float value = x[row + v];
                if (value > max || (Float.isNaN(value) && !Float.isNaN(max))) {
                    best = row + v;
                    max = value;
                }
            }
        }
        return best;
    }

    private void addToAll(int from, int i, int j, float max, float gradient) {
        for (int h = start(rows, i); h < end(rows, i); h++) {
            int row = from + h * cols.in();
            for (int v = start(cols, j); v < end(cols, j); v++) {
                if (x[row + v] == max) {
                    dx[row + v] += gradient;
                }
            }
        }
    }
}
