package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * 2×2 max pooling with stride 2 along one output row. Two vectors of neighbours are split into their even and odd elements
 * by permutations: what lands in the lower half comes from the first vector, the upper half from the second.
 */
final class VectorPooling {
    private static final int HALF = LANES / 2;
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(SPECIES, i -> 2 * i % LANES);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(SPECIES, i -> (2 * i + 1) % LANES);
    private static final VectorShuffle<Float> LOWER_TWICE = VectorShuffle.fromOp(SPECIES, i -> i / 2);
    private static final VectorShuffle<Float> UPPER_TWICE = VectorShuffle.fromOp(SPECIES, i -> HALF + i / 2);
    private static final VectorMask<Float> UPPER_HALF = VectorMask.fromLong(SPECIES, -1L << HALF);
    private static final VectorMask<Float> ODD_LANES = VectorMask.fromLong(SPECIES, 0xAAAAAAAAAAAAAAAAL);

    private VectorPooling() {}

    static void forward(int n, float[] x, int top, int bottom, float[] y, int yo) {
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            int a = top + 2 * j;
            int b = bottom + 2 * j;
            FloatVector left = FloatVector.fromArray(SPECIES, x, a).max(FloatVector.fromArray(SPECIES, x, b));
            FloatVector right =
                    FloatVector.fromArray(SPECIES, x, a + LANES).max(FloatVector.fromArray(SPECIES, x, b + LANES));
            even(left, right).max(odd(left, right)).intoArray(y, yo + j);
        }
        ScalarPooling.forward(bound, n, x, top, bottom, y, yo);
    }

    static void backward(
            int n, boolean all, float[] x, float[] dx, int top, int bottom, float[] y, float[] dy, int yo) {
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector max = FloatVector.fromArray(SPECIES, y, yo + j);
            if (max.compare(VectorOperators.NE, max).anyTrue()) {
                ScalarPooling.backward(j, j + LANES, all, x, dx, top, bottom, y, dy, yo);
                continue;
            }
            FloatVector gradient = FloatVector.fromArray(SPECIES, dy, yo + j);
            FloatVector zero = FloatVector.zero(SPECIES);
            FloatVector left = FloatVector.fromArray(SPECIES, x, top + 2 * j);
            FloatVector right = FloatVector.fromArray(SPECIES, x, top + 2 * j + LANES);
            VectorMask<Float> hit = even(left, right).compare(VectorOperators.EQ, max);
            FloatVector first = zero.blend(gradient, hit);
            FloatVector rest = all ? gradient : gradient.blend(0f, hit);
            hit = odd(left, right).compare(VectorOperators.EQ, max);
            FloatVector second = zero.blend(rest, hit);
            interleave(first, second, dx, top + 2 * j);
            rest = all ? gradient : rest.blend(0f, hit);
            left = FloatVector.fromArray(SPECIES, x, bottom + 2 * j);
            right = FloatVector.fromArray(SPECIES, x, bottom + 2 * j + LANES);
            hit = even(left, right).compare(VectorOperators.EQ, max);
            first = zero.blend(rest, hit);
            rest = all ? gradient : rest.blend(0f, hit);
            hit = odd(left, right).compare(VectorOperators.EQ, max);
            interleave(first, zero.blend(rest, hit), dx, bottom + 2 * j);
        }
        ScalarPooling.backward(bound, n, all, x, dx, top, bottom, y, dy, yo);
    }

    private static FloatVector even(FloatVector left, FloatVector right) {
        return left.rearrange(EVEN).blend(right.rearrange(EVEN), UPPER_HALF);
    }

    private static FloatVector odd(FloatVector left, FloatVector right) {
        return left.rearrange(ODD).blend(right.rearrange(ODD), UPPER_HALF);
    }

    private static void interleave(FloatVector even, FloatVector odd, float[] to, int at) {
        even.rearrange(LOWER_TWICE).blend(odd.rearrange(LOWER_TWICE), ODD_LANES).intoArray(to, at);
        even.rearrange(UPPER_TWICE).blend(odd.rearrange(UPPER_TWICE), ODD_LANES).intoArray(to, at + LANES);
    }
}
