package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles, one method a shape; written by VectorTilesSource in the tests. Each sum is one chain of multiply-adds
 * in the order of the arguments, whatever the shape, so that the choice of shapes changes no bit.
 *
 * <p>{@code multiplyH}: H rows of C by 2 vectors, {@code C[i,·] (+)= Σ over p of a[p·H + i] · b[bRows[p]]}.
 *
 * <p>{@code panelH}: the same for a matrix that lies as it is and rows of b that follow one another,
 * {@code C[i,·] (+)= Σ over p of a[i·aRow + p·aStep] · b[p]}.
 *
 * <p>{@code correlateHxW}: H rows by W columns, each sum a vector: {@code sums[i,j] += Σ over t < run of a[i, t] · b[j, t]}.
 *
 * <p>{@code correlateHTapsQ}: H rows by Q columns of a kernel's row over four pixels a step, for one vector of images each:
 * {@code sums[i,q] += Σ over t, k < 4 of a[i, t, pixel k] · b[t, pixel k + q]}. A vector of b serves up to four columns.
 *
 * <p>{@code transposeN}: a square of N rows and columns, for vectors of N lanes; see VectorTransposition.
 */
final class VectorTiles {
    private VectorTiles() {}

    static void multiply1(
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        int c0 = cOffset;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            int bp = bOffset + bRows[firstRow + p];
            int ap = aOffset + p * 1;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
    }

    static void multiply2(
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        int c0 = cOffset;
        int c1 = c0 + cPitch;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s10 = add ? FloatVector.fromArray(SPECIES, c, c1) : FloatVector.zero(SPECIES);
        FloatVector s11 = add ? FloatVector.fromArray(SPECIES, c, c1 + LANES) : FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            int bp = bOffset + bRows[firstRow + p];
            int ap = aOffset + p * 2;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
    }

    static void multiply4(
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        int c0 = cOffset;
        int c1 = c0 + cPitch;
        int c2 = c1 + cPitch;
        int c3 = c2 + cPitch;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s10 = add ? FloatVector.fromArray(SPECIES, c, c1) : FloatVector.zero(SPECIES);
        FloatVector s11 = add ? FloatVector.fromArray(SPECIES, c, c1 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s20 = add ? FloatVector.fromArray(SPECIES, c, c2) : FloatVector.zero(SPECIES);
        FloatVector s21 = add ? FloatVector.fromArray(SPECIES, c, c2 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s30 = add ? FloatVector.fromArray(SPECIES, c, c3) : FloatVector.zero(SPECIES);
        FloatVector s31 = add ? FloatVector.fromArray(SPECIES, c, c3 + LANES) : FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            int bp = bOffset + bRows[firstRow + p];
            int ap = aOffset + p * 4;
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

    static void multiply6(
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        int c0 = cOffset;
        int c1 = c0 + cPitch;
        int c2 = c1 + cPitch;
        int c3 = c2 + cPitch;
        int c4 = c3 + cPitch;
        int c5 = c4 + cPitch;
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
        for (int p = 0; p < k; p++) {
            int bp = bOffset + bRows[firstRow + p];
            int ap = aOffset + p * 6;
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
    }

    static void multiply8(
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
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
            int bp = bOffset + bRows[firstRow + p];
            int ap = aOffset + p * 8;
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

    static void multiply12(
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        int c0 = cOffset;
        int c1 = c0 + cPitch;
        int c2 = c1 + cPitch;
        int c3 = c2 + cPitch;
        int c4 = c3 + cPitch;
        int c5 = c4 + cPitch;
        int c6 = c5 + cPitch;
        int c7 = c6 + cPitch;
        int c8 = c7 + cPitch;
        int c9 = c8 + cPitch;
        int c10 = c9 + cPitch;
        int c11 = c10 + cPitch;
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
        FloatVector s80 = add ? FloatVector.fromArray(SPECIES, c, c8) : FloatVector.zero(SPECIES);
        FloatVector s81 = add ? FloatVector.fromArray(SPECIES, c, c8 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s90 = add ? FloatVector.fromArray(SPECIES, c, c9) : FloatVector.zero(SPECIES);
        FloatVector s91 = add ? FloatVector.fromArray(SPECIES, c, c9 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s100 = add ? FloatVector.fromArray(SPECIES, c, c10) : FloatVector.zero(SPECIES);
        FloatVector s101 = add ? FloatVector.fromArray(SPECIES, c, c10 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s110 = add ? FloatVector.fromArray(SPECIES, c, c11) : FloatVector.zero(SPECIES);
        FloatVector s111 = add ? FloatVector.fromArray(SPECIES, c, c11 + LANES) : FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            int bp = bOffset + bRows[firstRow + p];
            int ap = aOffset + p * 12;
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
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ap + 8]);
            s80 = a8.fma(left, s80);
            s81 = a8.fma(right, s81);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ap + 9]);
            s90 = a9.fma(left, s90);
            s91 = a9.fma(right, s91);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ap + 10]);
            s100 = a10.fma(left, s100);
            s101 = a10.fma(right, s101);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ap + 11]);
            s110 = a11.fma(left, s110);
            s111 = a11.fma(right, s111);
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
        s80.intoArray(c, c8);
        s81.intoArray(c, c8 + LANES);
        s90.intoArray(c, c9);
        s91.intoArray(c, c9 + LANES);
        s100.intoArray(c, c10);
        s101.intoArray(c, c10 + LANES);
        s110.intoArray(c, c11);
        s111.intoArray(c, c11 + LANES);
    }

    static void panel1(
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
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * 2 * LANES;
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

    static void panel2(
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
        int c1 = c0 + cPitch;
        FloatVector s00 = add ? FloatVector.fromArray(SPECIES, c, c0) : FloatVector.zero(SPECIES);
        FloatVector s01 = add ? FloatVector.fromArray(SPECIES, c, c0 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s10 = add ? FloatVector.fromArray(SPECIES, c, c1) : FloatVector.zero(SPECIES);
        FloatVector s11 = add ? FloatVector.fromArray(SPECIES, c, c1 + LANES) : FloatVector.zero(SPECIES);
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * 2 * LANES;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1 * aRow]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
            ap += aStep;
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
    }

    static void panel4(
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
        int c1 = c0 + cPitch;
        int c2 = c1 + cPitch;
        int c3 = c2 + cPitch;
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
            int bp = bOffset + p * 2 * LANES;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1 * aRow]);
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

