package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares of as many vectors as a vector has lanes. Four vectors at a time exchange lanes that are one and two
 * apart, then lanes that are four and eight apart: each exchange swaps a bit of the vector's number with one of the lane's.
 */
final class VectorTranspose {
    private static final int WIDTH = 2 * LANES;
    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_8 = swap(8);
    private static final VectorMask<Float> ODD_1 = odd(1);
    private static final VectorMask<Float> ODD_2 = odd(2);
    private static final VectorMask<Float> ODD_4 = odd(4);
    private static final VectorMask<Float> ODD_8 = odd(8);

    private VectorTranspose() {}

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
    }

    private static VectorMask<Float> odd(int distance) {
        long bits = 0;
        for (int lane = 0; lane < LANES; lane++) {
            bits |= (lane & distance) == 0 ? 0 : 1L << lane;
        }
        return VectorMask.fromLong(SPECIES, bits);
    }

    static void transpose(float[] x, int xOffset, int xPitch, float[] y, int yOffset) {
        if (LANES != 4 && LANES != 8 && LANES != 16) {
            ScalarMath.transpose(WIDTH, x, xOffset, xPitch, y, yOffset);
            return;
        }
        for (int row = 0; row < WIDTH; row += LANES) {
            for (int column = 0; column < WIDTH; column += LANES) {
                int to = yOffset + column * WIDTH + row;
                near(x, xOffset + row * xPitch + column, xPitch, y, to);
                if (LANES == 16) {
                    far(y, to);
                } else if (LANES == 8) {
                    halves(y, to);
                }
            }
        }
    }

    private static void near(float[] x, int xOffset, int xPitch, float[] y, int yOffset) {
        for (int r = 0; r < LANES; r += 4) {
            int at = xOffset + r * xPitch;
            FloatVector v0 = FloatVector.fromArray(SPECIES, x, at);
            FloatVector v1 = FloatVector.fromArray(SPECIES, x, at + xPitch);
            FloatVector v2 = FloatVector.fromArray(SPECIES, x, at + 2 * xPitch);
            FloatVector v3 = FloatVector.fromArray(SPECIES, x, at + 3 * xPitch);
            FloatVector a0 = v0.blend(v1.rearrange(SWAP_1), ODD_1);
            FloatVector a1 = v0.rearrange(SWAP_1).blend(v1, ODD_1);
            FloatVector a2 = v2.blend(v3.rearrange(SWAP_1), ODD_1);
            FloatVector a3 = v2.rearrange(SWAP_1).blend(v3, ODD_1);
            int to = yOffset + r * WIDTH;
            a0.blend(a2.rearrange(SWAP_2), ODD_2).intoArray(y, to);
            a1.blend(a3.rearrange(SWAP_2), ODD_2).intoArray(y, to + WIDTH);
            a0.rearrange(SWAP_2).blend(a2, ODD_2).intoArray(y, to + 2 * WIDTH);
            a1.rearrange(SWAP_2).blend(a3, ODD_2).intoArray(y, to + 3 * WIDTH);
        }
    }

    private static void far(float[] y, int yOffset) {
        for (int r = 0; r < 4; r++) {
            int at = yOffset + r * WIDTH;
            FloatVector v0 = FloatVector.fromArray(SPECIES, y, at);
            FloatVector v1 = FloatVector.fromArray(SPECIES, y, at + 4 * WIDTH);
            FloatVector v2 = FloatVector.fromArray(SPECIES, y, at + 8 * WIDTH);
            FloatVector v3 = FloatVector.fromArray(SPECIES, y, at + 12 * WIDTH);
            FloatVector a0 = v0.blend(v1.rearrange(SWAP_4), ODD_4);
            FloatVector a1 = v0.rearrange(SWAP_4).blend(v1, ODD_4);
            FloatVector a2 = v2.blend(v3.rearrange(SWAP_4), ODD_4);
            FloatVector a3 = v2.rearrange(SWAP_4).blend(v3, ODD_4);
            a0.blend(a2.rearrange(SWAP_8), ODD_8).intoArray(y, at);
            a1.blend(a3.rearrange(SWAP_8), ODD_8).intoArray(y, at + 4 * WIDTH);
            a0.rearrange(SWAP_8).blend(a2, ODD_8).intoArray(y, at + 8 * WIDTH);
            a1.rearrange(SWAP_8).blend(a3, ODD_8).intoArray(y, at + 12 * WIDTH);
        }
    }

    private static void halves(float[] y, int yOffset) {
        for (int r = 0; r < 4; r++) {
            int at = yOffset + r * WIDTH;
            FloatVector v0 = FloatVector.fromArray(SPECIES, y, at);
            FloatVector v1 = FloatVector.fromArray(SPECIES, y, at + 4 * WIDTH);
            v0.blend(v1.rearrange(SWAP_4), ODD_4).intoArray(y, at);
            v0.rearrange(SWAP_4).blend(v1, ODD_4).intoArray(y, at + 4 * WIDTH);
        }
    }
}
