package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/**
 * Float versions of exp, sigmoid and tanh by the same reduction and polynomials as the vectors use, so that the tail of an
 * array and the scalar twin give what the vectors give. Errors are a few units in the last place.
 *
 * <p>{@code exp(x) = 2ⁿ · exp(r)} with {@code n} the integer nearest to {@code x / ln 2} and {@code |r| ≤ ln 2 / 2}; the
 * polynomial is the Taylor series of degree 7, whose remainder there is below 6e-9. {@code ln 2} is split in two, so that
 * {@code n · LN2_HIGH} is exact (Cody and Waite).
 */
final class ScalarMath {
    static final float LOG2_E = 1.44269504f;
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;
    /** Adding 1.5·2²³ rounds to an integer and leaves it in the low bits. */
    static final float ROUNDER = 12582912f;
    /** Below this exp is not a normal float; it counts as 0. */
    static final float EXP_MIN = -87.33f;

    static final float P2 = 1f / 2;
    static final float P3 = 1f / 6;
    static final float P4 = 1f / 24;
    static final float P5 = 1f / 120;
    static final float P6 = 1f / 720;
    static final float P7 = 1f / 5040;

    /** Up to here tanh is its Taylor series of degree 13, whose remainder is below 2e-8 of it; the quotient would cancel. */
    static final float TANH_SERIES = 0.5f;

    static final float T3 = -1f / 3;
    static final float T5 = 2f / 15;
    static final float T7 = -17f / 315;
    static final float T9 = 62f / 2835;
    static final float T11 = -1382f / 155925;
    static final float T13 = 21844f / 6081075;

    private ScalarMath() {}

    /** Returns exp(x) for {@code x ≤ 0}, or NaN for NaN. */
    static float exp(float x) {
        if (x < EXP_MIN) {
            return 0;
        }
        float shifted = fma(x, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
        float p = fma(P7, r, P6);
        p = fma(p, r, P5);
        p = fma(p, r, P4);
        p = fma(p, r, P3);
        p = fma(p, r, P2);
        p = fma(p, r, 1f);
        p = fma(p, r, 1f);
        return p * Float.intBitsToFloat(((int) n + 127) << 23);
    }

    static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0 ? e : 1f) / (1f + e);
    }

    static float tanh(float x) {
        if (Math.abs(x) < TANH_SERIES) {
            float z = x * x;
            float p = fma(T13, z, T11);
            p = fma(p, z, T9);
            p = fma(p, z, T7);
            p = fma(p, z, T5);
            p = fma(p, z, T3);
            return fma(p * z, x, x);
        }
        float e = exp(-2 * Math.abs(x));
        float t = (1f - e) / (1f + e);
        return x < 0 ? -t : t;
    }

    static float apply(Function f, float slope, float x) {
        return switch (f) {
            case IDENTITY -> x;
            case RELU -> x <= 0 ? 0 : x;
            case LEAKY_RELU -> x > 0 ? x : slope * x;
            case SIGMOID -> sigmoid(x);
            case TANH -> tanh(x);
        };
    }

    /** Returns dy · f' with f' from y = f(x). */
    static float differentiate(Function f, float slope, float y, float dy) {
        return switch (f) {
            case IDENTITY -> dy;
            case RELU -> y > 0 ? dy : 0;
            case LEAKY_RELU -> y > 0 ? dy : slope * dy;
            case SIGMOID -> dy * (y * (1f - y));
            case TANH -> dy * fma(-y, y, 1f);
        };
    }

    /** {@code y[j] = scale · x[j] + shift} from unsigned bytes; C2 turns this loop into vectors where it can. */
    static void scaleBytes(int n, float scale, float shift, byte[] x, int xOffset, float[] y, int yOffset) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] = fma(x[xOffset + j] & 0xFF, scale, shift);
        }
    }

    /** Returns the sum, in four chains. */
    static float sum(int n, float[] x, int xOffset) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int j = 0;
        for (; j + 4 <= n; j += 4) {
            s0 += x[xOffset + j];
            s1 += x[xOffset + j + 1];
            s2 += x[xOffset + j + 2];
            s3 += x[xOffset + j + 3];
        }
        for (; j < n; j++) {
            s0 += x[xOffset + j];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** {@code y[i] = Σ over l < size of x[i·size + l]}, in four chains; size is a multiple of four. */
    static void addGroups(int n, int size, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < n; i++) {
            int at = xOffset + i * size;
            float s0 = x[at];
            float s1 = x[at + 1];
            float s2 = x[at + 2];
            float s3 = x[at + 3];
            for (int l = 4; l < size; l += 4) {
                s0 += x[at + l];
                s1 += x[at + l + 1];
                s2 += x[at + l + 2];
                s3 += x[at + l + 3];
            }
            y[yOffset + i] = (s0 + s1) + (s2 + s3);
        }
    }

    /** {@link Kernels#transpose} of a square of this width. */
    static void transpose(int width, float[] x, int xOffset, int xPitch, float[] y, int yOffset) {
        for (int r = 0; r < width; r++) {
            for (int l = 0; l < width; l++) {
                y[yOffset + l * width + r] = x[xOffset + r * xPitch + l];
            }
        }
    }

    /** Returns the sum of products, in four chains. */
    static float dot(int n, float[] a, int aOffset, float[] b, int bOffset) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int j = 0;
        for (; j + 4 <= n; j += 4) {
            s0 = fma(a[aOffset + j], b[bOffset + j], s0);
            s1 = fma(a[aOffset + j + 1], b[bOffset + j + 1], s1);
            s2 = fma(a[aOffset + j + 2], b[bOffset + j + 2], s2);
            s3 = fma(a[aOffset + j + 3], b[bOffset + j + 3], s3);
        }
        for (; j < n; j++) {
            s0 = fma(a[aOffset + j], b[bOffset + j], s0);
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** Softmax of one row. */
    static void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
        float max = x[xOffset];
        for (int j = 1; j < n; j++) {
            max = Math.max(max, x[xOffset + j]);
        }
        float sum = 0;
        for (int j = 0; j < n; j++) {
            float e = exp(x[xOffset + j] - max);
            y[yOffset + j] = e;
            sum += e;
        }
        float scale = 1f / sum;
        for (int j = 0; j < n; j++) {
            y[yOffset + j] *= scale;
        }
    }
}
