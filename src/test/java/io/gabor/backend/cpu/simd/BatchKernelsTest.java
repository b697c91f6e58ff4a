package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gabor.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The products over a batch: the kernels of this JVM, cut into tiles in every way, and the scalar twin, against plain loops
 * in double, with sentinels around what may be written.
 */
class BatchKernelsTest {
    private static final float SENTINEL = 12345.75f;
    private static final double CLOSE = 1e-5;
    private static final int AHEAD = 3;

    private final Philox random = new Philox(11, 1);

    /** With the Vector API: kernels that prefer each height, and each shape that correlates. */
    static List<Kernels> kernels() {
        List<Kernels> kernels = EveryKernels.here();
        if (KernelSelection.reason().isEmpty()) {
            for (int fast = 0; fast < TileChoice.HEIGHTS.length; fast++) {
                kernels.add(new VectorKernels(prefer(fast, 4, 4)));
            }
            for (int rows : TileChoice.SIDES) {
                for (int columns : TileChoice.SIDES) {
                    kernels.add(new VectorKernels(prefer(0, rows, columns)));
                }
            }
        }
        return kernels;
    }

    private static TileChoice prefer(int fast, int rows, int columns) {
        double[] speeds = new double[TileChoice.HEIGHTS.length];
        Arrays.fill(speeds, 1);
        speeds[fast] = 1000;
        return new TileChoice(speeds, rows, columns);
    }

