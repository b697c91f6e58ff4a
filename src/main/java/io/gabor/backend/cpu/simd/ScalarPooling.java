package io.gabor.backend.cpu.simd;

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
            int top,
            int bottom,
            float[] y,
            int yOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxTop,
            int dxBottom) {
        for (int j = from; j < n; j++) {
            float max = y[yOffset + j];
            float gradient = dy[dyOffset + j];
            boolean open = true;
            for (int q = 0; q < 4; q++) {
                int step = 2 * j + (q & 1);
                float value = q < 2 ? x[top + step] : x[bottom + step];
                // The first NaN stands for a window with NaN; among ties there are none with it, since it equals
                // nothing.
                boolean hit = open && (value == max || (!all && Float.isNaN(value) && Float.isNaN(max)));
                dx[q < 2 ? dxTop + step : dxBottom + step] = hit ? gradient : 0;
                open = all || (open && !hit);
            }
        }
    }
}
