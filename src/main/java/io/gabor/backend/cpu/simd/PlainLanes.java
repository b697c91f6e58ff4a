package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;

import java.util.Arrays;

/**
 * What the vector kernels compute, bit by bit, in plain loops: lane after lane, with a few sums in registers. The JIT
 * compiler is done with such a loop in some milliseconds, and until then it is not slow either, since nothing in it is an
 * object. Unlike {@link ScalarKernels} these keep the vectors' layout and their order of addition.
 *
 * <p>Loops take two rows at a time. Where only one is left it is taken twice, which writes the same numbers twice.
 */
final class PlainLanes {
    private static final int WIDTH = 2 * LANES;
    /** Rows of a panel at a time. */
    private static final int DEPTH = 256;

    private static final int[] PANEL_ROWS = panelRows();

    private PlainLanes() {}

    private static int[] panelRows() {
        int[] rows = new int[DEPTH];
        for (int p = 0; p < DEPTH; p++) {
            rows[p] = p * WIDTH;
        }
        return rows;
    }

    /** {@link Kernels#multiplyPanel}. */
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
            multiply(
                    m,
                    Math.min(DEPTH, k - p),
                    a,
                    aOffset + p * aStep,
                    aRow,
                    aStep,
                    b,
                    bOffset + p * WIDTH,
                    PANEL_ROWS,
                    0,
                    c,
                    cOffset,
                    cPitch,
                    add || p > 0);
        }
    }

    /**
     * {@code C[i,j] (+)= Σ over p < k of A[i,p] · B[p,j]} for {@code i < rows} and {@code j < WIDTH}.
     *
     * @param a element (i, p) is at {@code aOffset + i·aRow + p·aStep}
     * @param bRows row p of B begins at {@code bOffset + bRows[firstRow + p]}
     */
    static void multiply(
            int rows,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            int aStep,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        for (int i = 0; i < rows && !add; i++) {
            Arrays.fill(c, cOffset + i * cPitch, cOffset + i * cPitch + WIDTH, 0f);
        }
        for (int j = 0; j < WIDTH; j += 4) {
            for (int i = 0; i < rows; i += 2) {
                int second = i + 1 < rows ? 1 : 0;
                multiplyTwoByFour(
                        k,
                        a,
                        aOffset + i * aRow,
                        second * aRow,
                        aStep,
                        b,
                        bOffset + j,
                        bRows,
                        firstRow,
                        c,
                        cOffset + i * cPitch + j,
                        second * cPitch);
            }
        }
    }

    private static void multiplyTwoByFour(
            int k,
            float[] a,
            int aOffset,
            int aRow,
            int aStep,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int c0,
            int cPitch) {
        int c1 = c0 + cPitch;
        float s00 = c[c0];
        float s01 = c[c0 + 1];
        float s02 = c[c0 + 2];
        float s03 = c[c0 + 3];
        float s10 = c[c1];
        float s11 = c[c1 + 1];
        float s12 = c[c1 + 2];
        float s13 = c[c1 + 3];
        int at = aOffset;
        for (int p = firstRow; p < firstRow + k; p++) {
            int bp = bOffset + bRows[p];
            float x0 = a[at];
            float x1 = a[at + aRow];
            at += aStep;
            float y = b[bp];
            s00 = Math.fma(x0, y, s00);
            s10 = Math.fma(x1, y, s10);
            y = b[bp + 1];
            s01 = Math.fma(x0, y, s01);
            s11 = Math.fma(x1, y, s11);
            y = b[bp + 2];
            s02 = Math.fma(x0, y, s02);
            s12 = Math.fma(x1, y, s12);
            y = b[bp + 3];
            s03 = Math.fma(x0, y, s03);
            s13 = Math.fma(x1, y, s13);
        }
        c[c0] = s00;
        c[c0 + 1] = s01;
        c[c0 + 2] = s02;
        c[c0 + 3] = s03;
        c[c1] = s10;
        c[c1 + 1] = s11;
        c[c1 + 2] = s12;
        c[c1 + 3] = s13;
    }

    /** One tile and one run of {@link Kernels#correlate}. */
    static void correlate(
            int rows,
            int columns,
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
        for (int i = 0; i < rows; i += 2) {
            int row = i + 1 < rows ? 1 : 0;
            for (int j = 0; j < columns; j += 2) {
                int column = j + 1 < columns ? 1 : 0;
                int b0 = bOffset + bColumns[firstColumn + j];
                int b1 = bOffset + bColumns[firstColumn + j + column];
                int to = sumsOffset + i * sumsPitch + j * LANES;
                for (int l = 0; l < LANES; l += 2) {
                    correlateTwoByTwo(
                            run,
                            a,
                            aOffset + i * aPitch + l,
                            row * aPitch,
                            b,
                            b0 + l,
                            b1 + l,
                            sums,
                            to + l,
                            row * sumsPitch,
                            column * LANES);
                }
            }
        }
    }

    /** Two rows, two columns and two lanes. */
    private static void correlateTwoByTwo(
            int run,
            float[] a,
            int a0,
            int aPitch,
            float[] b,
            int b0,
            int b1,
            float[] sums,
            int r0,
            int sumsPitch,
            int next) {
        int a1 = a0 + aPitch;
        int r1 = r0 + sumsPitch;
        float s00 = sums[r0];
        float t00 = sums[r0 + 1];
        float s01 = sums[r0 + next];
        float t01 = sums[r0 + next + 1];
        float s10 = sums[r1];
        float t10 = sums[r1 + 1];
        float s11 = sums[r1 + next];
        float t11 = sums[r1 + next + 1];
        for (int t = 0; t < run; t += LANES) {
            float x0 = a[a0 + t];
            float x1 = a[a1 + t];
            float y0 = b[b0 + t];
            float y1 = b[b1 + t];
            s00 = Math.fma(x0, y0, s00);
            s01 = Math.fma(x0, y1, s01);
            s10 = Math.fma(x1, y0, s10);
            s11 = Math.fma(x1, y1, s11);
            x0 = a[a0 + t + 1];
            x1 = a[a1 + t + 1];
            y0 = b[b0 + t + 1];
            y1 = b[b1 + t + 1];
            t00 = Math.fma(x0, y0, t00);
            t01 = Math.fma(x0, y1, t01);
            t10 = Math.fma(x1, y0, t10);
            t11 = Math.fma(x1, y1, t11);
        }
        sums[r0] = s00;
        sums[r0 + 1] = t00;
        sums[r0 + next] = s01;
        sums[r0 + next + 1] = t01;
        sums[r1] = s10;
        sums[r1 + 1] = t10;
        sums[r1 + next] = s11;
        sums[r1 + next + 1] = t11;
    }

    /** One tile of {@link Kernels#correlateTaps}. */
    static void correlateTaps(
            int rows,
            int taps,
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
        for (int i = 0; i < rows; i += 2) {
            int second = i + 1 < rows ? 1 : 0;
            int from = aOffset + i * aPitch;
            int to = sumsOffset + i * sumsPitch;
            for (int l = 0; l < LANES; l++) {
                if (taps == 5) {
                    twoByFiveTaps(
                            steps,
                            a,
                            from + l,
                            second * aPitch,
                            aSteps,
                            b,
                            bOffset + l,
                            bSteps,
                            firstStep,
                            sums,
                            to + l,
                            second * sumsPitch);
                } else {
                    twoByThreeTaps(
                            steps,
                            a,
                            from + l,
                            second * aPitch,
                            aSteps,
                            b,
                            bOffset + l,
                            bSteps,
                            firstStep,
                            sums,
                            to + l,
                            second * sumsPitch);
                }
            }
        }
    }

    private static void twoByFiveTaps(
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
            int r0,
            int sumsPitch) {
        int r1 = r0 + sumsPitch;
        float s00 = sums[r0];
        float s01 = sums[r0 + LANES];
        float s02 = sums[r0 + 2 * LANES];
        float s03 = sums[r0 + 3 * LANES];
        float s04 = sums[r0 + 4 * LANES];
        float s10 = sums[r1];
        float s11 = sums[r1 + LANES];
        float s12 = sums[r1 + 2 * LANES];
        float s13 = sums[r1 + 3 * LANES];
        float s14 = sums[r1 + 4 * LANES];
        for (int t = firstStep; t < firstStep + steps; t++) {
            int at = aOffset + aSteps[t];
            int bt = bOffset + bSteps[t];
            float y0 = b[bt];
            float y1 = b[bt + WIDTH];
            float y2 = b[bt + 2 * WIDTH];
            float y3 = b[bt + 3 * WIDTH];
            for (int k = 0; k < TileChoice.TAP_PIXELS; k++) {
                float x0 = a[at + k * WIDTH];
                float x1 = a[at + aPitch + k * WIDTH];
                float y4 = b[bt + (k + 4) * WIDTH];
                s00 = Math.fma(x0, y0, s00);
                s01 = Math.fma(x0, y1, s01);
                s02 = Math.fma(x0, y2, s02);
                s03 = Math.fma(x0, y3, s03);
                s04 = Math.fma(x0, y4, s04);
                s10 = Math.fma(x1, y0, s10);
                s11 = Math.fma(x1, y1, s11);
                s12 = Math.fma(x1, y2, s12);
                s13 = Math.fma(x1, y3, s13);
                s14 = Math.fma(x1, y4, s14);
                y0 = y1;
                y1 = y2;
                y2 = y3;
                y3 = y4;
            }
        }
        sums[r0] = s00;
        sums[r0 + LANES] = s01;
        sums[r0 + 2 * LANES] = s02;
        sums[r0 + 3 * LANES] = s03;
        sums[r0 + 4 * LANES] = s04;
        sums[r1] = s10;
        sums[r1 + LANES] = s11;
        sums[r1 + 2 * LANES] = s12;
        sums[r1 + 3 * LANES] = s13;
        sums[r1 + 4 * LANES] = s14;
    }

    private static void twoByThreeTaps(
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
            int r0,
            int sumsPitch) {
        int r1 = r0 + sumsPitch;
        float s00 = sums[r0];
        float s01 = sums[r0 + LANES];
        float s02 = sums[r0 + 2 * LANES];
        float s10 = sums[r1];
        float s11 = sums[r1 + LANES];
        float s12 = sums[r1 + 2 * LANES];
        for (int t = firstStep; t < firstStep + steps; t++) {
            int at = aOffset + aSteps[t];
            int bt = bOffset + bSteps[t];
            float y0 = b[bt];
            float y1 = b[bt + WIDTH];
            for (int k = 0; k < TileChoice.TAP_PIXELS; k++) {
                float x0 = a[at + k * WIDTH];
                float x1 = a[at + aPitch + k * WIDTH];
                float y2 = b[bt + (k + 2) * WIDTH];
                s00 = Math.fma(x0, y0, s00);
                s01 = Math.fma(x0, y1, s01);
                s02 = Math.fma(x0, y2, s02);
                s10 = Math.fma(x1, y0, s10);
                s11 = Math.fma(x1, y1, s11);
                s12 = Math.fma(x1, y2, s12);
                y0 = y1;
                y1 = y2;
            }
        }
        sums[r0] = s00;
        sums[r0 + LANES] = s01;
        sums[r0 + 2 * LANES] = s02;
        sums[r1] = s10;
        sums[r1 + LANES] = s11;
        sums[r1 + 2 * LANES] = s12;
    }

    /** {@link Kernels#maxPool2x2Lanes}. */
    static void pool2x2(
            int count, float[] x, int top, int bottom, float[] y, int yOffset, float[] winner, int winnerOffset) {
        boolean clean = true;
        for (int j = 0; j < count; j++) {
            for (int l = 0; l < WIDTH; l++) {
                int a = top + 2 * j * WIDTH + l;
                int b = bottom + 2 * j * WIDTH + l;
                float x0 = x[a];
                float x1 = x[a + WIDTH];
                float x2 = x[b];
                float x3 = x[b + WIDTH];
                float upper = Math.max(x0, x1);
                float lower = Math.max(x2, x3);
                float max = Math.max(upper, lower);
                y[yOffset + j * WIDTH + l] = max;
                winner[winnerOffset + j * WIDTH + l] = lower > upper ? (x3 > x2 ? 3 : 2) : (x1 > x0 ? 1 : 0);
                clean &= !Float.isNaN(max);
            }
        }
        if (!clean) {
            // No comparison finds a NaN: once more, with care, as the vectors do.
            ScalarPooling.pool2x2(WIDTH, count, x, top, bottom, y, yOffset, winner, winnerOffset);
        }
    }

    /** {@link Kernels#sumUp}. */
    static void sumUp(int n, float[] x, int xo, float[] sums, int so) {
        for (int l = 0; l < LANES; l++) {
            float s0 = sums[so + l];
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            int j = l;
            for (; j + 3 * LANES < n; j += 4 * LANES) {
                s0 += x[xo + j];
                s1 += x[xo + j + LANES];
                s2 += x[xo + j + 2 * LANES];
                s3 += x[xo + j + 3 * LANES];
            }
            if (j < n) {
                s0 += x[xo + j];
                s1 += x[xo + j + LANES];
            }
            sums[so + l] = (s0 + s1) + (s2 + s3);
        }
    }

    /** {@link Kernels#multiplyVector}. */
    static void multiplyVector(
            int rows, int n, float[] w, int wo, int pitch, float[] x, int xo, float[] y, int yo, float[] scratch) {
        int bound = n - n % LANES;
        for (int r = 0; r < rows; r++) {
            int row = wo + r * pitch;
            for (int l = 0; l < LANES; l += 4) {
                fourLanes(bound, w, row + l, x, xo + l, scratch, l);
            }
            y[yo + r] = VectorElements.finishDot(n, w, row, x, xo, scratch, 0);
        }
    }

    private static void fourLanes(int bound, float[] w, int wo, float[] x, int xo, float[] sums, int at) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int j = 0; j < bound; j += LANES) {
            s0 = Math.fma(w[wo + j], x[xo + j], s0);
            s1 = Math.fma(w[wo + j + 1], x[xo + j + 1], s1);
            s2 = Math.fma(w[wo + j + 2], x[xo + j + 2], s2);
            s3 = Math.fma(w[wo + j + 3], x[xo + j + 3], s3);
        }
        sums[at] = s0;
        sums[at + 1] = s1;
        sums[at + 2] = s2;
        sums[at + 3] = s3;
    }
}
