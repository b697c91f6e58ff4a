package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Bias and activation of a row, and the activation's derivative. Each function has a loop of its own: a choice within the
 * loop would cost more than the arithmetic.
 */
final class VectorActivations {
    private VectorActivations() {}

    /** One row; {@code bias} is null, or a number for the whole row (step 0), or one for each element (step 1). */
    static void finish(
            Function f, float slope, int n, float[] x, int xo, float[] bias, int bo, int biasStep, float[] y, int yo) {
        int bound = n - n % LANES;
        if (bias != null && biasStep == 1) {
            VectorElements.add(n, x, xo, bias, bo, y, yo);
            finish(f, slope, n, y, yo, null, 0, 0, y, yo);
            return;
        }
        // -0 is what leaves every number as it is, -0 too.
        float shift = bias == null ? -0f : bias[bo];
        switch (f) {
            case IDENTITY -> shift(bound, x, xo, shift, y, yo);
            case RELU -> relu(bound, x, xo, shift, y, yo);
            case LEAKY_RELU -> leaky(slope, bound, x, xo, shift, y, yo);
            case SIGMOID -> sigmoid(bound, x, xo, shift, y, yo);
            case TANH -> tanh(bound, x, xo, shift, y, yo);
        }
        for (int j = bound; j < n; j++) {
            y[yo + j] = ScalarMath.apply(f, slope, x[xo + j] + shift);
        }
    }

    private static void shift(int n, float[] x, int xo, float shift, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + j).add(shift).intoArray(y, yo + j);
        }
    }

    private static void relu(int n, float[] x, int xo, float shift, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j).add(shift);
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yo + j);
        }
    }

    private static void leaky(float slope, int n, float[] x, int xo, float shift, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j).add(shift);
            v.mul(slope).blend(v, v.compare(VectorOperators.GT, 0f)).intoArray(y, yo + j);
        }
    }

    private static void sigmoid(int n, float[] x, int xo, float shift, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            VectorMath.sigmoid(FloatVector.fromArray(SPECIES, x, xo + j).add(shift))
                    .intoArray(y, yo + j);
        }
    }

    private static void tanh(int n, float[] x, int xo, float shift, float[] y, int yo) {
        for (int j = 0; j < n; j += LANES) {
            VectorMath.tanh(FloatVector.fromArray(SPECIES, x, xo + j).add(shift))
                    .intoArray(y, yo + j);
        }
    }

    static void differentiate(
            Function f, float slope, int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
        int bound = n - n % LANES;
        switch (f) {
            case IDENTITY -> System.arraycopy(dy, dyo, dx, dxo, bound);
            case RELU -> leakySlope(0, bound, y, yo, dy, dyo, dx, dxo);
            case LEAKY_RELU -> leakySlope(slope, bound, y, yo, dy, dyo, dx, dxo);
            case SIGMOID -> sigmoidSlope(bound, y, yo, dy, dyo, dx, dxo);
            case TANH -> tanhSlope(bound, y, yo, dy, dyo, dx, dxo);
        }
        for (int j = bound; j < n; j++) {
            dx[dxo + j] = ScalarMath.differentiate(f, slope, y[yo + j], dy[dyo + j]);
        }
    }

    private static void leakySlope(float slope, int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
        FloatVector zero = FloatVector.zero(SPECIES);
        boolean leaks = slope != 0;
        for (int j = 0; j < n; j += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, dy, dyo + j);
            FloatVector closed = leaks ? gradient.mul(slope) : zero;
            closed.blend(gradient, FloatVector.fromArray(SPECIES, y, yo + j).compare(VectorOperators.GT, 0f))
                    .intoArray(dx, dxo + j);
        }
    }

    private static void sigmoidSlope(int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, y, yo + j);
            FloatVector.fromArray(SPECIES, dy, dyo + j).mul(v.mul(one.sub(v))).intoArray(dx, dxo + j);
        }
    }

    private static void tanhSlope(int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int j = 0; j < n; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, y, yo + j);
            FloatVector.fromArray(SPECIES, dy, dyo + j).mul(v.neg().fma(v, one)).intoArray(dx, dxo + j);
        }
    }
}
