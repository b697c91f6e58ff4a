package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/** The optimizers' updates, and what is done to gradients before and to weights behind, from j = from to n: the scalar twin, and the tail of the vectors. */
final class ScalarUpdates {
    private ScalarUpdates() {}

    static void sgd(int from, int n, float rate, float decay, float[] p, int pOffset, float[] g, int gOffset) {
        for (int j = from; j < n; j++) {
            float value = p[pOffset + j];
            p[pOffset + j] = fma(-rate, fma(decay, value, g[gOffset + j]), value);
        }
    }

    static void blend(int from, int n, float a, float[] x, int xOffset, float b, float[] y, int yOffset) {
        for (int j = from; j < n; j++) {
            float scaled = a * x[xOffset + j];
            y[yOffset + j] = b == 0 ? scaled : fma(b, y[yOffset + j], scaled);
        }
    }

    static void clamp(int from, int n, float most, float[] x, int xOffset) {
        for (int j = from; j < n; j++) {
            x[xOffset + j] = Math.min(Math.max(x[xOffset + j], -most), most);
        }
    }

    static void momentum(
            int from,
            int n,
            float rate,
            float decay,
            float momentum,
            boolean nesterov,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] v,
            int vOffset) {
        for (int j = from; j < n; j++) {
            float value = p[pOffset + j];
            float gradient = fma(decay, value, g[gOffset + j]);
            float velocity = fma(momentum, v[vOffset + j], gradient);
            v[vOffset + j] = velocity;
            p[pOffset + j] = fma(-rate, nesterov ? fma(momentum, velocity, gradient) : velocity, value);
        }
    }

    /** From element {@code from} to {@code end} of all arrays. */
    static void rmsProp(
            int from,
            int end,
            float rate,
            float decay,
            float alpha,
            float gain,
            float epsilon,
            float momentum,
            float[] p,
            float[] g,
            float[] v,
            float[] u) {
        for (int j = from; j < end; j++) {
            float gradient = fma(decay, p[j], g[j]);
            v[j] = fma(alpha, v[j], gain * gradient * gradient);
            float direction = gradient / ((float) Math.sqrt(v[j]) + epsilon);
            if (u != null) {
                direction = fma(momentum, u[j], direction);
                u[j] = direction;
            }
            p[j] = fma(-rate, direction, p[j]);
        }
    }

    /** From element {@code from} to {@code end} of all arrays. */
    static void adagrad(int from, int end, float rate, float decay, float epsilon, float[] p, float[] g, float[] s) {
        for (int j = from; j < end; j++) {
            float gradient = fma(decay, p[j], g[j]);
            s[j] = fma(gradient, gradient, s[j]);
            p[j] = fma(-rate, gradient / ((float) Math.sqrt(s[j]) + epsilon), p[j]);
        }
    }

    static void adam(
            int from,
            int n,
            AdamConstants c,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] m,
            int mOffset,
            float[] v,
            int vOffset) {
        if (pOffset == gOffset && pOffset == mOffset && pOffset == vOffset) {
            adamInStep(pOffset + from, pOffset + n, c, p, g, m, v);
            return;
        }
        for (int j = from; j < n; j++) {
            float old = p[pOffset + j];
            float gradient = g[gOffset + j];
            float first = firstMoment(c, old, gradient, m[mOffset + j]);
            float second = secondMoment(c, old, gradient, v[vOffset + j]);
            m[mOffset + j] = first;
            v[vOffset + j] = second;
            p[pOffset + j] = moved(c, old, first, second);
        }
    }

    /** All arrays at the same index, and a loop for each result: so C2 makes vectors of it, which it does of short loops only. */
    private static void adamInStep(int begin, int end, AdamConstants c, float[] p, float[] g, float[] m, float[] v) {
        for (int j = begin; j < end; j++) {
            m[j] = firstMoment(c, p[j], g[j], m[j]);
        }
        for (int j = begin; j < end; j++) {
            v[j] = secondMoment(c, p[j], g[j], v[j]);
        }
        for (int j = begin; j < end; j++) {
            p[j] = moved(c, p[j], m[j], v[j]);
        }
    }

    private static float firstMoment(AdamConstants c, float p, float g, float m) {
        return fma(c.beta1, m, c.gain1 * fma(c.decay, p, g));
    }

    private static float secondMoment(AdamConstants c, float p, float g, float v) {
        float gradient = fma(c.decay, p, g);
        return fma(c.beta2, v, c.gain2 * gradient * gradient);
    }

    private static float moved(AdamConstants c, float p, float m, float v) {
        return c.shrink * p - c.rate * m / fma((float) Math.sqrt(v), c.scale, c.epsilon);
    }
}
