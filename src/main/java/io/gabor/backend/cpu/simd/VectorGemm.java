package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Matrix times packed panel, in tiles of up to 4 rows by 2 vectors: 8 sums, 2 vectors of the panel and 1 broadcast value
 * fit the 16 registers of AVX2 without spilling. Each tile height is a method of its own, small enough to be inlined.
 */
final class VectorGemm {
    static final int WIDTH = 2 * LANES;

    /** As much of a panel as fills half of a first-level cache of 32 KiB. */
    private static final int DEPTH = 4096 / WIDTH;

    private VectorGemm() {}

    static void multiplyPanel(
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
            rows(
                    m,
                    Math.min(DEPTH, k - p),
                    a,
                    aOffset + p * aStep,
                    aRow,
                    aStep,
                    b,
                    bOffset + p * WIDTH,
                    c,
                    cOffset,
                    cPitch,
                    add || p > 0);
        }
    }

    private static void rows(
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
        int i = 0;
        for (; i + 4 <= m; i += 4) {
            fourRows(k, a, aOffset + i * aRow, aRow, aStep, b, bOffset, c, cOffset + i * cPitch, cPitch, add);
        }
        if (i + 2 <= m) {
            twoRows(k, a, aOffset + i * aRow, aRow, aStep, b, bOffset, c, cOffset + i * cPitch, cPitch, add);
            i += 2;
        }
        if (i < m) {
            oneRow(k, a, aOffset + i * aRow, aStep, b, bOffset, c, cOffset + i * cPitch, add);
        }
    }

    private static void fourRows(
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
        int c0 = cOffset;
        int c1 = cOffset + cPitch;
        int c2 = cOffset + 2 * cPitch;
        int c3 = cOffset + 3 * cPitch;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s10 = add ? FloatVector.fromArray(SPECIES, c, c1) : FloatVector.zero(SPECIES);
        FloatVector s11 = add ? FloatVector.fromArray(SPECIES, c, c1 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s20 = add ? FloatVector.fromArray(SPECIES, c, c2) : FloatVector.zero(SPECIES);
        FloatVector s21 = add ? FloatVector.fromArray(SPECIES, c, c2 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s30 = add ? FloatVector.fromArray(SPECIES, c, c3) : FloatVector.zero(SPECIES);
        FloatVector s31 = add ? FloatVector.fromArray(SPECIES, c, c3 + LANES) : FloatVector.zero(SPECIES);
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * WIDTH;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + aRow]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = a2.fma(left, s20);
            s21 = a2.fma(right, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = a3.fma(left, s30);
            s31 = a3.fma(right, s31);
            ap += aStep;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
    }

    private static void twoRows(
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
        int c0 = cOffset;
        int c1 = cOffset + cPitch;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s10 = add ? FloatVector.fromArray(SPECIES, c, c1) : FloatVector.zero(SPECIES);
        FloatVector s11 = add ? FloatVector.fromArray(SPECIES, c, c1 + LANES) : FloatVector.zero(SPECIES);
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * WIDTH;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + aRow]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
            ap += aStep;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
    }

    private static void oneRow(
            int k, float[] a, int aOffset, int aStep, float[] b, int bOffset, float[] c, int cOffset, boolean add) {
        int c0 = cOffset;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * WIDTH;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            ap += aStep;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
    }
}
