package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The forward pass of 2×2 max pooling with stride 2 along one output row; the way back is a scatter, which scalars do best. Two vectors of neighbours are split into their even and odd elements
 * by permutations: what lands in the lower half comes from the first vector, the upper half from the second.
 */
final class VectorPooling {
    private static final int HALF = LANES / 2;
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(SPECIES, i -> 2 * i % LANES);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(SPECIES, i -> (2 * i + 1) % LANES);
    private static final VectorMask<Float> UPPER_HALF = VectorMask.fromLong(SPECIES, -1L << HALF);

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

    private static FloatVector even(FloatVector left, FloatVector right) {
        return left.rearrange(EVEN).blend(right.rearrange(EVEN), UPPER_HALF);
    }

    private static FloatVector odd(FloatVector left, FloatVector right) {
        return left.rearrange(ODD).blend(right.rearrange(ODD), UPPER_HALF);
    }
}
