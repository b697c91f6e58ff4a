package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Transposition by the kernels of this JVM and by the scalar twin: every element moves, and no other changes. */
class TranspositionTest {
    /** More than two vectors, so that there are squares side by side, and every length of what they leave over. */
    private static final int LONGEST = 2 * 16 + 3;

    private static final float SENTINEL = -1;

    static Stream<Kernels> kernels() {
        return Stream.of(KernelSelection.kernels(), new ScalarKernels());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void everyElementMovesAndNoOtherChanges(Kernels kernels) {
        for (int rows = 1; rows <= LONGEST; rows++) {
            for (int cols = 1; cols <= LONGEST; cols++) {
                transpose(kernels, rows, cols, cols, rows);
                transpose(kernels, rows, cols, cols + 3, rows + 5);
            }
        }
    }

    private static void transpose(Kernels kernels, int rows, int cols, int fromPitch, int toPitch) {
        int fromOffset = 2;
        int toOffset = 3;
        float[] from = new float[fromOffset + (rows - 1) * fromPitch + cols];
        for (int i = 0; i < from.length; i++) {
            from[i] = i;
        }
        float[] to = new float[toOffset + cols * toPitch + 1];
        Arrays.fill(to, SENTINEL);
        kernels.transpose(rows, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
        for (int at = 0; at < to.length; at++) {
            int j = Math.floorDiv(at - toOffset, toPitch);
            int i = Math.floorMod(at - toOffset, toPitch);
            boolean inside = j >= 0 && j < cols && i < rows;
            assertEquals(
                    inside ? from[fromOffset + i * fromPitch + j] : SENTINEL,
                    to[at],
                    rows + "×" + cols + " with pitch " + toPitch + ", element " + at);
        }
    }
}
