package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/** The optimizers' updates from j = from to n: the scalar twin, and the tail of the vectors. */
final class ScalarUpdates {
    private ScalarUpdates() {}

    static void sgd(int from, int n, float rate, float decay, float[] p, int pOffset, float[] g, int gOffset) {
        for (int j = from; j < n; j++) {
            float value = p[pOffset + j];
            p[pOffset + j] = fma(-rate, fma(decay, value, g[gOffset + j]), value);
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
