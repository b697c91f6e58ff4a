package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

import java.util.Arrays;

/**
 * Products of the scalar twin, in loops that C2 turns into vectors.
 *
 * <p>It does so only where it can see that no store meets a load of another turn of the loop, and it compares places by
 * their index alone: loads at {@code b[offset + j]} and a store at {@code c[other + j]} might be the same array. So rows of B
 * are copied into arrays of their own, all of which are then read and written at the same index. One copy serves all rows of A.
 *
 * <p>A loop has scalar turns before and behind its vectors, some dozens together, hence the rows are long: up to
 * {@link #COLUMNS}. It takes two rows of A and four steps, since on JDK 17 C2 leaves a loop with more in it as it is.
 */
final class ScalarTiles {
    /** Columns that one loop covers at most. */
    static final int COLUMNS = 1024;
    /** Elements of a cache line. */
    private static final int LINE = 16;
    /**
     * Elements of an array, of which the last are not used: with a header of 16 bytes it takes whole cache lines, so that
     * arrays made one after another all begin at the same place of a line. C2 aligns a loop to one array, and thus to all.
     */
    private static final int LENGTH = COLUMNS + LINE - 4;
    /** Rows of B that are copied at a time: they stay in a second-level cache, of which they take 128 KiB. */
    private static final int STEPS = 32;

    /** Multiply-adds that {@link #multiplyAddLoop} does for one load and one store. */
    static final int CHAIN = 12;

    private static final ThreadLocal<ScalarTiles> OF_THREAD = ThreadLocal.withInitial(ScalarTiles::new);

    private final float[][] rows = new float[STEPS][LENGTH];
    private final float[] upper = new float[LENGTH];
    private final float[] lower = new float[LENGTH];

    private ScalarTiles() {}

    /**
     * {@code C[i,j] = Σ over p < k of A[i,p] · B[p,j]} for {@code i < m} and {@code j < columns}; or, if {@code add},
     * {@code C[i,j] +=} that, continuing the same sum.
     *
     * @param a element (i, p) is at {@code aOffset + i·aRow + p·aStep}
     * @param bRows where row p of B begins behind {@code bOffset}, at index {@code firstRow + p}; null for {@code p·bPitch}
     */
    static void multiply(
            int m,
            int k,
            int columns,
            float[] a,
            int aOffset,
            int aRow,
            int aStep,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            int bPitch,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        ScalarTiles tiles = OF_THREAD.get();
        int most = piece(columns);
        for (int column = 0; column < columns; column += most) {
            int n = Math.min(most, columns - column);
            for (int step = 0; step < k; step += STEPS) {
                int steps = Math.min(STEPS, k - step);
                for (int p = 0; p < steps; p++) {
                    int row = bRows == null ? (step + p) * bPitch : bRows[firstRow + step + p];
                    System.arraycopy(b, bOffset + row + column, tiles.rows[p], 0, n);
                }
                int from = aOffset + step * aStep;
                tiles.multiply(m, steps, n, a, from, aRow, aStep, c, cOffset + column, cPitch, add || step > 0);
            }
        }
    }

    /** Returns how many columns to take at a time, so that no short piece is left: whole cache lines of them. */
    private static int piece(int columns) {
        int pieces = (columns - 1) / COLUMNS + 1;
        return ((columns - 1) / pieces / LINE + 1) * LINE;
    }

    private void multiply(
            int m, int k, int n, float[] a, int a0, int aRow, int aStep, float[] c, int c0, int cPitch, boolean add) {
        int i = 0;
        for (; i + 2 <= m; i += 2) {
            int at = c0 + i * cPitch;
            begin(add, n, c, at, upper);
            begin(add, n, c, at + cPitch, lower);
            twoRows(k, n, a, a0 + i * aRow, aRow, aStep);
            System.arraycopy(upper, 0, c, at, n);
            System.arraycopy(lower, 0, c, at + cPitch, n);
        }
        if (i < m) {
            int at = c0 + i * cPitch;
            begin(add, n, c, at, upper);
            oneRow(k, n, a, a0 + i * aRow, aStep);
            System.arraycopy(upper, 0, c, at, n);
        }
    }

