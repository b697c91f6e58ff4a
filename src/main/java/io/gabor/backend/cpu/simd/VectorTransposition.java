package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes in squares of as many rows and columns as a vector has lanes: in steps of n = LANES/2, ..., 2, 1 each row
 * exchanges with the row n further on every second group of n lanes. The squares are in {@link VectorTiles}.
 */
final class VectorTransposition {
    static final VectorShuffle<Float> SWAP_8 = swap(8);
    static final VectorShuffle<Float> SWAP_4 = swap(4);
    static final VectorShuffle<Float> SWAP_2 = swap(2);
    static final VectorShuffle<Float> SWAP_1 = swap(1);
    static final VectorMask<Float> SECOND_8 = second(8);
    static final VectorMask<Float> SECOND_4 = second(4);
    static final VectorMask<Float> SECOND_2 = second(2);
    static final VectorMask<Float> SECOND_1 = second(1);

    /** The lanes of the largest square. */
    private static final int MOST_LANES = 16;

    private VectorTransposition() {}

    /** Exchanges neighbouring groups of n lanes. */
    private static VectorShuffle<Float> swap(int n) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ n) % LANES);
    }

    /** The second, fourth, ... group of n lanes. */
    private static VectorMask<Float> second(int n) {
        boolean[] lanes = new boolean[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            lanes[lane] = (lane & n) != 0;
        }
        return VectorMask.fromArray(SPECIES, lanes, 0);
    }

    static void transpose(
            int rows, int cols, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        if (LANES > MOST_LANES) {
            Transposition.transpose(0, rows, 0, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
            return;
        }
        int i = 0;
        for (; i + LANES <= rows; i += LANES) {
            int j = 0;
            for (; j + LANES <= cols; j += LANES) {
                square(LANES, from, fromOffset + i * fromPitch + j, fromPitch, to, toOffset + j * toPitch + i, toPitch);
            }
            Transposition.transpose(i, i + LANES, j, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
        }
        int done = 0;
        if (toPitch == rows && rows < LANES && 2 * rows > LANES) {
            // What a square writes too much is overwritten by the next column, or by the plain loops behind the last
            // square.
            for (; (cols - done - LANES) * rows >= LANES - rows; done += LANES) {
                square(rows, from, fromOffset + done, fromPitch, to, toOffset + done * toPitch, toPitch);
            }
        }
        Transposition.transpose(i, rows, done, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
    }

    /** Moves a square of LANES columns; the rows behind {@code rows} are copies of the last one. */
    private static void square(
            int rows, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        switch (LANES) {
            case 4 -> VectorTiles.transpose4(rows - 1, from, fromOffset, fromPitch, to, toOffset, toPitch);
            case 8 -> VectorTiles.transpose8(rows - 1, from, fromOffset, fromPitch, to, toOffset, toPitch);
            default -> VectorTiles.transpose16(rows - 1, from, fromOffset, fromPitch, to, toOffset, toPitch);
        }
    }
}
