package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/**
 * Depthwise convolutions in plain loops: for the scalar twin, and, lane by lane in the order of the vectors, for a JVM that
 * has not compiled those yet.
 */
final class PlainDepthwise implements DepthwiseKernels {
    private final int width;
    private final int parts;

    /**
     * Makes loops.
     *
     * @param width values of a pixel: {@link Kernels#panelWidth}
     * @param parts {@link Kernels#partialSums}
     */
    PlainDepthwise(int width, int parts) {
        this.width = width;
        this.parts = parts;
    }

    @Override
    public void sums(
            int count,
            int taps,
            int[] weights,
            float[] w,
            int wOffset,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] y,
            int yOffset,
            int yStep) {
        for (int j = 0; j < count; j++) {
            int from = xOffset + j * xStep;
            int to = yOffset + j * yStep;
            int t = 0;
            for (; t + 3 <= taps; t += 3) {
                three(
                        width,
                        t > 0,
                        w[wOffset + weights[t]],
                        w[wOffset + weights[t + 1]],
                        w[wOffset + weights[t + 2]],
                        x,
                        from + steps[t],
                        from + steps[t + 1],
                        from + steps[t + 2],
                        y,
                        to);
            }
            for (; t < taps; t++) {
                one(width, t > 0, w[wOffset + weights[t]], x, from + steps[t], y, to);
            }
        }
    }

    private static void three(
            int n, boolean add, float u, float v, float w, float[] x, int a, int b, int c, float[] y, int to) {
        for (int l = 0; l < n; l++) {
            float first = add ? fma(u, x[a + l], y[to + l]) : u * x[a + l];
            y[to + l] = fma(w, x[c + l], fma(v, x[b + l], first));
        }
    }

    private static void one(int n, boolean add, float w, float[] x, int from, float[] y, int to) {
        for (int l = 0; l < n; l++) {
            y[to + l] = add ? fma(w, x[from + l], y[to + l]) : w * x[from + l];
        }
    }

    @Override
    public void gradients(
            int count,
            int taps,
            int[] weights,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] dz,
            int dzOffset,
            int dzStep,
            float[] sums) {
        for (int lane = 0; lane < width; lane += parts) {
            for (int l = 0; l < parts; l += 4) {
                int from = xOffset + lane + l;
                int gradient = dzOffset + lane + l;
                for (int t = 0; t < taps; t++) {
                    four(
                            Math.min(4, parts - l),
                            count,
                            x,
                            from + steps[t],
                            xStep,
                            dz,
                            gradient,
                            dzStep,
                            sums,
                            l + weights[t] * parts);
                }
            }
        }
    }

    /** Four lanes, or what is left of them. */
    private static void four(
            int lanes,
            int count,
            float[] x,
            int from,
            int xStep,
            float[] dz,
            int gradient,
            int step,
            float[] sums,
            int to) {
        if (lanes < 4) {
            for (int l = 0; l < lanes; l++) {
                for (int j = 0; j < count; j++) {
                    sums[to + l] = fma(dz[gradient + l + j * step], x[from + l + j * xStep], sums[to + l]);
                }
            }
            return;
        }
        float s0 = sums[to];
        float s1 = sums[to + 1];
        float s2 = sums[to + 2];
        float s3 = sums[to + 3];
        int a = gradient;
        int b = from;
        for (int j = 0; j < count; j++) {
            s0 = fma(dz[a], x[b], s0);
            s1 = fma(dz[a + 1], x[b + 1], s1);
            s2 = fma(dz[a + 2], x[b + 2], s2);
            s3 = fma(dz[a + 3], x[b + 3], s3);
            a += step;
            b += xStep;
        }
        sums[to] = s0;
        sums[to + 1] = s1;
        sums[to + 2] = s2;
        sums[to + 3] = s3;
    }
}