    private static void begin(boolean add, int n, float[] c, int at, float[] sums) {
        if (add) {
            System.arraycopy(c, at, sums, 0, n);
        } else {
            Arrays.fill(sums, 0, n, 0f);
        }
    }

    private void twoRows(int k, int n, float[] a, int a0, int aRow, int aStep) {
        int p = 0;
        int x = a0;
        for (; p + 4 <= k; p += 4) {
            int y = x + aRow;
            addFour(
                    n,
                    upper,
                    lower,
                    rows[p],
                    rows[p + 1],
                    rows[p + 2],
                    rows[p + 3],
                    a[x],
                    a[x + aStep],
                    a[x + 2 * aStep],
                    a[x + 3 * aStep],
                    a[y],
                    a[y + aStep],
                    a[y + 2 * aStep],
                    a[y + 3 * aStep]);
            x += 4 * aStep;
        }
        for (; p < k; p++) {
            addOne(n, upper, rows[p], a[x]);
            addOne(n, lower, rows[p], a[x + aRow]);
            x += aStep;
        }
    }

    private void oneRow(int k, int n, float[] a, int a0, int aStep) {
        int p = 0;
        int x = a0;
        for (; p + 4 <= k; p += 4) {
            addFour(
                    n,
                    upper,
                    rows[p],
                    rows[p + 1],
                    rows[p + 2],
                    rows[p + 3],
                    a[x],
                    a[x + aStep],
                    a[x + 2 * aStep],
                    a[x + 3 * aStep]);
            x += 4 * aStep;
        }
        for (; p < k; p++) {
            addOne(n, upper, rows[p], a[x]);
            x += aStep;
        }
    }

    private static void addFour(
            int n,
            float[] upper,
            float[] lower,
            float[] b0,
            float[] b1,
            float[] b2,
            float[] b3,
            float x0,
            float x1,
            float x2,
            float x3,
            float y0,
            float y1,
            float y2,
            float y3) {
        for (int j = 0; j < n; j++) {
            upper[j] = fma(x3, b3[j], fma(x2, b2[j], fma(x1, b1[j], fma(x0, b0[j], upper[j]))));
            lower[j] = fma(y3, b3[j], fma(y2, b2[j], fma(y1, b1[j], fma(y0, b0[j], lower[j]))));
        }
    }

    private static void addFour(
            int n,
            float[] sums,
            float[] b0,
            float[] b1,
            float[] b2,
            float[] b3,
            float x0,
            float x1,
            float x2,
            float x3) {
        for (int j = 0; j < n; j++) {
            sums[j] = fma(x3, b3[j], fma(x2, b2[j], fma(x1, b1[j], fma(x0, b0[j], sums[j]))));
        }
    }

    private static void addOne(int n, float[] sums, float[] b, float x) {
        for (int j = 0; j < n; j++) {
            sums[j] = fma(x, b[j], sums[j]);
        }
    }

    /** {@link Kernels#multiplyAddLoop}: an iteration is one column. */
    static float multiplyAddLoop(int iterations) {
        float[] sums = OF_THREAD.get().upper;
        Arrays.fill(sums, 0f);
        for (int done = 0; done < iterations; done += COLUMNS) {
            addChain(Math.min(COLUMNS, iterations - done), sums, 0.999f, 0.001f);
        }
        return sums[0];
    }

    private static void addChain(int n, float[] sums, float x, float y) {
        for (int j = 0; j < n; j++) {
            float s = fma(x, y, fma(x, y, fma(x, y, fma(x, y, fma(x, y, fma(x, y, sums[j]))))));
            sums[j] = fma(x, y, fma(x, y, fma(x, y, fma(x, y, fma(x, y, fma(x, y, s))))));
        }
    }
}
