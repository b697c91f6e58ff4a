package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Matrix times packed panel, in tiles of up to 4 rows by 2 vectors: 8 sums, 2 vectors of the panel and 1 broadcast value
 * fit the 16 registers of AVX2 without spilling; where there are 32 registers, 8 rows that lie side by side. Each tile height is a method of its own, small enough to be inlined.
 */
final class VectorGemm {
    static final int WIDTH = 2 * LANES;

    /** As much of a panel as fills half of a first-level cache of 32 KiB. */
    private static final int DEPTH = 4096 / WIDTH;

    /** AVX-512 has 32 registers, which hold the sums of 8 rows. */
    private static final boolean MANY_REGISTERS = LANES == 16;

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
        if (MANY_REGISTERS && aRow == 1 && aStep == WIDTH) {
            for (; i + 8 <= m; i += 8) {
                eightColumns(k, a, aOffset + i, b, bOffset, c, cOffset + i * cPitch, cPitch, add);
            }
        }
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

    /** Rows that lie side by side in a panel like b's: the constant distance spares the checks of bounds. */
    private static void eightColumns(
            int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cPitch, boolean add) {
        int c0 = cOffset;
        int c1 = c0 + cPitch;
        int c2 = c1 + cPitch;
        int c3 = c2 + cPitch;
        int c4 = c3 + cPitch;
        int c5 = c4 + cPitch;
        int c6 = c5 + cPitch;
        int c7 = c6 + cPitch;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s10 = add ? FloatVector.fromArray(SPECIES, c, c1) : FloatVector.zero(SPECIES);
        FloatVector s11 = add ? FloatVector.fromArray(SPECIES, c, c1 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s20 = add ? FloatVector.fromArray(SPECIES, c, c2) : FloatVector.zero(SPECIES);
        FloatVector s21 = add ? FloatVector.fromArray(SPECIES, c, c2 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s30 = add ? FloatVector.fromArray(SPECIES, c, c3) : FloatVector.zero(SPECIES);
        FloatVector s31 = add ? FloatVector.fromArray(SPECIES, c, c3 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s40 = add ? FloatVector.fromArray(SPECIES, c, c4) : FloatVector.zero(SPECIES);
        FloatVector s41 = add ? FloatVector.fromArray(SPECIES, c, c4 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s50 = add ? FloatVector.fromArray(SPECIES, c, c5) : FloatVector.zero(SPECIES);
        FloatVector s51 = add ? FloatVector.fromArray(SPECIES, c, c5 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s60 = add ? FloatVector.fromArray(SPECIES, c, c6) : FloatVector.zero(SPECIES);
        FloatVector s61 = add ? FloatVector.fromArray(SPECIES, c, c6 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s70 = add ? FloatVector.fromArray(SPECIES, c, c7) : FloatVector.zero(SPECIES);
        FloatVector s71 = add ? FloatVector.fromArray(SPECIES, c, c7 + LANES) : FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            int ap = aOffset + p * WIDTH;
            int bp = bOffset + p * WIDTH;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2]);
            s20 = a2.fma(left, s20);
            s21 = a2.fma(right, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3]);
            s30 = a3.fma(left, s30);
            s31 = a3.fma(right, s31);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4]);
            s40 = a4.fma(left, s40);
            s41 = a4.fma(right, s41);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ap + 5]);
            s50 = a5.fma(left, s50);
            s51 = a5.fma(right, s51);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ap + 6]);
            s60 = a6.fma(left, s60);
            s61 = a6.fma(right, s61);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ap + 7]);
            s70 = a7.fma(left, s70);
            s71 = a7.fma(right, s71);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        s60.intoArray(c, c6);
        s61.intoArray(c, c6 + LANES);
        s70.intoArray(c, c7);
        s71.intoArray(c, c7 + LANES);
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
