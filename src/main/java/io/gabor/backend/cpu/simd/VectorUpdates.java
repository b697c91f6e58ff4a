package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/** The optimizers' updates, and what is done to gradients before and to weights behind; one pass each. */
final class VectorUpdates {
    private VectorUpdates() {}

    static void sgd(int n, float rate, float decay, float[] p, int po, float[] g, int go) {
        int bound = n - n % LANES;
        FloatVector step = FloatVector.broadcast(SPECIES, -rate);
        FloatVector pull = FloatVector.broadcast(SPECIES, decay);
        for (int j = 0; j < bound; j += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, p, po + j);
            FloatVector gradient = pull.fma(value, FloatVector.fromArray(SPECIES, g, go + j));
            step.fma(gradient, value).intoArray(p, po + j);
        }
        ScalarUpdates.sgd(bound, n, rate, decay, p, po, g, go);
    }

    static void blend(int n, float a, float[] x, int xo, float b, float[] y, int yo) {
        int bound = n - n % LANES;
        if (b == 0) {
            for (int j = 0; j < bound; j += LANES) {
                FloatVector.fromArray(SPECIES, x, xo + j).mul(a).intoArray(y, yo + j);
            }
        } else {
            FloatVector keep = FloatVector.broadcast(SPECIES, b);
            for (int j = 0; j < bound; j += LANES) {
                FloatVector scaled = FloatVector.fromArray(SPECIES, x, xo + j).mul(a);
                keep.fma(FloatVector.fromArray(SPECIES, y, yo + j), scaled).intoArray(y, yo + j);
            }
        }
        ScalarUpdates.blend(bound, n, a, x, xo, b, y, yo);
    }

    static void clamp(int n, float most, float[] x, int xo) {
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + j).max(-most).min(most).intoArray(x, xo + j);
        }
        ScalarUpdates.clamp(bound, n, most, x, xo);
    }

    static void momentum(
            int n,
            float rate,
            float decay,
            float momentum,
            boolean nesterov,
            float[] p,
            int po,
            float[] g,
            int go,
            float[] v,
            int vo) {
        int bound = n - n % LANES;
        FloatVector step = FloatVector.broadcast(SPECIES, -rate);
        FloatVector pull = FloatVector.broadcast(SPECIES, decay);
        FloatVector keep = FloatVector.broadcast(SPECIES, momentum);
        for (int j = 0; j < bound; j += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, p, po + j);
            FloatVector gradient = pull.fma(value, FloatVector.fromArray(SPECIES, g, go + j));
            FloatVector velocity = keep.fma(FloatVector.fromArray(SPECIES, v, vo + j), gradient);
            velocity.intoArray(v, vo + j);
            FloatVector direction = nesterov ? keep.fma(velocity, gradient) : velocity;
            step.fma(direction, value).intoArray(p, po + j);
        }
        ScalarUpdates.momentum(bound, n, rate, decay, momentum, nesterov, p, po, g, go, v, vo);
    }

    static void rmsProp(
            int n,
            float rate,
            float decay,
            float alpha,
            float gain,
            float epsilon,
            float momentum,
            float[] p,
            float[] g,
            float[] v,
            float[] u,
            int at) {
        int bound = at + n - n % LANES;
        FloatVector step = FloatVector.broadcast(SPECIES, -rate);
        FloatVector pull = FloatVector.broadcast(SPECIES, decay);
        FloatVector keep = FloatVector.broadcast(SPECIES, alpha);
        FloatVector heavy = FloatVector.broadcast(SPECIES, momentum);
        for (int j = at; j < bound; j += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, p, j);
            FloatVector gradient = pull.fma(value, FloatVector.fromArray(SPECIES, g, j));
            FloatVector square = keep.fma(
                    FloatVector.fromArray(SPECIES, v, j), gradient.mul(gain).mul(gradient));
            square.intoArray(v, j);
            FloatVector direction = gradient.div(square.sqrt().add(epsilon));
            if (u != null) {
                direction = heavy.fma(FloatVector.fromArray(SPECIES, u, j), direction);
                direction.intoArray(u, j);
            }
            step.fma(direction, value).intoArray(p, j);
        }
        ScalarUpdates.rmsProp(bound, at + n, rate, decay, alpha, gain, epsilon, momentum, p, g, v, u);
    }

    static void adagrad(int n, float rate, float decay, float epsilon, float[] p, float[] g, float[] s, int at) {
        int bound = at + n - n % LANES;
        FloatVector step = FloatVector.broadcast(SPECIES, -rate);
        FloatVector pull = FloatVector.broadcast(SPECIES, decay);
        for (int j = at; j < bound; j += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, p, j);
            FloatVector gradient = pull.fma(value, FloatVector.fromArray(SPECIES, g, j));
            FloatVector sum = gradient.fma(gradient, FloatVector.fromArray(SPECIES, s, j));
            sum.intoArray(s, j);
            step.fma(gradient.div(sum.sqrt().add(epsilon)), value).intoArray(p, j);
        }
        ScalarUpdates.adagrad(bound, at + n, rate, decay, epsilon, p, g, s);
    }

    static void adam(
            int n, AdamConstants c, float[] p, int po, float[] g, int go, float[] m, int mo, float[] v, int vo) {
        int bound = n - n % LANES;
        FloatVector beta1 = FloatVector.broadcast(SPECIES, c.beta1);
        FloatVector beta2 = FloatVector.broadcast(SPECIES, c.beta2);
        FloatVector decay = FloatVector.broadcast(SPECIES, c.decay);
        FloatVector scale = FloatVector.broadcast(SPECIES, c.scale);
        FloatVector epsilon = FloatVector.broadcast(SPECIES, c.epsilon);
        float shrink = c.shrink;
        float gain1 = c.gain1;
        float gain2 = c.gain2;
        float rate = c.rate;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector old = FloatVector.fromArray(SPECIES, p, po + j);
            FloatVector gradient = decay.fma(old, FloatVector.fromArray(SPECIES, g, go + j));
            FloatVector first = beta1.fma(FloatVector.fromArray(SPECIES, m, mo + j), gradient.mul(gain1));
            FloatVector second = beta2.fma(
                    FloatVector.fromArray(SPECIES, v, vo + j),
                    gradient.mul(gain2).mul(gradient));
            first.intoArray(m, mo + j);
            second.intoArray(v, vo + j);
            FloatVector change = first.mul(rate).div(second.sqrt().fma(scale, epsilon));
            old.mul(shrink).sub(change).intoArray(p, po + j);
        }
        ScalarUpdates.adam(bound, n, c, p, po, g, go, m, mo, v, vo);
    }
}
