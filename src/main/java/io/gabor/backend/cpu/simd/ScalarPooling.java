package io.gabor.backend.cpu.simd;

import java.util.Arrays;

/** 2×2 max pooling with stride 2, one output row from j = from to n: the scalar twin, and the tail of the vectors. */
final class ScalarPooling {
    private ScalarPooling() {}

    static void forward(int from, int n, float[] x, int top, int bottom, float[] y, int yOffset) {
        for (int j = from; j < n; j++) {
            float upper = Math.max(x[top + 2 * j], x[top + 2 * j + 1]);
            y[yOffset + j] = Math.max(upper, Math.max(x[bottom + 2 * j], x[bottom + 2 * j + 1]));
        }
    }

    static void backward(
            int from,
            int n,
            boolean all,
            float[] x,
            float[] dx,
            int top,
            int bottom,
            float[] y,
            float[] dy,
            int yOffset) {
        if (all) {
            backwardAll(from, n, x, dx, top, bottom, y, dy, yOffset);
            return;
        }
        for (int j = from; j < n; j++) {
            int a = top + 2 * j;
            int b = bottom + 2 * j;
            float max = y[yOffset + j];
            // Where the maximum is no branch predictor can know, so it is computed: 1 where an element is not the
            // maximum.
            int not1 = differ(x[a], max);
            int not2 = not1 & differ(x[a + 1], max);
            int not3 = not2 & differ(x[b], max);
            int at = a + (not1 & ~not2) + not3 + (not2 * (b - a));
            if (Float.isNaN(max)) {
                int first = firstNaN(x[a], x[a + 1], x[b]);
                at = (first < 2 ? a : b) + first % 2;
            }
            dx[at] = dy[yOffset + j];
        }
    }

    /** Returns 0 for equal numbers and else 1, without a branch. Adding 0 makes one of the two zeros of the other. */
    private static int differ(float u, float v) {
        int difference = Float.floatToRawIntBits(u + 0f) ^ Float.floatToRawIntBits(v + 0f);
        return (difference | -difference) >>> 31;
    }

    /** Returns which of four values, at least one of which is NaN, is the first that is. */
    private static int firstNaN(float x0, float x1, float x2) {
        if (Float.isNaN(x0)) {
            return 0;
        }
        if (Float.isNaN(x1)) {
            return 1;
        }
        return Float.isNaN(x2) ? 2 : 3;
    }

    private static void backwardAll(
            int from, int n, float[] x, float[] dx, int top, int bottom, float[] y, float[] dy, int yOffset) {
        for (int j = from; j < n; j++) {
            int a = top + 2 * j;
            int b = bottom + 2 * j;
            float max = y[yOffset + j];
            float gradient = dy[yOffset + j];
            dx[a] = x[a] == max ? gradient : 0;
            dx[a + 1] = x[a + 1] == max ? gradient : 0;
            dx[b] = x[b] == max ? gradient : 0;
            dx[b + 1] = x[b + 1] == max ? gradient : 0;
        }
    }

    /** {@link Kernels#maxWindows} with {@code width} images. */
    static void maxWindows(
            int width,
            int count,
            int rows,
            int cols,
            float[] x,
            int xOffset,
            int xPitch,
            int xStep,
            float[] y,
            int yOffset) {
        for (int j = 0; j < count; j++) {
            for (int l = 0; l < width; l++) {
                int window = xOffset + j * xStep + l;
                float max = x[window];
                for (int r = 0; r < rows; r++) {
                    for (int q = 0; q < cols; q++) {
                        max = Math.max(max, x[window + r * xPitch + q * width]);
                    }
                }
                y[yOffset + j * width + l] = max;
            }
        }
    }

    /** {@link Kernels#maxWindowsBackward} with {@code width} images. */
    static void maxWindowsBackward(
            int width,
            int count,
            int rows,
            int cols,
            boolean all,
            boolean add,
            float[] x,
            float[] dx,
            int xOffset,
            int xPitch,
            int xStep,
            float[] y,
            float[] dy,
            int yOffset) {
        for (int j = 0; j < count; j++) {
            for (int l = 0; l < width; l++) {
                int window = xOffset + j * xStep + l;
                float max = y[yOffset + j * width + l];
                float left = dy[yOffset + j * width + l];
                for (int r = 0; r < rows; r++) {
                    for (int q = 0; q < cols; q++) {
                        int at = window + r * xPitch + q * width;
                        boolean here = x[at] == max || (!all && Float.isNaN(x[at]));
                        dx[at] = (add ? dx[at] : 0) + (here ? left : 0);
                        left = here && !all ? 0 : left;
                    }
                }
            }
        }
    }

    /** {@link Kernels#maxPool2x2Lanes} with {@code width} images. */
    static void pool2x2(
            int width, int count, float[] x, int top, int bottom, float[] y, int yOffset, float[] winner, int wOffset) {
        for (int j = 0; j < count; j++) {
            for (int l = 0; l < width; l++) {
                int a = top + 2 * j * width + l;
                int b = bottom + 2 * j * width + l;
                float max = Math.max(Math.max(x[a], x[a + width]), Math.max(x[b], x[b + width]));
                int not0 = differ(x[a], max);
                int not1 = not0 & differ(x[a + width], max);
                int best = not0 + not1 + (not1 & differ(x[b], max));
                if (Float.isNaN(max)) {
                    best = firstNaN(x[a], x[a + width], x[b]);
                }
                y[yOffset + j * width + l] = max;
                winner[wOffset + j * width + l] = best;
            }
        }
    }

    /** {@link Kernels#unpool2x2Lanes} with {@code width} images. */
    static void unpool2x2(
            int width,
            int count,
            float[] dy,
            int dyOffset,
            float[] winner,
            int wOffset,
            float[] dx,
            int top,
            int bottom) {
        Arrays.fill(dx, top, top + 2 * count * width, 0f);
        Arrays.fill(dx, bottom, bottom + 2 * count * width, 0f);
        for (int j = 0; j < count; j++) {
            for (int l = 0; l < width; l++) {
                int best = (int) winner[wOffset + j * width + l];
                int at = top + (2 * j + (best & 1)) * width + l + (best >> 1) * (bottom - top);
                dx[at] = dy[dyOffset + j * width + l];
            }
        }
    }
}
