package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;
import static io.gabor.backend.cpu.simd.VectorKernels.LANES;

import io.gabor.backend.cpu.simd.WarmUpCalls.Kind;

/** The vector loops of normalisation in a JVM that has just started; see {@link WarmingKernels}. */
final class WarmingNorms implements NormKernels {
    private static final VectorNorms VECTOR = new VectorNorms();
    /** For what does not depend on the number of lanes. */
    private static final ScalarNorms PLAIN = new ScalarNorms();

    private static final int WIDTH = 2 * LANES;

    private final WarmUp moments;
    private final WarmUp products;
    private final WarmUp normalize;
    private final WarmUp combine;
    private final WarmUp affine;
    private final WarmUp gradients;

    WarmingNorms(WarmUpQueue queue) {
        moments = new WarmUp(queue, Kind.MOMENTS, 0, 0);
        products = new WarmUp(queue, Kind.PRODUCTS, 0, 0);
        normalize = new WarmUp(queue, Kind.NORMALIZE, 0, 0);
        combine = new WarmUp(queue, Kind.COMBINE, 0, 0);
        affine = new WarmUp(queue, Kind.AFFINE, 0, 0);
        gradients = new WarmUp(queue, Kind.GRADIENTS, 0, 0);
    }

    @Override
    public int parts() {
        return LANES;
    }

    @Override
    public void moments(int n, float centre, float[] x, int xOffset, float[] parts) {
        if (moments.ready()) {
            VECTOR.moments(n, centre, x, xOffset, parts);
        } else {
            momentsOfLanes(n, centre, x, xOffset, parts);
        }
    }

    /** Lane by lane, in the order of the vectors: two chains for each sum. */
    private static void momentsOfLanes(int n, float centre, float[] x, int xo, float[] parts) {
        int bound = n - n % WIDTH;
        for (int l = 0; l < LANES; l++) {
            float s0 = 0;
            float s1 = 0;
            float q0 = 0;
            float q1 = 0;
            for (int j = l; j < bound; j += WIDTH) {
                float d0 = x[xo + j] - centre;
                float d1 = x[xo + j + LANES] - centre;
                s0 += d0;
                s1 += d1;
                q0 = fma(d0, d0, q0);
                q1 = fma(d1, d1, q1);
            }
            parts[l] = s0 + s1;
            parts[LANES + l] = q0 + q1;
        }
        ScalarNorms.moments(bound, n, centre, x, xo, parts, LANES);
    }

    @Override
    public void products(int n, float centre, float[] x, int xOffset, float[] d, int dOffset, float[] parts) {
        if (products.ready()) {
            VECTOR.products(n, centre, x, xOffset, d, dOffset, parts);
        } else {
            productsOfLanes(n, centre, x, xOffset, d, dOffset, parts);
        }
    }

    private static void productsOfLanes(int n, float centre, float[] x, int xo, float[] d, int dOffset, float[] parts) {
        int bound = n - n % WIDTH;
        for (int l = 0; l < LANES; l++) {
            float s0 = 0;
            float s1 = 0;
            float q0 = 0;
            float q1 = 0;
            for (int j = l; j < bound; j += WIDTH) {
                float d0 = d[dOffset + j];
                float d1 = d[dOffset + j + LANES];
                s0 += d0;
                s1 += d1;
                q0 = fma(x[xo + j] - centre, d0, q0);
                q1 = fma(x[xo + j + LANES] - centre, d1, q1);
            }
            parts[l] = s0 + s1;
            parts[LANES + l] = q0 + q1;
        }
        ScalarNorms.products(bound, n, centre, x, xo, d, dOffset, parts, LANES);
    }

    @Override
    public void normalize(
            int n, float centre, float scale, float shift, float[] x, int xOffset, float[] y, int yOffset) {
        NormKernels norms = normalize.ready() ? VECTOR : PLAIN;
        norms.normalize(n, centre, scale, shift, x, xOffset, y, yOffset);
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
        NormKernels norms = combine.ready() ? VECTOR : PLAIN;
        norms.combine(n, a, d, dOffset, b, centre, x, xOffset, c, y, yOffset);
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
        NormKernels norms = affine.ready() ? VECTOR : PLAIN;
        norms.affine(n, centre, scale, shift, x, xOffset, gamma, gammaOffset, beta, betaOffset, y, yOffset);
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
        NormKernels norms = gradients.ready() ? VECTOR : PLAIN;
        norms.addGradients(n, centre, scale, shift, x, xOffset, d, dOffset, dgamma, dgammaOffset, dbeta, dbetaOffset);
    }
}
