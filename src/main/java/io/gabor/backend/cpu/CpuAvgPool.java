package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/** Average pooling. */
final class CpuAvgPool extends CpuPool {
    private final Kernels kernels;
    private final boolean countPadding;

    CpuAvgPool(CpuContext context, PoolGeometry geometry, boolean countPadding, int maxBatch) {
        super(context, "avgPool2d", geometry, maxBatch);
        kernels = context.kernels();
        this.countPadding = countPadding;
    }

    @Override
    int work() {
        return 4;
    }

    /** Returns by how many the sum of a window is divided along one axis. */
    private int extent(WindowAxis axis, int out) {
        if (!countPadding) {
            return end(axis, out) - start(axis, out);
        }
        int first = out * axis.stride() - axis.padBefore();
        return Math.min(first + axis.kernel(), axis.in() + axis.padAfter()) - first;
    }

    @Override
    void forwardPlane(int from, int to) {
        for (int i = 0; i < outRows; i++) {
            int height = extent(rows, i);
            for (int j = 0; j < outCols; j++) {
                int left = start(cols, j);
                double sum = 0;
                for (int h = start(rows, i); h < end(rows, i); h++) {
                    int row = from + h * cols.in();
                    for (int v = left; v < end(cols, j); v++) {
                        sum += x[row + v];
                    }
                }
                y[to + i * outCols + j] = (float) (sum / ((double) height * extent(cols, j)));
            }
        }
    }

    @Override
    void backwardPlane(int from, int to) {
        Arrays.fill(dx, from, from + inPlane, 0f);
        for (int i = 0; i < outRows; i++) {
            int height = extent(rows, i);
            for (int j = 0; j < outCols; j++) {
                float gradient = dy[to + i * outCols + j] / ((float) height * extent(cols, j));
                for (int h = start(rows, i); h < end(rows, i); h++) {
                    int row = from + h * cols.in();
                    for (int v = start(cols, j); v < end(cols, j); v++) {
                        dx[row + v] += gradient;
                    }
                }
            }
        }
    }

    @Override
    void chwnForwardPlaneAt(int from, int to) {
        for (int i = 0; i < outRows; i++) {
            for (int j = 0; j < outCols; j++) {
                int at = to + (i * outCols + j) * width;
                float weight = weight(i, j);
                Arrays.fill(y, at, at + width, 0f);
                for (int h = start(rows, i); h < end(rows, i); h++) {
                    for (int v = start(cols, j); v < end(cols, j); v++) {
                        kernels.addScaled(width, weight, x, from + (h * cols.in() + v) * width, y, at);
                    }
                }
            }
        }
    }

    @Override
    void chwnBackwardPlaneAt(int from, int to) {
        Arrays.fill(dx, from, from + inPlane * width, 0f);
        for (int i = 0; i < outRows; i++) {
            for (int j = 0; j < outCols; j++) {
                int at = to + (i * outCols + j) * width;
                float weight = weight(i, j);
                for (int h = start(rows, i); h < end(rows, i); h++) {
                    for (int v = start(cols, j); v < end(cols, j); v++) {
                        kernels.addScaled(width, weight, dy, at, dx, from + (h * cols.in() + v) * width);
                    }
                }
            }
        }
    }

    private float weight(int i, int j) {
        return 1f / ((float) extent(rows, i) * extent(cols, j));
    }
}
