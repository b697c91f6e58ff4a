package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Depthwise convolutions with the images of a batch in the lanes. Loads are what these loops wait for: a vector of a Java
 * array always lies in two cache lines. So under the nine taps of a 3×3 kernel of stride 1 each value is loaded once for the
 * three columns of taps that read it, and moves on from register to register.
 */
final class VectorDepthwise implements DepthwiseKernels {
    private static final int WIDTH = 2 * LANES;
    private static final int SIDE = 3;
    private static final int NINE = SIDE * SIDE;

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
        if (slides(count, taps, steps, xStep)) {
            for (int half = 0; half < WIDTH; half += LANES) {
                slide(count, weights, w, wOffset, steps, x, xOffset + half, xStep, y, yOffset + half, yStep);
            }
            return;
        }
        int j = 0;
        for (; j + 2 <= count; j += 2) {
            pair(taps, weights, w, wOffset, steps, x, xOffset + j * xStep, xStep, y, yOffset + j * yStep, yStep);
        }
        if (j < count) {
            one(taps, weights, w, wOffset, steps, x, xOffset + j * xStep, y, yOffset + j * yStep);
        }
    }

    /** Returns whether the taps are those of a 3×3 square of neighbours, under more than one pixel. */
    static boolean slides(int count, int taps, int[] steps, int xStep) {
        if (taps != NINE || count < 2) {
            return false;
        }
        boolean neighbours = true;
        for (int row = 0; row < NINE; row += SIDE) {
            neighbours &= steps[row + 1] == steps[row] + xStep && steps[row + 2] == steps[row] + 2 * xStep;
        }
        return neighbours;
    }

    static void slide(
            int count,
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
        FloatVector w0 = FloatVector.broadcast(SPECIES, w[wOffset + weights[0]]);
        FloatVector w1 = FloatVector.broadcast(SPECIES, w[wOffset + weights[1]]);
        FloatVector w2 = FloatVector.broadcast(SPECIES, w[wOffset + weights[2]]);
        FloatVector w3 = FloatVector.broadcast(SPECIES, w[wOffset + weights[3]]);
        FloatVector w4 = FloatVector.broadcast(SPECIES, w[wOffset + weights[4]]);
        FloatVector w5 = FloatVector.broadcast(SPECIES, w[wOffset + weights[5]]);
        FloatVector w6 = FloatVector.broadcast(SPECIES, w[wOffset + weights[6]]);
        FloatVector w7 = FloatVector.broadcast(SPECIES, w[wOffset + weights[7]]);
        FloatVector w8 = FloatVector.broadcast(SPECIES, w[wOffset + weights[8]]);
        int top = xOffset + steps[0];
        int middle = xOffset + steps[3];
        int bottom = xOffset + steps[6];
        FloatVector left0 = FloatVector.fromArray(SPECIES, x, top);
        FloatVector left1 = FloatVector.fromArray(SPECIES, x, middle);
        FloatVector left2 = FloatVector.fromArray(SPECIES, x, bottom);
        FloatVector centre0 = FloatVector.fromArray(SPECIES, x, top + xStep);
        FloatVector centre1 = FloatVector.fromArray(SPECIES, x, middle + xStep);
        FloatVector centre2 = FloatVector.fromArray(SPECIES, x, bottom + xStep);
        for (int j = 0; j < count; j++) {
            int at = (j + 2) * xStep;
            FloatVector right0 = FloatVector.fromArray(SPECIES, x, top + at);
            FloatVector right1 = FloatVector.fromArray(SPECIES, x, middle + at);
            FloatVector right2 = FloatVector.fromArray(SPECIES, x, bottom + at);
            FloatVector sum = left0.mul(w0);
            sum = centre0.fma(w1, sum);
            sum = right0.fma(w2, sum);
            sum = left1.fma(w3, sum);
            sum = centre1.fma(w4, sum);
            sum = right1.fma(w5, sum);
            sum = left2.fma(w6, sum);
            sum = centre2.fma(w7, sum);
            sum = right2.fma(w8, sum);
            sum.intoArray(y, yOffset + j * yStep);
            left0 = centre0;
            left1 = centre1;
            left2 = centre2;
            centre0 = right0;
            centre1 = right1;
            centre2 = right2;
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
        boolean slides = slides(count, taps, steps, xStep);
        for (int half = 0; half < WIDTH; half += LANES) {
            int from = xOffset + half;
            int gradient = dzOffset + half;
            if (slides) {
                slideGradients(count, weights, steps, x, from, xStep, dz, gradient, dzStep, sums);
                continue;
            }
            int t = 0;
            for (; t + SIDE <= taps; t += SIDE) {
                threeGradients(count, t, weights, steps, x, from, xStep, dz, gradient, dzStep, sums);
            }
            for (; t < taps; t++) {
                int sum = weights[t] * LANES;
                oneGradient(count, x, from + steps[t], xStep, dz, gradient, dzStep, sums, sum);
            }
        }
    }

    static void slideGradients(
            int count,
            int[] weights,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] dz,
            int dzOffset,
            int dzStep,
            float[] sums) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, sums, weights[0] * LANES);
        FloatVector s1 = FloatVector.fromArray(SPECIES, sums, weights[1] * LANES);
        FloatVector s2 = FloatVector.fromArray(SPECIES, sums, weights[2] * LANES);
        FloatVector s3 = FloatVector.fromArray(SPECIES, sums, weights[3] * LANES);
        FloatVector s4 = FloatVector.fromArray(SPECIES, sums, weights[4] * LANES);
        FloatVector s5 = FloatVector.fromArray(SPECIES, sums, weights[5] * LANES);
        FloatVector s6 = FloatVector.fromArray(SPECIES, sums, weights[6] * LANES);
        FloatVector s7 = FloatVector.fromArray(SPECIES, sums, weights[7] * LANES);
        FloatVector s8 = FloatVector.fromArray(SPECIES, sums, weights[8] * LANES);
        int top = xOffset + steps[0];
        int middle = xOffset + steps[3];
        int bottom = xOffset + steps[6];
        FloatVector left0 = FloatVector.fromArray(SPECIES, x, top);
        FloatVector left1 = FloatVector.fromArray(SPECIES, x, middle);
        FloatVector left2 = FloatVector.fromArray(SPECIES, x, bottom);
        FloatVector centre0 = FloatVector.fromArray(SPECIES, x, top + xStep);
        FloatVector centre1 = FloatVector.fromArray(SPECIES, x, middle + xStep);
        FloatVector centre2 = FloatVector.fromArray(SPECIES, x, bottom + xStep);
        for (int j = 0; j < count; j++) {
            int at = (j + 2) * xStep;
            FloatVector gradient = FloatVector.fromArray(SPECIES, dz, dzOffset + j * dzStep);
            FloatVector right0 = FloatVector.fromArray(SPECIES, x, top + at);
            FloatVector right1 = FloatVector.fromArray(SPECIES, x, middle + at);
            FloatVector right2 = FloatVector.fromArray(SPECIES, x, bottom + at);
            s0 = left0.fma(gradient, s0);
            s1 = centre0.fma(gradient, s1);
            s2 = right0.fma(gradient, s2);
            s3 = left1.fma(gradient, s3);
            s4 = centre1.fma(gradient, s4);
            s5 = right1.fma(gradient, s5);
            s6 = left2.fma(gradient, s6);
            s7 = centre2.fma(gradient, s7);
            s8 = right2.fma(gradient, s8);
            left0 = centre0;
            left1 = centre1;
            left2 = centre2;
            centre0 = right0;
            centre1 = right1;
            centre2 = right2;
        }
        s0.intoArray(sums, weights[0] * LANES);
        s1.intoArray(sums, weights[1] * LANES);
        s2.intoArray(sums, weights[2] * LANES);
        s3.intoArray(sums, weights[3] * LANES);
        s4.intoArray(sums, weights[4] * LANES);
        s5.intoArray(sums, weights[5] * LANES);
        s6.intoArray(sums, weights[6] * LANES);
        s7.intoArray(sums, weights[7] * LANES);
        s8.intoArray(sums, weights[8] * LANES);
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
