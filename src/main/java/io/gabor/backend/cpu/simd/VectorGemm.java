package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;

/** Matrix times packed panel, in the tiles of {@link VectorTiles} that a {@link TileChoice} takes. */
final class VectorGemm {
    static final int WIDTH = 2 * LANES;

    /** As much of a panel as fills half of a first-level cache of 32 KiB. */
    private static final int DEPTH = 4096 / WIDTH;

    private VectorGemm() {}

    static void multiplyPanel(
            TileChoice tiles,
            int m,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            int aStep,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        for (int p = 0; p < k; p += DEPTH) {
            int depth = Math.min(DEPTH, k - p);
            int from = aOffset + p * aStep;
            int panel = bOffset + p * WIDTH;
            for (int i = 0; i < m; ) {
                int height = tiles.next(m - i);
                VectorTileCalls.panel(
                        height,
                        depth,
                        a,
                        from + i * aRow,
                        aRow,
                        aStep,
                        b,
                        panel,
                        c,
                        cOffset + i * cPitch,
                        cPitch,
                        add || p > 0);
                i += height;
            }
        }
    }
}
