package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/**
 * {@link CurveKernels} in plain Java, and the functions themselves: step by step what the vectors compute, for their tails.
 *
 * <p>Φ(−|x|) is {@code t/2 · exp(−z² + P(t))} with {@code z = |x|/√2} and {@code t = 1/(1 + z/2)}: a Chebyshev fit of the
 * complementary error function whose relative error is below 1.2e-7 everywhere (Press et al., Numerical Recipes, erfcc).
 * {@code log(1 + u)} is {@code 2·artanh(u/(2 + u))} by its series up to the 13th power; for u ≤ 1 what is left is below 2e-8.
 */
final class ScalarCurves implements CurveKernels {
    static final float SQRT_HALF = 0.70710678f;
    /** 1/√(2π). */
    static final float DENSITY = 0.39894228f;
    /** P's coefficients, the highest power first; the last is the constant. */
    static final float[] ERFC = {
        0.17087277f,
        -0.82215223f,
        1.48851587f,
        -1.13520398f,
        0.27886807f,
        -0.18628806f,
        0.09678418f,
        0.37409196f,
        1.00002368f,
        -1.26551223f
    };

    /** 2/13, 2/11, ..., 2/3, 2: artanh's series in z², twice. */
    static final float[] LOG = {2f / 13, 2f / 11, 2f / 9, 2f / 7, 2f / 5, 2f / 3, 2f};

    @Override
    public void apply(Curve f, float alpha, int n, float[] x, int xOffset, float[] y, int yOffset) {
        apply(f, alpha, 0, n, x, xOffset, y, yOffset);
    }

    static void apply(Curve f, float alpha, int from, int n, float[] x, int xOffset, float[] y, int yOffset) {
        for (int j = from; j < n; j++) {
            y[yOffset + j] = value(f, alpha, x[xOffset + j]);
        }
    }

    @Override
    public void differentiate(
            Curve f, float alpha, int n, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        differentiate(f, alpha, 0, n, x, xOffset, dy, dyOffset, dx, dxOffset);
    }

    static void differentiate(
            Curve f,
            float alpha,
            int from,
            int n,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        for (int j = from; j < n; j++) {
            dx[dxOffset + j] = dy[dyOffset + j] * slope(f, alpha, x[xOffset + j]);
        }
    }

    private static float value(Curve f, float alpha, float x) {
        return switch (f) {
            case GELU -> times(x, normal(x));
            case SILU -> times(x, ScalarMath.sigmoid(x));
            case ELU -> x > 0 ? x : alpha * expm1(x);
            case SOFTPLUS -> Math.max(x, 0) + log1p(ScalarMath.exp(-Math.abs(x)));
            case HARD_SWISH -> times(x, Math.min(Math.max(x + 3, 0), 6)) * (1f / 6);
        };
    }

    private static float slope(Curve f, float alpha, float x) {
        return switch (f) {
            case GELU -> fma(times(x, ScalarMath.exp(-0.5f * x * x)), DENSITY, normal(x));
            case SILU -> {
                float s = ScalarMath.sigmoid(x);
                yield times(times(x, s), ScalarMath.sigmoid(-x)) + s;
            }
            case ELU -> x > 0 ? 1 : alpha * ScalarMath.exp(x);
            case SOFTPLUS -> ScalarMath.sigmoid(x);
            case HARD_SWISH -> x <= -3 ? 0 : x >= 3 ? 1 : fma(x, 1f / 3, 0.5f);
        };
    }

    /** The product, 0 where the factor is: at −∞ too. */
    private static float times(float x, float factor) {
        return factor == 0 ? 0 : x * factor;
    }

    /** Returns Φ(x). */
    private static float normal(float x) {
        float z = Math.abs(x) * SQRT_HALF;
        float t = 1f / fma(0.5f, z, 1f);
        float p = ERFC[0];
        for (int i = 1; i < ERFC.length; i++) {
            p = fma(p, t, ERFC[i]);
        }
        float tail = 0.5f * t * ScalarMath.exp(fma(-z, z, p));
        return x < 0 ? tail : 1f - tail;
    }

    /** Returns exp(x) − 1 for {@code x ≤ 0}: with t = tanh(x/2), which is exact near 0, it is 2t/(1 − t). */
    private static float expm1(float x) {
        float t = ScalarMath.tanh(0.5f * x);
        return 2 * t / (1f - t);
    }

    /** Returns log(1 + u) for {@code 0 ≤ u ≤ 1}. */
    private static float log1p(float u) {
        float z = u / (2f + u);
        float square = z * z;
        float p = LOG[0];
        for (int i = 1; i < LOG.length; i++) {
            p = fma(p, square, LOG[i]);
        }
        return p * z;
    }
}
