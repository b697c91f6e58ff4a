package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/** {@link NormKernels} in plain Java: sums in four chains. The static loops begin at an element, for the tail of the vectors. */
final class ScalarNorms implements NormKernels {
    private static final int PARTS = 4;

    @Override
    public int parts() {
        return PARTS;
    }

    @Override
    public void moments(int n, float centre, float[] x, int xOffset, float[] parts) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float q0 = 0;
        float q1 = 0;
        float q2 = 0;
        float q3 = 0;
        int j = 0;
        for (; j + PARTS <= n; j += PARTS) {
            float d0 = x[xOffset + j] - centre;
            float d1 = x[xOffset + j + 1] - centre;
            float d2 = x[xOffset + j + 2] - centre;
            float d3 = x[xOffset + j + 3] - centre;
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            q0 = fma(d0, d0, q0);
            q1 = fma(d1, d1, q1);
            q2 = fma(d2, d2, q2);
            q3 = fma(d3, d3, q3);
        }
        keep(parts, s0, s1, s2, s3, q0, q1, q2, q3);
        moments(j, n, centre, x, xOffset, parts, PARTS);
    }

    static void moments(int from, int n, float centre, float[] x, int xOffset, float[] parts, int partCount) {
        for (int j = from; j < n; j++) {
            float d = x[xOffset + j] - centre;
            parts[0] += d;
            parts[partCount] = fma(d, d, parts[partCount]);
        }
    }

    @Override
    public void products(int n, float centre, float[] x, int xOffset, float[] d, int dOffset, float[] parts) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float q0 = 0;
        float q1 = 0;
        float q2 = 0;
        float q3 = 0;
        int j = 0;
        for (; j + PARTS <= n; j += PARTS) {
            float d0 = d[dOffset + j];
            float d1 = d[dOffset + j + 1];
            float d2 = d[dOffset + j + 2];
            float d3 = d[dOffset + j + 3];
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            q0 = fma(d0, x[xOffset + j] - centre, q0);
            q1 = fma(d1, x[xOffset + j + 1] - centre, q1);
            q2 = fma(d2, x[xOffset + j + 2] - centre, q2);
            q3 = fma(d3, x[xOffset + j + 3] - centre, q3);
        }
        keep(parts, s0, s1, s2, s3, q0, q1, q2, q3);
        products(j, n, centre, x, xOffset, d, dOffset, parts, PARTS);
    }

    static void products(
            int from, int n, float centre, float[] x, int xOffset, float[] d, int dOffset, float[] parts, int count) {
        for (int j = from; j < n; j++) {
            parts[0] += d[dOffset + j];
            parts[count] = fma(d[dOffset + j], x[xOffset + j] - centre, parts[count]);
        }
    }

    private static void keep(
            float[] parts, float s0, float s1, float s2, float s3, float q0, float q1, float q2, float q3) {
        parts[0] = s0;
        parts[1] = s1;
        parts[2] = s2;
        parts[3] = s3;
        parts[PARTS] = q0;
        parts[PARTS + 1] = q1;
        parts[PARTS + 2] = q2;
        parts[PARTS + 3] = q3;
    }

    @Override
    public void normalize(
            int n, float centre, float scale, float shift, float[] x, int xOffset, float[] y, int yOffset) {
        normalize(0, n, centre, scale, shift, x, xOffset, y, yOffset);
    }

    static void normalize(
            int from, int n, float centre, float scale, float shift, float[] x, int xOffset, float[] y, int yOffset) {
        for (int j = from; j < n; j++) {
            y[yOffset + j] = fma(x[xOffset + j] - centre, scale, shift);
        }
    }

    @Override
    public void combine(
            int n,
            float a,
            float[] d,
            int dOffset,
            float b,
            float centre,
            float[] x,
            int xOffset,
            float c,
            float[] y,
            int yOffset) {
        combine(0, n, a, d, dOffset, b, centre, x, xOffset, c, y, yOffset);
    }

    static void combine(
            int from,
            int n,
            float a,
            float[] d,
            int dOffset,
            float b,
            float centre,
            float[] x,
            int xOffset,
            float c,
            float[] y,
            int yOffset) {
        for (int j = from; j < n; j++) {
            y[yOffset + j] = fma(a, d[dOffset + j], fma(b, x[xOffset + j] - centre, c));
        }
    }

    @Override
    public void affine(
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] y,
            int yOffset) {
        affine(0, n, centre, scale, shift, x, xOffset, gamma, gammaOffset, beta, betaOffset, y, yOffset);
    }

    static void affine(
            int from,
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] y,
            int yOffset) {
        for (int j = from; j < n; j++) {
            float normalized = fma(x[xOffset + j] - centre, scale, shift);
            y[yOffset + j] = fma(normalized, gamma[gammaOffset + j], beta[betaOffset + j]);
        }
    }

    @Override
    public void addGradients(
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xOffset,
            float[] d,
            int dOffset,
            float[] dgamma,
            int dgammaOffset,
            float[] dbeta,
            int dbetaOffset) {
        addGradients(0, n, centre, scale, shift, x, xOffset, d, dOffset, dgamma, dgammaOffset, dbeta, dbetaOffset);
    }

    static void addGradients(
            int from,
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xOffset,
            float[] d,
            int dOffset,
            float[] dgamma,
            int dgammaOffset,
            float[] dbeta,
            int dbetaOffset) {
        for (int j = from; j < n; j++) {
            float normalized = fma(x[xOffset + j] - centre, scale, shift);
            dgamma[dgammaOffset + j] = fma(d[dOffset + j], normalized, dgamma[dgammaOffset + j]);
            dbeta[dbetaOffset + j] += d[dOffset + j];
        }
    }
}
