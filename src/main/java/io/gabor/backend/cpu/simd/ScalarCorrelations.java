package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/**
 * Sums of products of two runs, for the scalar twin. Nothing is read twice here, so that copies for the sake of vectors
 * ({@link ScalarTiles}) would not pay: sums stay in registers, eight chains at a time, as many as two units with a latency
 * of four cycles take.
 */
final class ScalarCorrelations {
    /** Partial sums of one sum. */
    static final int PARTS = 4;

    private ScalarCorrelations() {}

    /** {@link Kernels#correlate}. */
    static void correlate(
            int rows,
            int firstColumn,
            int columns,
            int runs,
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            int aStep,
            float[] b,
            int bOffset,
            int[] bColumns,
            int bStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        for (int u = 0; u < runs; u++) {
            int from = bOffset + u * bStep;
            for (int i = 0; i < rows; i += 2) {
                int ai = aOffset + i * aPitch + u * aStep;
                int to = sumsOffset + i * sumsPitch;
                int height = Math.min(2, rows - i);
                int j = 0;
                for (; height == 2 && j + 2 <= columns; j += 2) {
                    int left = from + bColumns[firstColumn + j];
                    int right = from + bColumns[firstColumn + j + 1];
                    twoByTwo(run, a, ai, aPitch, b, left, right, sums, to + j * PARTS, sumsPitch);
                    twoByTwo(run, a, ai + 2, aPitch, b, left + 2, right + 2, sums, to + j * PARTS + 2, sumsPitch);
                }
                for (; j < columns; j++) {
                    int column = from + bColumns[firstColumn + j];
                    for (int r = 0; r < height; r++) {
                        one(run, a, ai + r * aPitch, b, column, sums, to + r * sumsPitch + j * PARTS);
                    }
                }
            }
        }
    }

    /** Two of the parts of two rows and two columns. */
    private static void twoByTwo(
            int run,
            float[] a,
            int a0,
            int aPitch,
            float[] b,
            int left,
            int right,
            float[] sums,
            int r0,
            int sumsPitch) {
        int a1 = a0 + aPitch;
        int r1 = r0 + sumsPitch;
        float s00 = sums[r0];
        float s01 = sums[r0 + 1];
        float t00 = sums[r0 + PARTS];
        float t01 = sums[r0 + PARTS + 1];
        float s10 = sums[r1];
        float s11 = sums[r1 + 1];
        float t10 = sums[r1 + PARTS];
        float t11 = sums[r1 + PARTS + 1];
        for (int t = 0; t < run; t += PARTS) {
            float x0 = a[a0 + t];
            float x1 = a[a0 + t + 1];
            float y0 = a[a1 + t];
            float y1 = a[a1 + t + 1];
            float v0 = b[left + t];
            float v1 = b[left + t + 1];
            float w0 = b[right + t];
            float w1 = b[right + t + 1];
            s00 = fma(x0, v0, s00);
            s01 = fma(x1, v1, s01);
            t00 = fma(x0, w0, t00);
            t01 = fma(x1, w1, t01);
            s10 = fma(y0, v0, s10);
            s11 = fma(y1, v1, s11);
            t10 = fma(y0, w0, t10);
            t11 = fma(y1, w1, t11);
        }
        sums[r0] = s00;
        sums[r0 + 1] = s01;
        sums[r0 + PARTS] = t00;
        sums[r0 + PARTS + 1] = t01;
        sums[r1] = s10;
        sums[r1 + 1] = s11;
        sums[r1 + PARTS] = t10;
        sums[r1 + PARTS + 1] = t11;
    }

    private static void one(int run, float[] a, int a0, float[] b, int b0, float[] sums, int r0) {
        float s0 = sums[r0];
        float s1 = sums[r0 + 1];
        float s2 = sums[r0 + 2];
        float s3 = sums[r0 + 3];
        for (int t = 0; t < run; t += PARTS) {
            s0 = fma(a[a0 + t], b[b0 + t], s0);
            s1 = fma(a[a0 + t + 1], b[b0 + t + 1], s1);
            s2 = fma(a[a0 + t + 2], b[b0 + t + 2], s2);
            s3 = fma(a[a0 + t + 3], b[b0 + t + 3], s3);
        }
        sums[r0] = s0;
        sums[r0 + 1] = s1;
        sums[r0 + 2] = s2;
        sums[r0 + 3] = s3;
    }

    /** {@link Kernels#sumUp}. */
    static void sumUp(int n, float[] x, int xOffset, float[] sums, int to) {
        float s0 = sums[to];
        float s1 = sums[to + 1];
        float s2 = sums[to + 2];
        float s3 = sums[to + 3];
        for (int j = xOffset; j < xOffset + n; j += PARTS) {
            s0 += x[j];
            s1 += x[j + 1];
            s2 += x[j + 2];
            s3 += x[j + 3];
        }
        sums[to] = s0;
        sums[to + 1] = s1;
        sums[to + 2] = s2;
        sums[to + 3] = s3;
    }
}
