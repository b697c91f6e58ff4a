package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/** Depthwise convolutions with the images of a batch in the lanes, in vectors; for 3×3 kernels see {@link VectorSquares}. */
final class VectorDepthwise implements DepthwiseKernels {
    private static final int WIDTH = 2 * LANES;

    @Override
    public void sums(
            int count,
            int taps,
            int[] weights,
            float[] w,
            int wOffset,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] y,
            int yOffset,
            int yStep) {
        int j = 0;
        for (; j + 2 <= count; j += 2) {
            pair(taps, weights, w, wOffset, steps, x, xOffset + j * xStep, xStep, y, yOffset + j * yStep, yStep);
        }
        if (j < count) {
            one(taps, weights, w, wOffset, steps, x, xOffset + j * xStep, y, yOffset + j * yStep);
        }
    }

    /** Two pixels. */
    static void pair(
            int taps,
            int[] weights,
            float[] w,
            int wOffset,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] y,
            int yOffset,
            int yStep) {
        FloatVector weight = FloatVector.broadcast(SPECIES, w[wOffset + weights[0]]);
        int at = xOffset + steps[0];
        FloatVector sum0 = FloatVector.fromArray(SPECIES, x, at).mul(weight);
        FloatVector sum1 = FloatVector.fromArray(SPECIES, x, at + LANES).mul(weight);
        FloatVector sum2 = FloatVector.fromArray(SPECIES, x, at + xStep).mul(weight);
        FloatVector sum3 = FloatVector.fromArray(SPECIES, x, at + xStep + LANES).mul(weight);
        for (int t = 1; t < taps; t++) {
            weight = FloatVector.broadcast(SPECIES, w[wOffset + weights[t]]);
            at = xOffset + steps[t];
            sum0 = FloatVector.fromArray(SPECIES, x, at).fma(weight, sum0);
            sum1 = FloatVector.fromArray(SPECIES, x, at + LANES).fma(weight, sum1);
            sum2 = FloatVector.fromArray(SPECIES, x, at + xStep).fma(weight, sum2);
            sum3 = FloatVector.fromArray(SPECIES, x, at + xStep + LANES).fma(weight, sum3);
        }
        sum0.intoArray(y, yOffset);
        sum1.intoArray(y, yOffset + LANES);
        sum2.intoArray(y, yOffset + yStep);
        sum3.intoArray(y, yOffset + yStep + LANES);
    }

    /** One pixel. */
    static void one(
            int taps,
            int[] weights,
            float[] w,
            int wOffset,
            int[] steps,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        FloatVector weight = FloatVector.broadcast(SPECIES, w[wOffset + weights[0]]);
        int at = xOffset + steps[0];
        FloatVector sum0 = FloatVector.fromArray(SPECIES, x, at).mul(weight);
        FloatVector sum1 = FloatVector.fromArray(SPECIES, x, at + LANES).mul(weight);
        for (int t = 1; t < taps; t++) {
            weight = FloatVector.broadcast(SPECIES, w[wOffset + weights[t]]);
            at = xOffset + steps[t];
            sum0 = FloatVector.fromArray(SPECIES, x, at).fma(weight, sum0);
            sum1 = FloatVector.fromArray(SPECIES, x, at + LANES).fma(weight, sum1);
        }
        sum0.intoArray(y, yOffset);
        sum1.intoArray(y, yOffset + LANES);
    }

    @Override
    public void gradients(
            int count,
            int taps,
            int[] weights,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] dz,
            int dzOffset,
            int dzStep,
            float[] sums) {
        for (int half = 0; half < WIDTH; half += LANES) {
            int from = xOffset + half;
            int gradient = dzOffset + half;
            int t = 0;
            for (; t + 3 <= taps; t += 3) {
                threeGradients(count, t, weights, steps, x, from, xStep, dz, gradient, dzStep, sums);
            }
            for (; t < taps; t++) {
                int sum = weights[t] * LANES;
                oneGradient(count, x, from + steps[t], xStep, dz, gradient, dzStep, sums, sum);
            }
        }
    }

    /** Three taps, from t on. */
    static void threeGradients(
            int count,
            int t,
            int[] weights,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] dz,
            int dzOffset,
            int dzStep,
            float[] sums) {
        int to0 = weights[t] * LANES;
        int to1 = weights[t + 1] * LANES;
        int to2 = weights[t + 2] * LANES;
        FloatVector s0 = FloatVector.fromArray(SPECIES, sums, to0);
        FloatVector s1 = FloatVector.fromArray(SPECIES, sums, to1);
        FloatVector s2 = FloatVector.fromArray(SPECIES, sums, to2);
        int from0 = xOffset + steps[t];
        int from1 = xOffset + steps[t + 1];
        int from2 = xOffset + steps[t + 2];
        for (int j = 0; j < count; j++) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, dz, dzOffset + j * dzStep);
            int at = j * xStep;
            s0 = FloatVector.fromArray(SPECIES, x, from0 + at).fma(gradient, s0);
            s1 = FloatVector.fromArray(SPECIES, x, from1 + at).fma(gradient, s1);
            s2 = FloatVector.fromArray(SPECIES, x, from2 + at).fma(gradient, s2);
        }
        s0.intoArray(sums, to0);
        s1.intoArray(sums, to1);
        s2.intoArray(sums, to2);
    }

    private static void oneGradient(
            int count, float[] x, int xOffset, int xStep, float[] dz, int dzOffset, int dzStep, float[] sums, int to) {
        FloatVector sum = FloatVector.fromArray(SPECIES, sums, to);
        for (int j = 0; j < count; j++) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, dz, dzOffset + j * dzStep);
            sum = FloatVector.fromArray(SPECIES, x, xOffset + j * xStep).fma(gradient, sum);
        }
        sum.intoArray(sums, to);
    }
}
