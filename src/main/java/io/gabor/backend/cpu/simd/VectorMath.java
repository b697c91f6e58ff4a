package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link ScalarMath} on vectors, step by step the same. */
final class VectorMath {
    private VectorMath() {}

    /** Returns exp(x) for {@code x ≤ 0}, or NaN for NaN. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(ScalarMath.EXP_MIN);
        FloatVector rounder = FloatVector.broadcast(SPECIES, ScalarMath.ROUNDER);
        FloatVector shifted = bounded.fma(FloatVector.broadcast(SPECIES, ScalarMath.LOG2_E), rounder);
        FloatVector n = shifted.sub(rounder);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -ScalarMath.LN2_HIGH), bounded);
        r = n.fma(FloatVector.broadcast(SPECIES, -ScalarMath.LN2_LOW), r);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector p =
                FloatVector.broadcast(SPECIES, ScalarMath.P7).fma(r, FloatVector.broadcast(SPECIES, ScalarMath.P6));
        p = p.fma(r, FloatVector.broadcast(SPECIES, ScalarMath.P5));
        p = p.fma(r, FloatVector.broadcast(SPECIES, ScalarMath.P4));
        p = p.fma(r, FloatVector.broadcast(SPECIES, ScalarMath.P3));
        p = p.fma(r, FloatVector.broadcast(SPECIES, ScalarMath.P2));
        p = p.fma(r, one).fma(r, one);
        // The low bits of the shifted number are n; moved into the exponent field they make 2ⁿ. Where x is NaN this is
        // nonsense, but its product with p, a NaN, is not.
        FloatVector power = shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(0x3F800000)
                .reinterpretAsFloats();
        return p.mul(power).blend(0f, x.compare(VectorOperators.LT, ScalarMath.EXP_MIN));
    }

    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        return one.blend(e, x.compare(VectorOperators.LT, 0f)).div(e.add(one));
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector e = exp(size.mul(-2f));
        FloatVector t = one.sub(e).div(one.add(e));
        t = t.blend(t.neg(), x.compare(VectorOperators.LT, 0f));
        FloatVector z = x.mul(x);
        FloatVector p =
                FloatVector.broadcast(SPECIES, ScalarMath.T13).fma(z, FloatVector.broadcast(SPECIES, ScalarMath.T11));
        p = p.fma(z, FloatVector.broadcast(SPECIES, ScalarMath.T9));
        p = p.fma(z, FloatVector.broadcast(SPECIES, ScalarMath.T7));
        p = p.fma(z, FloatVector.broadcast(SPECIES, ScalarMath.T5));
        p = p.fma(z, FloatVector.broadcast(SPECIES, ScalarMath.T3));
        FloatVector series = p.mul(z).fma(x, x);
        VectorMask<Float> small = size.compare(VectorOperators.LT, ScalarMath.TANH_SERIES);
        return t.blend(series, small);
    }

    /** Softmax of one row of at least one vector. */
    static void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
        int bound = n - n % LANES;
        FloatVector largest = FloatVector.fromArray(SPECIES, x, xOffset);
        for (int j = LANES; j < bound; j += LANES) {
            largest = largest.max(FloatVector.fromArray(SPECIES, x, xOffset + j));
        }
        float max = largest.reduceLanes(VectorOperators.MAX);
        for (int j = bound; j < n; j++) {
            max = Math.max(max, x[xOffset + j]);
        }
        for (int j = 0; j < bound; j += LANES) {
            exp(FloatVector.fromArray(SPECIES, x, xOffset + j).sub(max)).intoArray(y, yOffset + j);
        }
        for (int j = bound; j < n; j++) {
            y[yOffset + j] = ScalarMath.exp(x[xOffset + j] - max);
        }
        float sum = ScalarMath.sum(n, y, yOffset);
        VectorElements.scale(n, 1f / sum, y, yOffset, y, yOffset);
    }
}