    static void panel6(
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
        int c1 = c0 + cPitch;
        int c2 = c1 + cPitch;
        int c3 = c2 + cPitch;
        int c4 = c3 + cPitch;
        int c5 = c4 + cPitch;
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
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * 2 * LANES;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1 * aRow]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = a2.fma(left, s20);
            s21 = a2.fma(right, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = a3.fma(left, s30);
            s31 = a3.fma(right, s31);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4 * aRow]);
            s40 = a4.fma(left, s40);
            s41 = a4.fma(right, s41);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ap + 5 * aRow]);
            s50 = a5.fma(left, s50);
            s51 = a5.fma(right, s51);
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
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
    }

    static void panel8(
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
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * 2 * LANES;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1 * aRow]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = a2.fma(left, s20);
            s21 = a2.fma(right, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = a3.fma(left, s30);
            s31 = a3.fma(right, s31);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4 * aRow]);
            s40 = a4.fma(left, s40);
            s41 = a4.fma(right, s41);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ap + 5 * aRow]);
            s50 = a5.fma(left, s50);
            s51 = a5.fma(right, s51);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ap + 6 * aRow]);
            s60 = a6.fma(left, s60);
            s61 = a6.fma(right, s61);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ap + 7 * aRow]);
            s70 = a7.fma(left, s70);
            s71 = a7.fma(right, s71);
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
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        s60.intoArray(c, c6);
        s61.intoArray(c, c6 + LANES);
        s70.intoArray(c, c7);
        s71.intoArray(c, c7 + LANES);
    }

    static void panel12(
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
        int c1 = c0 + cPitch;
        int c2 = c1 + cPitch;
        int c3 = c2 + cPitch;
        int c4 = c3 + cPitch;
        int c5 = c4 + cPitch;
        int c6 = c5 + cPitch;
        int c7 = c6 + cPitch;
        int c8 = c7 + cPitch;
        int c9 = c8 + cPitch;
        int c10 = c9 + cPitch;
        int c11 = c10 + cPitch;
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
        FloatVector s80 = add ? FloatVector.fromArray(SPECIES, c, c8) : FloatVector.zero(SPECIES);
        FloatVector s81 = add ? FloatVector.fromArray(SPECIES, c, c8 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s90 = add ? FloatVector.fromArray(SPECIES, c, c9) : FloatVector.zero(SPECIES);
        FloatVector s91 = add ? FloatVector.fromArray(SPECIES, c, c9 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s100 = add ? FloatVector.fromArray(SPECIES, c, c10) : FloatVector.zero(SPECIES);
        FloatVector s101 = add ? FloatVector.fromArray(SPECIES, c, c10 + LANES) : FloatVector.zero(SPECIES);
        FloatVector s110 = add ? FloatVector.fromArray(SPECIES, c, c11) : FloatVector.zero(SPECIES);
        FloatVector s111 = add ? FloatVector.fromArray(SPECIES, c, c11 + LANES) : FloatVector.zero(SPECIES);
        int ap = aOffset;
        for (int p = 0; p < k; p++) {
            int bp = bOffset + p * 2 * LANES;
            FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = a0.fma(left, s00);
            s01 = a0.fma(right, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ap + 1 * aRow]);
            s10 = a1.fma(left, s10);
            s11 = a1.fma(right, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = a2.fma(left, s20);
            s21 = a2.fma(right, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = a3.fma(left, s30);
            s31 = a3.fma(right, s31);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ap + 4 * aRow]);
            s40 = a4.fma(left, s40);
            s41 = a4.fma(right, s41);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ap + 5 * aRow]);
            s50 = a5.fma(left, s50);
            s51 = a5.fma(right, s51);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ap + 6 * aRow]);
            s60 = a6.fma(left, s60);
            s61 = a6.fma(right, s61);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ap + 7 * aRow]);
            s70 = a7.fma(left, s70);
            s71 = a7.fma(right, s71);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ap + 8 * aRow]);
            s80 = a8.fma(left, s80);
            s81 = a8.fma(right, s81);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ap + 9 * aRow]);
            s90 = a9.fma(left, s90);
            s91 = a9.fma(right, s91);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ap + 10 * aRow]);
            s100 = a10.fma(left, s100);
            s101 = a10.fma(right, s101);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ap + 11 * aRow]);
            s110 = a11.fma(left, s110);
            s111 = a11.fma(right, s111);
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
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        s60.intoArray(c, c6);
        s61.intoArray(c, c6 + LANES);
        s70.intoArray(c, c7);
        s71.intoArray(c, c7 + LANES);
        s80.intoArray(c, c8);
        s81.intoArray(c, c8 + LANES);
        s90.intoArray(c, c9);
        s91.intoArray(c, c9 + LANES);
        s100.intoArray(c, c10);
        s101.intoArray(c, c10 + LANES);
        s110.intoArray(c, c11);
        s111.intoArray(c, c11 + LANES);
    }

    static void correlate1x1(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        int a0 = aOffset;
        int b0 = bOffset + bColumns[firstColumn];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
        }
        s00.intoArray(sums, r0);
    }

    static void correlate1x2(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        int a0 = aOffset;
        int b0 = bOffset + bColumns[firstColumn];
        int b1 = bOffset + bColumns[firstColumn + 1];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b1 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
    }

    static void correlate1x4(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, sums, r0 + 3 * LANES);
        int a0 = aOffset;
        int b0 = bOffset + bColumns[firstColumn];
        int b1 = bOffset + bColumns[firstColumn + 1];
        int b2 = bOffset + bColumns[firstColumn + 2];
        int b3 = bOffset + bColumns[firstColumn + 3];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b1 + t);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b2 + t);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b3 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
            s02 = x0.fma(y2, s02);
            s03 = x0.fma(y3, s03);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s03.intoArray(sums, r0 + 3 * LANES);
    }

    static void correlate2x1(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        int a0 = aOffset;
        int a1 = a0 + aPitch;
        int b0 = bOffset + bColumns[firstColumn];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            FloatVector x1 = FloatVector.fromArray(SPECIES, a, a1 + t);
            s10 = x1.fma(y0, s10);
        }
        s00.intoArray(sums, r0);
        s10.intoArray(sums, r1);
    }

    static void correlate2x2(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        int a0 = aOffset;
        int a1 = a0 + aPitch;
        int b0 = bOffset + bColumns[firstColumn];
        int b1 = bOffset + bColumns[firstColumn + 1];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b1 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
            FloatVector x1 = FloatVector.fromArray(SPECIES, a, a1 + t);
            s10 = x1.fma(y0, s10);
            s11 = x1.fma(y1, s11);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
    }

    static void correlate2x4(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, sums, r0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, sums, r1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, sums, r1 + 3 * LANES);
        int a0 = aOffset;
        int a1 = a0 + aPitch;
        int b0 = bOffset + bColumns[firstColumn];
        int b1 = bOffset + bColumns[firstColumn + 1];
        int b2 = bOffset + bColumns[firstColumn + 2];
        int b3 = bOffset + bColumns[firstColumn + 3];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b1 + t);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b2 + t);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b3 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
            s02 = x0.fma(y2, s02);
            s03 = x0.fma(y3, s03);
            FloatVector x1 = FloatVector.fromArray(SPECIES, a, a1 + t);
            s10 = x1.fma(y0, s10);
            s11 = x1.fma(y1, s11);
            s12 = x1.fma(y2, s12);
            s13 = x1.fma(y3, s13);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s03.intoArray(sums, r0 + 3 * LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
        s12.intoArray(sums, r1 + 2 * LANES);
        s13.intoArray(sums, r1 + 3 * LANES);
    }

    static void correlate4x1(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        int r2 = r1 + sumsPitch;
        int r3 = r2 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s20 = FloatVector.fromArray(SPECIES, sums, r2);
        FloatVector s30 = FloatVector.fromArray(SPECIES, sums, r3);
        int a0 = aOffset;
        int a1 = a0 + aPitch;
        int a2 = a1 + aPitch;
        int a3 = a2 + aPitch;
        int b0 = bOffset + bColumns[firstColumn];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            FloatVector x1 = FloatVector.fromArray(SPECIES, a, a1 + t);
            s10 = x1.fma(y0, s10);
            FloatVector x2 = FloatVector.fromArray(SPECIES, a, a2 + t);
            s20 = x2.fma(y0, s20);
            FloatVector x3 = FloatVector.fromArray(SPECIES, a, a3 + t);
            s30 = x3.fma(y0, s30);
        }
        s00.intoArray(sums, r0);
        s10.intoArray(sums, r1);
        s20.intoArray(sums, r2);
        s30.intoArray(sums, r3);
    }

    static void correlate4x2(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        int r2 = r1 + sumsPitch;
        int r3 = r2 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, sums, r2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, sums, r2 + LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, sums, r3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, sums, r3 + LANES);
        int a0 = aOffset;
        int a1 = a0 + aPitch;
        int a2 = a1 + aPitch;
        int a3 = a2 + aPitch;
        int b0 = bOffset + bColumns[firstColumn];
        int b1 = bOffset + bColumns[firstColumn + 1];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b1 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
            FloatVector x1 = FloatVector.fromArray(SPECIES, a, a1 + t);
            s10 = x1.fma(y0, s10);
            s11 = x1.fma(y1, s11);
            FloatVector x2 = FloatVector.fromArray(SPECIES, a, a2 + t);
            s20 = x2.fma(y0, s20);
            s21 = x2.fma(y1, s21);
            FloatVector x3 = FloatVector.fromArray(SPECIES, a, a3 + t);
            s30 = x3.fma(y0, s30);
            s31 = x3.fma(y1, s31);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
        s20.intoArray(sums, r2);
        s21.intoArray(sums, r2 + LANES);
        s30.intoArray(sums, r3);
        s31.intoArray(sums, r3 + LANES);
    }

    static void correlate4x4(
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            float[] b,
            int bOffset,
            int[] bColumns,
            int firstColumn,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        int r2 = r1 + sumsPitch;
        int r3 = r2 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, sums, r0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, sums, r1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, sums, r1 + 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, sums, r2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, sums, r2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, sums, r2 + 2 * LANES);
        FloatVector s23 = FloatVector.fromArray(SPECIES, sums, r2 + 3 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, sums, r3);
        FloatVector s31 = FloatVector.fromArray(SPECIES, sums, r3 + LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, sums, r3 + 2 * LANES);
        FloatVector s33 = FloatVector.fromArray(SPECIES, sums, r3 + 3 * LANES);
        int a0 = aOffset;
        int a1 = a0 + aPitch;
        int a2 = a1 + aPitch;
        int a3 = a2 + aPitch;
        int b0 = bOffset + bColumns[firstColumn];
        int b1 = bOffset + bColumns[firstColumn + 1];
        int b2 = bOffset + bColumns[firstColumn + 2];
        int b3 = bOffset + bColumns[firstColumn + 3];
        for (int t = 0; t < run; t += LANES) {
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0 + t);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b1 + t);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b2 + t);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b3 + t);
            FloatVector x0 = FloatVector.fromArray(SPECIES, a, a0 + t);
            s00 = x0.fma(y0, s00);
            s01 = x0.fma(y1, s01);
            s02 = x0.fma(y2, s02);
            s03 = x0.fma(y3, s03);
            FloatVector x1 = FloatVector.fromArray(SPECIES, a, a1 + t);
            s10 = x1.fma(y0, s10);
            s11 = x1.fma(y1, s11);
            s12 = x1.fma(y2, s12);
            s13 = x1.fma(y3, s13);
            FloatVector x2 = FloatVector.fromArray(SPECIES, a, a2 + t);
            s20 = x2.fma(y0, s20);
            s21 = x2.fma(y1, s21);
            s22 = x2.fma(y2, s22);
            s23 = x2.fma(y3, s23);
            FloatVector x3 = FloatVector.fromArray(SPECIES, a, a3 + t);
            s30 = x3.fma(y0, s30);
            s31 = x3.fma(y1, s31);
            s32 = x3.fma(y2, s32);
            s33 = x3.fma(y3, s33);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s03.intoArray(sums, r0 + 3 * LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
        s12.intoArray(sums, r1 + 2 * LANES);
        s13.intoArray(sums, r1 + 3 * LANES);
        s20.intoArray(sums, r2);
        s21.intoArray(sums, r2 + LANES);
        s22.intoArray(sums, r2 + 2 * LANES);
        s23.intoArray(sums, r2 + 3 * LANES);
        s30.intoArray(sums, r3);
        s31.intoArray(sums, r3 + LANES);
        s32.intoArray(sums, r3 + 2 * LANES);
        s33.intoArray(sums, r3 + 3 * LANES);
    }

    static void correlate1Taps3(
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            int firstStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        for (int t = 0; t < steps; t++) {
            int b0 = bOffset + bSteps[firstStep + t];
            int a0 = aOffset + aSteps[firstStep + t];
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b0 + 2 * LANES);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b0 + 4 * LANES);
            FloatVector x00 = FloatVector.fromArray(SPECIES, a, a0);
            s00 = x00.fma(y0, s00);
            s01 = x00.fma(y1, s01);
            s02 = x00.fma(y2, s02);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b0 + 6 * LANES);
            FloatVector x10 = FloatVector.fromArray(SPECIES, a, a0 + 2 * LANES);
            s00 = x10.fma(y1, s00);
            s01 = x10.fma(y2, s01);
            s02 = x10.fma(y3, s02);
            FloatVector y4 = FloatVector.fromArray(SPECIES, b, b0 + 8 * LANES);
            FloatVector x20 = FloatVector.fromArray(SPECIES, a, a0 + 4 * LANES);
            s00 = x20.fma(y2, s00);
            s01 = x20.fma(y3, s01);
            s02 = x20.fma(y4, s02);
            FloatVector y5 = FloatVector.fromArray(SPECIES, b, b0 + 10 * LANES);
            FloatVector x30 = FloatVector.fromArray(SPECIES, a, a0 + 6 * LANES);
            s00 = x30.fma(y3, s00);
            s01 = x30.fma(y4, s01);
            s02 = x30.fma(y5, s02);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
    }

    static void correlate2Taps3(
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            int firstStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, sums, r1 + 2 * LANES);
        for (int t = 0; t < steps; t++) {
            int b0 = bOffset + bSteps[firstStep + t];
            int a0 = aOffset + aSteps[firstStep + t];
            int a1 = a0 + aPitch;
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b0 + 2 * LANES);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b0 + 4 * LANES);
            FloatVector x00 = FloatVector.fromArray(SPECIES, a, a0);
            s00 = x00.fma(y0, s00);
            s01 = x00.fma(y1, s01);
            s02 = x00.fma(y2, s02);
            FloatVector x01 = FloatVector.fromArray(SPECIES, a, a1);
            s10 = x01.fma(y0, s10);
            s11 = x01.fma(y1, s11);
            s12 = x01.fma(y2, s12);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b0 + 6 * LANES);
            FloatVector x10 = FloatVector.fromArray(SPECIES, a, a0 + 2 * LANES);
            s00 = x10.fma(y1, s00);
            s01 = x10.fma(y2, s01);
            s02 = x10.fma(y3, s02);
            FloatVector x11 = FloatVector.fromArray(SPECIES, a, a1 + 2 * LANES);
            s10 = x11.fma(y1, s10);
            s11 = x11.fma(y2, s11);
            s12 = x11.fma(y3, s12);
            FloatVector y4 = FloatVector.fromArray(SPECIES, b, b0 + 8 * LANES);
            FloatVector x20 = FloatVector.fromArray(SPECIES, a, a0 + 4 * LANES);
            s00 = x20.fma(y2, s00);
            s01 = x20.fma(y3, s01);
            s02 = x20.fma(y4, s02);
            FloatVector x21 = FloatVector.fromArray(SPECIES, a, a1 + 4 * LANES);
            s10 = x21.fma(y2, s10);
            s11 = x21.fma(y3, s11);
            s12 = x21.fma(y4, s12);
            FloatVector y5 = FloatVector.fromArray(SPECIES, b, b0 + 10 * LANES);
            FloatVector x30 = FloatVector.fromArray(SPECIES, a, a0 + 6 * LANES);
            s00 = x30.fma(y3, s00);
            s01 = x30.fma(y4, s01);
            s02 = x30.fma(y5, s02);
            FloatVector x31 = FloatVector.fromArray(SPECIES, a, a1 + 6 * LANES);
            s10 = x31.fma(y3, s10);
            s11 = x31.fma(y4, s11);
            s12 = x31.fma(y5, s12);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
        s12.intoArray(sums, r1 + 2 * LANES);
    }

    static void correlate3Taps3(
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            int firstStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        int r2 = r1 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, sums, r1 + 2 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, sums, r2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, sums, r2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, sums, r2 + 2 * LANES);
        for (int t = 0; t < steps; t++) {
            int b0 = bOffset + bSteps[firstStep + t];
            int a0 = aOffset + aSteps[firstStep + t];
            int a1 = a0 + aPitch;
            int a2 = a1 + aPitch;
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b0 + 2 * LANES);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b0 + 4 * LANES);
            FloatVector x00 = FloatVector.fromArray(SPECIES, a, a0);
            s00 = x00.fma(y0, s00);
            s01 = x00.fma(y1, s01);
            s02 = x00.fma(y2, s02);
            FloatVector x01 = FloatVector.fromArray(SPECIES, a, a1);
            s10 = x01.fma(y0, s10);
            s11 = x01.fma(y1, s11);
            s12 = x01.fma(y2, s12);
            FloatVector x02 = FloatVector.fromArray(SPECIES, a, a2);
            s20 = x02.fma(y0, s20);
            s21 = x02.fma(y1, s21);
            s22 = x02.fma(y2, s22);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b0 + 6 * LANES);
            FloatVector x10 = FloatVector.fromArray(SPECIES, a, a0 + 2 * LANES);
            s00 = x10.fma(y1, s00);
            s01 = x10.fma(y2, s01);
            s02 = x10.fma(y3, s02);
            FloatVector x11 = FloatVector.fromArray(SPECIES, a, a1 + 2 * LANES);
            s10 = x11.fma(y1, s10);
            s11 = x11.fma(y2, s11);
            s12 = x11.fma(y3, s12);
            FloatVector x12 = FloatVector.fromArray(SPECIES, a, a2 + 2 * LANES);
            s20 = x12.fma(y1, s20);
            s21 = x12.fma(y2, s21);
            s22 = x12.fma(y3, s22);
            FloatVector y4 = FloatVector.fromArray(SPECIES, b, b0 + 8 * LANES);
            FloatVector x20 = FloatVector.fromArray(SPECIES, a, a0 + 4 * LANES);
            s00 = x20.fma(y2, s00);
            s01 = x20.fma(y3, s01);
            s02 = x20.fma(y4, s02);
            FloatVector x21 = FloatVector.fromArray(SPECIES, a, a1 + 4 * LANES);
            s10 = x21.fma(y2, s10);
            s11 = x21.fma(y3, s11);
            s12 = x21.fma(y4, s12);
            FloatVector x22 = FloatVector.fromArray(SPECIES, a, a2 + 4 * LANES);
            s20 = x22.fma(y2, s20);
            s21 = x22.fma(y3, s21);
            s22 = x22.fma(y4, s22);
            FloatVector y5 = FloatVector.fromArray(SPECIES, b, b0 + 10 * LANES);
            FloatVector x30 = FloatVector.fromArray(SPECIES, a, a0 + 6 * LANES);
            s00 = x30.fma(y3, s00);
            s01 = x30.fma(y4, s01);
            s02 = x30.fma(y5, s02);
            FloatVector x31 = FloatVector.fromArray(SPECIES, a, a1 + 6 * LANES);
            s10 = x31.fma(y3, s10);
            s11 = x31.fma(y4, s11);
            s12 = x31.fma(y5, s12);
            FloatVector x32 = FloatVector.fromArray(SPECIES, a, a2 + 6 * LANES);
            s20 = x32.fma(y3, s20);
            s21 = x32.fma(y4, s21);
            s22 = x32.fma(y5, s22);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
        s12.intoArray(sums, r1 + 2 * LANES);
        s20.intoArray(sums, r2);
        s21.intoArray(sums, r2 + LANES);
        s22.intoArray(sums, r2 + 2 * LANES);
    }

    static void correlate1Taps5(
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            int firstStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, sums, r0 + 3 * LANES);
        FloatVector s04 = FloatVector.fromArray(SPECIES, sums, r0 + 4 * LANES);
        for (int t = 0; t < steps; t++) {
            int b0 = bOffset + bSteps[firstStep + t];
            int a0 = aOffset + aSteps[firstStep + t];
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b0 + 2 * LANES);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b0 + 4 * LANES);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b0 + 6 * LANES);
            FloatVector y4 = FloatVector.fromArray(SPECIES, b, b0 + 8 * LANES);
            FloatVector x00 = FloatVector.fromArray(SPECIES, a, a0);
            s00 = x00.fma(y0, s00);
            s01 = x00.fma(y1, s01);
            s02 = x00.fma(y2, s02);
            s03 = x00.fma(y3, s03);
            s04 = x00.fma(y4, s04);
            FloatVector y5 = FloatVector.fromArray(SPECIES, b, b0 + 10 * LANES);
            FloatVector x10 = FloatVector.fromArray(SPECIES, a, a0 + 2 * LANES);
            s00 = x10.fma(y1, s00);
            s01 = x10.fma(y2, s01);
            s02 = x10.fma(y3, s02);
            s03 = x10.fma(y4, s03);
            s04 = x10.fma(y5, s04);
            FloatVector y6 = FloatVector.fromArray(SPECIES, b, b0 + 12 * LANES);
            FloatVector x20 = FloatVector.fromArray(SPECIES, a, a0 + 4 * LANES);
            s00 = x20.fma(y2, s00);
            s01 = x20.fma(y3, s01);
            s02 = x20.fma(y4, s02);
            s03 = x20.fma(y5, s03);
            s04 = x20.fma(y6, s04);
            FloatVector y7 = FloatVector.fromArray(SPECIES, b, b0 + 14 * LANES);
            FloatVector x30 = FloatVector.fromArray(SPECIES, a, a0 + 6 * LANES);
            s00 = x30.fma(y3, s00);
            s01 = x30.fma(y4, s01);
            s02 = x30.fma(y5, s02);
            s03 = x30.fma(y6, s03);
            s04 = x30.fma(y7, s04);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s03.intoArray(sums, r0 + 3 * LANES);
        s04.intoArray(sums, r0 + 4 * LANES);
    }

    static void correlate2Taps5(
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            int firstStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, sums, r0 + 3 * LANES);
        FloatVector s04 = FloatVector.fromArray(SPECIES, sums, r0 + 4 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, sums, r1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, sums, r1 + 3 * LANES);
        FloatVector s14 = FloatVector.fromArray(SPECIES, sums, r1 + 4 * LANES);
        for (int t = 0; t < steps; t++) {
            int b0 = bOffset + bSteps[firstStep + t];
            int a0 = aOffset + aSteps[firstStep + t];
            int a1 = a0 + aPitch;
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b0 + 2 * LANES);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b0 + 4 * LANES);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b0 + 6 * LANES);
            FloatVector y4 = FloatVector.fromArray(SPECIES, b, b0 + 8 * LANES);
            FloatVector x00 = FloatVector.fromArray(SPECIES, a, a0);
            s00 = x00.fma(y0, s00);
            s01 = x00.fma(y1, s01);
            s02 = x00.fma(y2, s02);
            s03 = x00.fma(y3, s03);
            s04 = x00.fma(y4, s04);
            FloatVector x01 = FloatVector.fromArray(SPECIES, a, a1);
            s10 = x01.fma(y0, s10);
            s11 = x01.fma(y1, s11);
            s12 = x01.fma(y2, s12);
            s13 = x01.fma(y3, s13);
            s14 = x01.fma(y4, s14);
            FloatVector y5 = FloatVector.fromArray(SPECIES, b, b0 + 10 * LANES);
            FloatVector x10 = FloatVector.fromArray(SPECIES, a, a0 + 2 * LANES);
            s00 = x10.fma(y1, s00);
            s01 = x10.fma(y2, s01);
            s02 = x10.fma(y3, s02);
            s03 = x10.fma(y4, s03);
            s04 = x10.fma(y5, s04);
            FloatVector x11 = FloatVector.fromArray(SPECIES, a, a1 + 2 * LANES);
            s10 = x11.fma(y1, s10);
            s11 = x11.fma(y2, s11);
            s12 = x11.fma(y3, s12);
            s13 = x11.fma(y4, s13);
            s14 = x11.fma(y5, s14);
            FloatVector y6 = FloatVector.fromArray(SPECIES, b, b0 + 12 * LANES);
            FloatVector x20 = FloatVector.fromArray(SPECIES, a, a0 + 4 * LANES);
            s00 = x20.fma(y2, s00);
            s01 = x20.fma(y3, s01);
            s02 = x20.fma(y4, s02);
            s03 = x20.fma(y5, s03);
            s04 = x20.fma(y6, s04);
            FloatVector x21 = FloatVector.fromArray(SPECIES, a, a1 + 4 * LANES);
            s10 = x21.fma(y2, s10);
            s11 = x21.fma(y3, s11);
            s12 = x21.fma(y4, s12);
            s13 = x21.fma(y5, s13);
            s14 = x21.fma(y6, s14);
            FloatVector y7 = FloatVector.fromArray(SPECIES, b, b0 + 14 * LANES);
            FloatVector x30 = FloatVector.fromArray(SPECIES, a, a0 + 6 * LANES);
            s00 = x30.fma(y3, s00);
            s01 = x30.fma(y4, s01);
            s02 = x30.fma(y5, s02);
            s03 = x30.fma(y6, s03);
            s04 = x30.fma(y7, s04);
            FloatVector x31 = FloatVector.fromArray(SPECIES, a, a1 + 6 * LANES);
            s10 = x31.fma(y3, s10);
            s11 = x31.fma(y4, s11);
            s12 = x31.fma(y5, s12);
            s13 = x31.fma(y6, s13);
            s14 = x31.fma(y7, s14);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s03.intoArray(sums, r0 + 3 * LANES);
        s04.intoArray(sums, r0 + 4 * LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
        s12.intoArray(sums, r1 + 2 * LANES);
        s13.intoArray(sums, r1 + 3 * LANES);
        s14.intoArray(sums, r1 + 4 * LANES);
    }

    static void correlate3Taps5(
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            int firstStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        int r0 = sumsOffset;
        int r1 = r0 + sumsPitch;
        int r2 = r1 + sumsPitch;
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, r0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, r0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, r0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, sums, r0 + 3 * LANES);
        FloatVector s04 = FloatVector.fromArray(SPECIES, sums, r0 + 4 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, r1);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, r1 + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, sums, r1 + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, sums, r1 + 3 * LANES);
        FloatVector s14 = FloatVector.fromArray(SPECIES, sums, r1 + 4 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, sums, r2);
        FloatVector s21 = FloatVector.fromArray(SPECIES, sums, r2 + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, sums, r2 + 2 * LANES);
        FloatVector s23 = FloatVector.fromArray(SPECIES, sums, r2 + 3 * LANES);
        FloatVector s24 = FloatVector.fromArray(SPECIES, sums, r2 + 4 * LANES);
        for (int t = 0; t < steps; t++) {
            int b0 = bOffset + bSteps[firstStep + t];
            int a0 = aOffset + aSteps[firstStep + t];
            int a1 = a0 + aPitch;
            int a2 = a1 + aPitch;
            FloatVector y0 = FloatVector.fromArray(SPECIES, b, b0);
            FloatVector y1 = FloatVector.fromArray(SPECIES, b, b0 + 2 * LANES);
            FloatVector y2 = FloatVector.fromArray(SPECIES, b, b0 + 4 * LANES);
            FloatVector y3 = FloatVector.fromArray(SPECIES, b, b0 + 6 * LANES);
            FloatVector y4 = FloatVector.fromArray(SPECIES, b, b0 + 8 * LANES);
            FloatVector x00 = FloatVector.fromArray(SPECIES, a, a0);
            s00 = x00.fma(y0, s00);
            s01 = x00.fma(y1, s01);
            s02 = x00.fma(y2, s02);
            s03 = x00.fma(y3, s03);
            s04 = x00.fma(y4, s04);
            FloatVector x01 = FloatVector.fromArray(SPECIES, a, a1);
            s10 = x01.fma(y0, s10);
            s11 = x01.fma(y1, s11);
            s12 = x01.fma(y2, s12);
            s13 = x01.fma(y3, s13);
            s14 = x01.fma(y4, s14);
            FloatVector x02 = FloatVector.fromArray(SPECIES, a, a2);
            s20 = x02.fma(y0, s20);
            s21 = x02.fma(y1, s21);
            s22 = x02.fma(y2, s22);
            s23 = x02.fma(y3, s23);
            s24 = x02.fma(y4, s24);
            FloatVector y5 = FloatVector.fromArray(SPECIES, b, b0 + 10 * LANES);
            FloatVector x10 = FloatVector.fromArray(SPECIES, a, a0 + 2 * LANES);
            s00 = x10.fma(y1, s00);
            s01 = x10.fma(y2, s01);
            s02 = x10.fma(y3, s02);
            s03 = x10.fma(y4, s03);
            s04 = x10.fma(y5, s04);
            FloatVector x11 = FloatVector.fromArray(SPECIES, a, a1 + 2 * LANES);
            s10 = x11.fma(y1, s10);
            s11 = x11.fma(y2, s11);
            s12 = x11.fma(y3, s12);
            s13 = x11.fma(y4, s13);
            s14 = x11.fma(y5, s14);
            FloatVector x12 = FloatVector.fromArray(SPECIES, a, a2 + 2 * LANES);
            s20 = x12.fma(y1, s20);
            s21 = x12.fma(y2, s21);
            s22 = x12.fma(y3, s22);
            s23 = x12.fma(y4, s23);
            s24 = x12.fma(y5, s24);
            FloatVector y6 = FloatVector.fromArray(SPECIES, b, b0 + 12 * LANES);
            FloatVector x20 = FloatVector.fromArray(SPECIES, a, a0 + 4 * LANES);
            s00 = x20.fma(y2, s00);
            s01 = x20.fma(y3, s01);
            s02 = x20.fma(y4, s02);
            s03 = x20.fma(y5, s03);
            s04 = x20.fma(y6, s04);
            FloatVector x21 = FloatVector.fromArray(SPECIES, a, a1 + 4 * LANES);
            s10 = x21.fma(y2, s10);
            s11 = x21.fma(y3, s11);
            s12 = x21.fma(y4, s12);
            s13 = x21.fma(y5, s13);
            s14 = x21.fma(y6, s14);
            FloatVector x22 = FloatVector.fromArray(SPECIES, a, a2 + 4 * LANES);
            s20 = x22.fma(y2, s20);
            s21 = x22.fma(y3, s21);
            s22 = x22.fma(y4, s22);
            s23 = x22.fma(y5, s23);
            s24 = x22.fma(y6, s24);
            FloatVector y7 = FloatVector.fromArray(SPECIES, b, b0 + 14 * LANES);
            FloatVector x30 = FloatVector.fromArray(SPECIES, a, a0 + 6 * LANES);
            s00 = x30.fma(y3, s00);
            s01 = x30.fma(y4, s01);
            s02 = x30.fma(y5, s02);
            s03 = x30.fma(y6, s03);
            s04 = x30.fma(y7, s04);
            FloatVector x31 = FloatVector.fromArray(SPECIES, a, a1 + 6 * LANES);
            s10 = x31.fma(y3, s10);
            s11 = x31.fma(y4, s11);
            s12 = x31.fma(y5, s12);
            s13 = x31.fma(y6, s13);
            s14 = x31.fma(y7, s14);
            FloatVector x32 = FloatVector.fromArray(SPECIES, a, a2 + 6 * LANES);
            s20 = x32.fma(y3, s20);
            s21 = x32.fma(y4, s21);
            s22 = x32.fma(y5, s22);
            s23 = x32.fma(y6, s23);
            s24 = x32.fma(y7, s24);
        }
        s00.intoArray(sums, r0);
        s01.intoArray(sums, r0 + LANES);
        s02.intoArray(sums, r0 + 2 * LANES);
        s03.intoArray(sums, r0 + 3 * LANES);
        s04.intoArray(sums, r0 + 4 * LANES);
        s10.intoArray(sums, r1);
        s11.intoArray(sums, r1 + LANES);
        s12.intoArray(sums, r1 + 2 * LANES);
        s13.intoArray(sums, r1 + 3 * LANES);
        s14.intoArray(sums, r1 + 4 * LANES);
        s20.intoArray(sums, r2);
        s21.intoArray(sums, r2 + LANES);
        s22.intoArray(sums, r2 + 2 * LANES);
        s23.intoArray(sums, r2 + 3 * LANES);
        s24.intoArray(sums, r2 + 4 * LANES);
    }

    static void transpose4(
            int last, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(0, last) * fromPitch);
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(1, last) * fromPitch);
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(2, last) * fromPitch);
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(3, last) * fromPitch);
        FloatVector b0 = a0.blend(a2.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector b2 = a0.rearrange(VectorTransposition.SWAP_2).blend(a2, VectorTransposition.SECOND_2);
        FloatVector b1 = a1.blend(a3.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector b3 = a1.rearrange(VectorTransposition.SWAP_2).blend(a3, VectorTransposition.SECOND_2);
        FloatVector c0 = b0.blend(b1.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector c1 = b0.rearrange(VectorTransposition.SWAP_1).blend(b1, VectorTransposition.SECOND_1);
        FloatVector c2 = b2.blend(b3.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector c3 = b2.rearrange(VectorTransposition.SWAP_1).blend(b3, VectorTransposition.SECOND_1);
        c0.intoArray(to, toOffset + 0 * toPitch);
        c1.intoArray(to, toOffset + 1 * toPitch);
        c2.intoArray(to, toOffset + 2 * toPitch);
        c3.intoArray(to, toOffset + 3 * toPitch);
    }

    static void transpose8(
            int last, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(0, last) * fromPitch);
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(1, last) * fromPitch);
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(2, last) * fromPitch);
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(3, last) * fromPitch);
        FloatVector a4 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(4, last) * fromPitch);
        FloatVector a5 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(5, last) * fromPitch);
        FloatVector a6 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(6, last) * fromPitch);
        FloatVector a7 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(7, last) * fromPitch);
        FloatVector b0 = a0.blend(a4.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector b4 = a0.rearrange(VectorTransposition.SWAP_4).blend(a4, VectorTransposition.SECOND_4);
        FloatVector b1 = a1.blend(a5.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector b5 = a1.rearrange(VectorTransposition.SWAP_4).blend(a5, VectorTransposition.SECOND_4);
        FloatVector b2 = a2.blend(a6.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector b6 = a2.rearrange(VectorTransposition.SWAP_4).blend(a6, VectorTransposition.SECOND_4);
        FloatVector b3 = a3.blend(a7.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector b7 = a3.rearrange(VectorTransposition.SWAP_4).blend(a7, VectorTransposition.SECOND_4);
        FloatVector c0 = b0.blend(b2.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector c2 = b0.rearrange(VectorTransposition.SWAP_2).blend(b2, VectorTransposition.SECOND_2);
        FloatVector c1 = b1.blend(b3.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector c3 = b1.rearrange(VectorTransposition.SWAP_2).blend(b3, VectorTransposition.SECOND_2);
        FloatVector c4 = b4.blend(b6.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector c6 = b4.rearrange(VectorTransposition.SWAP_2).blend(b6, VectorTransposition.SECOND_2);
        FloatVector c5 = b5.blend(b7.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector c7 = b5.rearrange(VectorTransposition.SWAP_2).blend(b7, VectorTransposition.SECOND_2);
        FloatVector d0 = c0.blend(c1.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector d1 = c0.rearrange(VectorTransposition.SWAP_1).blend(c1, VectorTransposition.SECOND_1);
        FloatVector d2 = c2.blend(c3.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector d3 = c2.rearrange(VectorTransposition.SWAP_1).blend(c3, VectorTransposition.SECOND_1);
        FloatVector d4 = c4.blend(c5.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector d5 = c4.rearrange(VectorTransposition.SWAP_1).blend(c5, VectorTransposition.SECOND_1);
        FloatVector d6 = c6.blend(c7.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector d7 = c6.rearrange(VectorTransposition.SWAP_1).blend(c7, VectorTransposition.SECOND_1);
        d0.intoArray(to, toOffset + 0 * toPitch);
        d1.intoArray(to, toOffset + 1 * toPitch);
        d2.intoArray(to, toOffset + 2 * toPitch);
        d3.intoArray(to, toOffset + 3 * toPitch);
        d4.intoArray(to, toOffset + 4 * toPitch);
        d5.intoArray(to, toOffset + 5 * toPitch);
        d6.intoArray(to, toOffset + 6 * toPitch);
        d7.intoArray(to, toOffset + 7 * toPitch);
    }

    static void transpose16(
            int last, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(0, last) * fromPitch);
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(1, last) * fromPitch);
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(2, last) * fromPitch);
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(3, last) * fromPitch);
        FloatVector a4 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(4, last) * fromPitch);
        FloatVector a5 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(5, last) * fromPitch);
        FloatVector a6 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(6, last) * fromPitch);
        FloatVector a7 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(7, last) * fromPitch);
        FloatVector a8 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(8, last) * fromPitch);
        FloatVector a9 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(9, last) * fromPitch);
        FloatVector a10 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(10, last) * fromPitch);
        FloatVector a11 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(11, last) * fromPitch);
        FloatVector a12 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(12, last) * fromPitch);
        FloatVector a13 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(13, last) * fromPitch);
        FloatVector a14 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(14, last) * fromPitch);
        FloatVector a15 = FloatVector.fromArray(SPECIES, from, fromOffset + Math.min(15, last) * fromPitch);
        FloatVector b0 = a0.blend(a8.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b8 = a0.rearrange(VectorTransposition.SWAP_8).blend(a8, VectorTransposition.SECOND_8);
        FloatVector b1 = a1.blend(a9.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b9 = a1.rearrange(VectorTransposition.SWAP_8).blend(a9, VectorTransposition.SECOND_8);
        FloatVector b2 = a2.blend(a10.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b10 = a2.rearrange(VectorTransposition.SWAP_8).blend(a10, VectorTransposition.SECOND_8);
        FloatVector b3 = a3.blend(a11.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b11 = a3.rearrange(VectorTransposition.SWAP_8).blend(a11, VectorTransposition.SECOND_8);
        FloatVector b4 = a4.blend(a12.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b12 = a4.rearrange(VectorTransposition.SWAP_8).blend(a12, VectorTransposition.SECOND_8);
        FloatVector b5 = a5.blend(a13.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b13 = a5.rearrange(VectorTransposition.SWAP_8).blend(a13, VectorTransposition.SECOND_8);
        FloatVector b6 = a6.blend(a14.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b14 = a6.rearrange(VectorTransposition.SWAP_8).blend(a14, VectorTransposition.SECOND_8);
        FloatVector b7 = a7.blend(a15.rearrange(VectorTransposition.SWAP_8), VectorTransposition.SECOND_8);
        FloatVector b15 = a7.rearrange(VectorTransposition.SWAP_8).blend(a15, VectorTransposition.SECOND_8);
        FloatVector c0 = b0.blend(b4.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c4 = b0.rearrange(VectorTransposition.SWAP_4).blend(b4, VectorTransposition.SECOND_4);
        FloatVector c1 = b1.blend(b5.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c5 = b1.rearrange(VectorTransposition.SWAP_4).blend(b5, VectorTransposition.SECOND_4);
        FloatVector c2 = b2.blend(b6.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c6 = b2.rearrange(VectorTransposition.SWAP_4).blend(b6, VectorTransposition.SECOND_4);
        FloatVector c3 = b3.blend(b7.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c7 = b3.rearrange(VectorTransposition.SWAP_4).blend(b7, VectorTransposition.SECOND_4);
        FloatVector c8 = b8.blend(b12.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c12 = b8.rearrange(VectorTransposition.SWAP_4).blend(b12, VectorTransposition.SECOND_4);
        FloatVector c9 = b9.blend(b13.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c13 = b9.rearrange(VectorTransposition.SWAP_4).blend(b13, VectorTransposition.SECOND_4);
        FloatVector c10 = b10.blend(b14.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c14 = b10.rearrange(VectorTransposition.SWAP_4).blend(b14, VectorTransposition.SECOND_4);
        FloatVector c11 = b11.blend(b15.rearrange(VectorTransposition.SWAP_4), VectorTransposition.SECOND_4);
        FloatVector c15 = b11.rearrange(VectorTransposition.SWAP_4).blend(b15, VectorTransposition.SECOND_4);
        FloatVector d0 = c0.blend(c2.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d2 = c0.rearrange(VectorTransposition.SWAP_2).blend(c2, VectorTransposition.SECOND_2);
        FloatVector d1 = c1.blend(c3.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d3 = c1.rearrange(VectorTransposition.SWAP_2).blend(c3, VectorTransposition.SECOND_2);
        FloatVector d4 = c4.blend(c6.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d6 = c4.rearrange(VectorTransposition.SWAP_2).blend(c6, VectorTransposition.SECOND_2);
        FloatVector d5 = c5.blend(c7.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d7 = c5.rearrange(VectorTransposition.SWAP_2).blend(c7, VectorTransposition.SECOND_2);
        FloatVector d8 = c8.blend(c10.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d10 = c8.rearrange(VectorTransposition.SWAP_2).blend(c10, VectorTransposition.SECOND_2);
        FloatVector d9 = c9.blend(c11.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d11 = c9.rearrange(VectorTransposition.SWAP_2).blend(c11, VectorTransposition.SECOND_2);
        FloatVector d12 = c12.blend(c14.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d14 = c12.rearrange(VectorTransposition.SWAP_2).blend(c14, VectorTransposition.SECOND_2);
        FloatVector d13 = c13.blend(c15.rearrange(VectorTransposition.SWAP_2), VectorTransposition.SECOND_2);
        FloatVector d15 = c13.rearrange(VectorTransposition.SWAP_2).blend(c15, VectorTransposition.SECOND_2);
        FloatVector e0 = d0.blend(d1.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e1 = d0.rearrange(VectorTransposition.SWAP_1).blend(d1, VectorTransposition.SECOND_1);
        FloatVector e2 = d2.blend(d3.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e3 = d2.rearrange(VectorTransposition.SWAP_1).blend(d3, VectorTransposition.SECOND_1);
        FloatVector e4 = d4.blend(d5.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e5 = d4.rearrange(VectorTransposition.SWAP_1).blend(d5, VectorTransposition.SECOND_1);
        FloatVector e6 = d6.blend(d7.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e7 = d6.rearrange(VectorTransposition.SWAP_1).blend(d7, VectorTransposition.SECOND_1);
        FloatVector e8 = d8.blend(d9.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e9 = d8.rearrange(VectorTransposition.SWAP_1).blend(d9, VectorTransposition.SECOND_1);
        FloatVector e10 = d10.blend(d11.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e11 = d10.rearrange(VectorTransposition.SWAP_1).blend(d11, VectorTransposition.SECOND_1);
        FloatVector e12 = d12.blend(d13.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e13 = d12.rearrange(VectorTransposition.SWAP_1).blend(d13, VectorTransposition.SECOND_1);
        FloatVector e14 = d14.blend(d15.rearrange(VectorTransposition.SWAP_1), VectorTransposition.SECOND_1);
        FloatVector e15 = d14.rearrange(VectorTransposition.SWAP_1).blend(d15, VectorTransposition.SECOND_1);
        e0.intoArray(to, toOffset + 0 * toPitch);
        e1.intoArray(to, toOffset + 1 * toPitch);
        e2.intoArray(to, toOffset + 2 * toPitch);
        e3.intoArray(to, toOffset + 3 * toPitch);
        e4.intoArray(to, toOffset + 4 * toPitch);
        e5.intoArray(to, toOffset + 5 * toPitch);
        e6.intoArray(to, toOffset + 6 * toPitch);
        e7.intoArray(to, toOffset + 7 * toPitch);
        e8.intoArray(to, toOffset + 8 * toPitch);
        e9.intoArray(to, toOffset + 9 * toPitch);
        e10.intoArray(to, toOffset + 10 * toPitch);
        e11.intoArray(to, toOffset + 11 * toPitch);
        e12.intoArray(to, toOffset + 12 * toPitch);
        e13.intoArray(to, toOffset + 13 * toPitch);
        e14.intoArray(to, toOffset + 14 * toPitch);
        e15.intoArray(to, toOffset + 15 * toPitch);
    }
}
