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
        for (int j = from; j < n; j++) {
            float old = p[pOffset + j];
            float value = c.shrink * old;
            float gradient = fma(c.decay, old, g[gOffset + j]);
            float first = fma(c.beta1, m[mOffset + j], c.gain1 * gradient);
            float second = fma(c.beta2, v[vOffset + j], c.gain2 * gradient * gradient);
            m[mOffset + j] = first;
            v[vOffset + j] = second;
            p[pOffset + j] = value - c.rate * first / fma((float) Math.sqrt(second), c.scale, c.epsilon);
        }
    }
}
