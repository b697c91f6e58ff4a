package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Max pooling with the images of a batch in the lanes: two vectors for every pixel. */
final class VectorWindows {
    private static final FloatVector ZERO = FloatVector.zero(SPECIES);
    private static final FloatVector ONE = FloatVector.broadcast(SPECIES, 1f);
    private static final FloatVector TWO = FloatVector.broadcast(SPECIES, 2f);
    private static final FloatVector THREE = FloatVector.broadcast(SPECIES, 3f);

    private VectorWindows() {}

    static void max(
            int count, int rows, int cols, float[] x, int xOffset, int xPitch, int xStep, float[] y, int yOffset) {
        for (int j = 0; j < count; j++) {
            int window = xOffset + j * xStep;
            FloatVector left = FloatVector.fromArray(SPECIES, x, window);
            FloatVector right = FloatVector.fromArray(SPECIES, x, window + LANES);
            for (int r = 0; r < rows; r++) {
                int at = window + r * xPitch;
                for (int q = 0; q < cols; q++) {
                    left = left.max(FloatVector.fromArray(SPECIES, x, at));
                    right = right.max(FloatVector.fromArray(SPECIES, x, at + LANES));
                    at += 2 * LANES;
                }
            }
            left.intoArray(y, yOffset + 2 * j * LANES);
            right.intoArray(y, yOffset + (2 * j + 1) * LANES);
        }
    }

    static void maxBackward(
            int count,
            int rows,
            int cols,
            boolean all,
            boolean add,
            float[] x,
            float[] dx,
            int xOffset,
            int xPitch,
            int xStep,
            float[] y,
            float[] dy,
            int yOffset) {
        for (int j = 0; j < count; j++) {
            for (int half = 0; half < 2 * LANES; half += LANES) {
                int to = yOffset + 2 * j * LANES + half;
                int from = xOffset + j * xStep + half;
                if (all) {
                    toAll(rows, cols, add, x, dx, from, xPitch, y, dy, to);
                } else {
                    toFirst(rows, cols, add, x, dx, from, xPitch, y, dy, to);
                }
            }
        }
    }

    /** A lane's gradient is handed out once: then it is 0. Where the maximum is NaN, the first NaN is the maximum. */
    private static void toFirst(
            int rows,
            int cols,
            boolean add,
            float[] x,
            float[] dx,
            int from,
            int xPitch,
            float[] y,
            float[] dy,
            int to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector max = FloatVector.fromArray(SPECIES, y, to);
        FloatVector left = FloatVector.fromArray(SPECIES, dy, to);
        for (int r = 0; r < rows; r++) {
            int at = from + r * xPitch;
            for (int q = 0; q < cols; q++) {
                FloatVector value = FloatVector.fromArray(SPECIES, x, at);
                VectorMask<Float> here =
                        value.compare(VectorOperators.EQ, max).or(value.compare(VectorOperators.NE, value));
                FloatVector share = zero.blend(left, here);
                (add ? FloatVector.fromArray(SPECIES, dx, at).add(share) : share).intoArray(dx, at);
                left = left.blend(zero, here);
                at += 2 * LANES;
            }
        }
    }

    private static void toAll(
            int rows,
            int cols,
            boolean add,
            float[] x,
            float[] dx,
            int from,
            int xPitch,
            float[] y,
            float[] dy,
            int to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector max = FloatVector.fromArray(SPECIES, y, to);
        FloatVector gradient = FloatVector.fromArray(SPECIES, dy, to);
        for (int r = 0; r < rows; r++) {
            int at = from + r * xPitch;
            for (int q = 0; q < cols; q++) {
                VectorMask<Float> here = FloatVector.fromArray(SPECIES, x, at).compare(VectorOperators.EQ, max);
                FloatVector share = zero.blend(gradient, here);
                (add ? FloatVector.fromArray(SPECIES, dx, at).add(share) : share).intoArray(dx, at);
                at += 2 * LANES;
            }
        }
    }

    static void pool2x2(
            int count, float[] x, int top, int bottom, float[] y, int yOffset, float[] winner, int winnerOffset) {
        boolean clean = true;
        for (int j = 0; j < count; j++) {
            for (int half = 0; half < 2 * LANES; half += LANES) {
                int a = top + 4 * j * LANES + half;
                int b = bottom + 4 * j * LANES + half;
                FloatVector x0 = FloatVector.fromArray(SPECIES, x, a);
                FloatVector x1 = FloatVector.fromArray(SPECIES, x, a + 2 * LANES);
                FloatVector x2 = FloatVector.fromArray(SPECIES, x, b);
                FloatVector x3 = FloatVector.fromArray(SPECIES, x, b + 2 * LANES);
                VectorMask<Float> right = x1.compare(VectorOperators.GT, x0);
                VectorMask<Float> lowerRight = x3.compare(VectorOperators.GT, x2);
                FloatVector upper = x0.max(x1);
                FloatVector lower = x2.max(x3);
                VectorMask<Float> below = lower.compare(VectorOperators.GT, upper);
                FloatVector max = upper.max(lower);
                int to = 2 * j * LANES + half;
                max.intoArray(y, yOffset + to);
                FloatVector upperWinner = ZERO.blend(ONE, right);
                FloatVector lowerWinner = TWO.blend(THREE, lowerRight);
                upperWinner.blend(lowerWinner, below).intoArray(winner, winnerOffset + to);
                clean &= !max.compare(VectorOperators.NE, max).anyTrue();
            }
        }
        if (!clean) {
            // No comparison finds a NaN: once more, with care.
            ScalarPooling.pool2x2(2 * LANES, count, x, top, bottom, y, yOffset, winner, winnerOffset);
        }
    }

    static void unpool2x2(
            int count, float[] dy, int dyOffset, float[] winner, int winnerOffset, float[] dx, int top, int bottom) {
        for (int j = 0; j < count; j++) {
            for (int half = 0; half < 2 * LANES; half += LANES) {
                int a = top + 4 * j * LANES + half;
                int b = bottom + 4 * j * LANES + half;
                int from = 2 * j * LANES + half;
                FloatVector gradient = FloatVector.fromArray(SPECIES, dy, dyOffset + from);
                FloatVector best = FloatVector.fromArray(SPECIES, winner, winnerOffset + from);
                ZERO.blend(gradient, best.compare(VectorOperators.EQ, ZERO)).intoArray(dx, a);
                ZERO.blend(gradient, best.compare(VectorOperators.EQ, ONE)).intoArray(dx, a + 2 * LANES);
                ZERO.blend(gradient, best.compare(VectorOperators.EQ, TWO)).intoArray(dx, b);
                ZERO.blend(gradient, best.compare(VectorOperators.EQ, THREE)).intoArray(dx, b + 2 * LANES);
            }
        }
    }
}