    private float[] random(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.uniform(-1, 1);
        }
        return values;
    }

    private static void close(double expected, float found, String where) {
        assertEquals(expected, found, CLOSE * Math.max(1, Math.abs(expected)), where);
    }

    @Test
    void heightsAddUpAndTheFastestIsTaken() {
        for (int fast = 0; fast < TileChoice.HEIGHTS.length; fast++) {
            int height = TileChoice.HEIGHTS[fast];
            for (int rows = 1; rows <= 40; rows++) {
                int[] heights = prefer(fast, 4, 4).heights(rows);
                assertEquals(rows, Arrays.stream(heights).sum());
                assertEquals(
                        rows / height,
                        Arrays.stream(heights).filter(h -> h == height).count(),
                        rows + " rows");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void productsOfTiles(Kernels k) {
        for (int rows : new int[] {1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 19, 25, 34}) {
            for (int depth : new int[] {1, 2, 7, 40}) {
                product(k, rows, depth, 0, depth);
                product(k, rows, depth, depth / 2, depth - depth / 2);
                product(k, rows, depth, depth / 3, (depth + 1) / 2);
            }
        }
    }

    /** Columns side by side are what each of them is alone, to the bit, and nothing behind them is written. */
    @ParameterizedTest
    @MethodSource("kernels")
    void productsOfColumns(Kernels k) {
        int width = k.panelWidth();
        int depth = 37;
        int[] numbers = k.columns() == width ? new int[] {width} : new int[] {1, 2, 15, 64, 100, 1024, 1025, 2100};
        for (int columns : numbers) {
            for (int rows : new int[] {1, 5, 12}) {
                int[] heights = k.tiling(rows);
                float[] packed = pack(heights, rows, depth, random(rows * depth));
                float[] b = random(2 + 60 + columns + width);
                int[] bRows = rowsOfB(depth);
                int pitch = columns + 3;
                float[] c = sentinels(AHEAD + rows * pitch);
                k.multiplyColumns(columns, heights, depth, 1, 6, packed, 1, b, 2, bRows, c, AHEAD, pitch, false);
                k.multiplyColumns(columns, heights, depth, 7, 30, packed, 1, b, 2, bRows, c, AHEAD, pitch, true);
                onlyRowsWritten(c, rows, pitch, columns);
                float[] panel = sentinels(rows * width);
                for (int from = 0; from < columns; from += width) {
                    k.multiplyTiles(heights, depth, 1, 36, packed, 1, b, 2 + from, bRows, panel, 0, width, false);
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < Math.min(width, columns - from); j++) {
                            float found = c[AHEAD + i * pitch + from + j];
                            assertEquals(panel[i * width + j], found, 0f, columns + " columns, row " + i);
                        }
                    }
                }
            }
        }
    }

    private void product(Kernels k, int rows, int depth, int firstStep, int steps) {
        int width = k.panelWidth();
        int pitch = width + 5;
        int[] heights = k.tiling(rows);
        assertEquals(rows, Arrays.stream(heights).sum());
        float[] a = random(rows * depth);
        int[] bRows = rowsOfB(depth);
        float[] b = random(2 + 60 + width);
        float[] packed = pack(heights, rows, depth, a);
        float[] c = sentinels(AHEAD + rows * pitch);
        k.multiplyTiles(heights, depth, firstStep, steps, packed, 1, b, 2, bRows, c, AHEAD, pitch, false);
        float[] once = c.clone();
        k.multiplyTiles(heights, depth, firstStep, steps, packed, 1, b, 2, bRows, c, AHEAD, pitch, true);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < width; j++) {
                double sum = 0;
                for (int p = firstStep; p < firstStep + steps; p++) {
                    sum += (double) a[i * depth + p] * b[2 + bRows[p] + j];
                }
                int at = AHEAD + i * pitch + j;
                String where =
                        rows + " rows, steps " + firstStep + " to " + (firstStep + steps) + ", element " + i + ", " + j;
                close(sum, once[at], where);
                close(2 * sum, c[at], "added, " + where);
            }
        }
        onlyRowsWritten(c, rows, pitch, width);
    }

    /** Rows that overlap, in no order. */
    private int[] rowsOfB(int depth) {
        int[] bRows = new int[depth];
        Arrays.setAll(bRows, p -> random.nextInt(60));
        return bRows;
    }

    private static float[] pack(int[] heights, int rows, int depth, float[] a) {
        float[] packed = sentinels(1 + rows * depth);
        int row = 0;
        for (int height : heights) {
            for (int i = 0; i < height; i++) {
                for (int p = 0; p < depth; p++) {
                    packed[1 + row * depth + p * height + i] = a[(row + i) * depth + p];
                }
            }
            row += height;
        }
        return packed;
    }

    private static float[] sentinels(int n) {
        float[] values = new float[n];
        Arrays.fill(values, SENTINEL);
        return values;
    }

    private static void onlyRowsWritten(float[] c, int rows, int pitch, int width) {
        for (int at = 0; at < c.length; at++) {
            int inRow = (at - AHEAD) % pitch;
            if (at < AHEAD || at >= AHEAD + rows * pitch || inRow >= width) {
                assertEquals(SENTINEL, c[at], "element " + at + " is in no row");
            }
        }
    }

    /** The choice of tiles changes no bit, nor does a cut between steps. */
    @Test
    void theBitsAreTheSameForEveryCut() {
        Kernels k = KernelSelection.kernels();
        int width = k.panelWidth();
        int depth = 23;
        for (int rows = 1; rows <= 8; rows++) {
            float[] a = random(rows * depth);
            float[] b = random(2 + 60 + width);
            int[] bRows = rowsOfB(depth);
            int[] ones = new int[rows];
            Arrays.fill(ones, 1);
            float[] expected = cut(k, ones, depth, depth, a, b, bRows);
            for (int[] heights : cuts(rows, new int[0])) {
                String where = Arrays.toString(heights);
                assertArrayEquals(expected, cut(k, heights, depth, depth, a, b, bRows), where);
                assertArrayEquals(expected, cut(k, heights, depth, 9, a, b, bRows), "in two parts, " + where);
            }
        }
        int[][] tall = {{12, 1}, {1, 12}, {8, 4, 1}, {6, 6, 1}, {4, 8, 1}, {12, 8, 6, 4, 2, 1}};
        for (int[] heights : tall) {
            int rows = Arrays.stream(heights).sum();
            float[] a = random(rows * depth);
            float[] b = random(2 + 60 + width);
            int[] bRows = rowsOfB(depth);
            int[] ones = new int[rows];
            Arrays.fill(ones, 1);
            assertArrayEquals(
                    cut(k, ones, depth, depth, a, b, bRows),
                    cut(k, heights, depth, 5, a, b, bRows),
                    Arrays.toString(heights));
        }
    }

    private static float[] cut(Kernels k, int[] heights, int depth, int first, float[] a, float[] b, int[] bRows) {
        int rows = Arrays.stream(heights).sum();
        int width = k.panelWidth();
        float[] packed = pack(heights, rows, depth, a);
        float[] c = sentinels(rows * width);
        k.multiplyTiles(heights, depth, 0, first, packed, 1, b, 2, bRows, c, 0, width, false);
        k.multiplyTiles(heights, depth, first, depth - first, packed, 1, b, 2, bRows, c, 0, width, true);
        return c;
    }

    /** Returns every sequence of heights that adds up to {@code rows}, each behind {@code start}. */
    private static List<int[]> cuts(int rows, int[] start) {
        if (rows == 0) {
            return List.of(start);
        }
        List<int[]> all = new ArrayList<>();
        for (int height : TileChoice.HEIGHTS) {
            if (height <= rows) {
                int[] longer = Arrays.copyOf(start, start.length + 1);
                longer[start.length] = height;
                all.addAll(cuts(rows - height, longer));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void correlations(Kernels k) {
        for (int rows = 1; rows <= 7; rows++) {
            for (int columns : new int[] {1, 2, 3, 4, 5, 7, 9}) {
                for (int runs : new int[] {1, 3}) {
                    correlation(k, rows, columns, runs, k.panelWidth());
                    correlation(k, rows, columns, runs, 3 * k.panelWidth());
                }
            }
        }
    }

    private void correlation(Kernels k, int rows, int columns, int runs, int run) {
        int parts = k.partialSums();
        int aStep = run + 2;
        int aPitch = runs * aStep + 1;
        int bStep = run - 1;
        int firstColumn = 2;
        int[] bColumns = new int[firstColumn + columns];
        Arrays.setAll(bColumns, j -> random.nextInt(40));
        float[] a = random(5 + rows * aPitch);
        float[] b = random(4 + 40 + runs * bStep + run);
        int pitch = columns * parts + 3;
        float[] sums = sentinels(AHEAD + rows * pitch);
        float[] before = random(rows * columns * parts);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(before, i * columns * parts, sums, AHEAD + i * pitch, columns * parts);
        }
        k.correlate(
                rows, firstColumn, columns, runs, run, a, 5, aPitch, aStep, b, 4, bColumns, bStep, sums, AHEAD, pitch);
        for (int i = 0; i < rows; i++) {
            float[] y = sentinels(columns + 2);
            k.addPartialSums(columns, sums, AHEAD + i * pitch, y, 1);
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int l = 0; l < parts; l++) {
                    sum += before[(i * columns + j) * parts + l];
                }
                for (int u = 0; u < runs; u++) {
                    for (int t = 0; t < run; t++) {
                        sum += (double) a[5 + i * aPitch + u * aStep + t]
                                * b[4 + bColumns[firstColumn + j] + u * bStep + t];
                    }
                }
                close(sum, y[1 + j], rows + "×" + columns + ", " + runs + " runs of " + run + ", sum " + i + ", " + j);
            }
            assertEquals(SENTINEL, y[0]);
            assertEquals(SENTINEL, y[1 + columns]);
        }
        onlyRowsWritten(sums, rows, pitch, columns * parts);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void sumsOfRuns(Kernels k) {
        int parts = k.partialSums();
        for (int panels = 1; panels <= 5; panels++) {
            int n = panels * k.panelWidth();
            float[] x = random(2 + n);
            float[] sums = sentinels(AHEAD + parts + 2);
            float[] before = random(parts);
            System.arraycopy(before, 0, sums, AHEAD, parts);
            k.sumUp(n, x, 2, sums, AHEAD);
            float[] y = sentinels(3);
            k.addPartialSums(1, sums, AHEAD, y, 1);
            double sum = 0;
            for (float value : before) {
                sum += value;
            }
            for (int j = 0; j < n; j++) {
                sum += x[2 + j];
            }
            close(sum, y[1], panels + " panels");
            assertArrayEquals(new float[] {SENTINEL, SENTINEL}, new float[] {y[0], y[2]});
            onlyRowsWritten(sums, 1, parts + 2, parts);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void transpose(Kernels k) {
        int width = k.panelWidth();
        int pitch = width + 3;
        float[] x = random(5 + width * pitch);
        float[] y = sentinels(2 + width * width + 1);
        k.transpose(x, 5, pitch, y, 2);
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                assertEquals(x[5 + i * pitch + j], y[2 + j * width + i], "row " + i + ", column " + j);
            }
        }
        assertArrayEquals(new float[] {SENTINEL, SENTINEL, SENTINEL}, new float[] {y[0], y[1], y[2 + width * width]});
    }
}
