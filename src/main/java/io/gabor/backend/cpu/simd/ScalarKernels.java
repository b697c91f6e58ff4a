package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

import java.util.Arrays;

/**
 * The kernels in plain Java, for a JVM without the Vector API. Products take two rows and four columns at a time, with their
 * eight sums in registers: C2 does not vectorise products, since the offsets of two arrays could make them overlap. The plain
 * loops are written so that it can.
 */
public final class ScalarKernels implements Kernels {
    private static final int WIDTH = 4;
    private static final CurveKernels CURVES = new ScalarCurves();
    private static final NormKernels NORMS = new ScalarNorms();

    @Override
    public String description() {
        return "scalar";
    }

    @Override
    public int panelWidth() {
        return WIDTH;
    }

    @Override
    public CurveKernels curves() {
        return CURVES;
    }

    @Override
    public NormKernels norms() {
        return NORMS;
    }

    @Override
    public int slack() {
        return 0;
    }

    @Override
    public void multiplyPanel(
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
        for (; i + 2 <= m; i += 2) {
            twoRows(k, a, aOffset + i * aRow, aRow, aStep, b, bOffset, c, cOffset + i * cPitch, cPitch, add);
        }
        if (i < m) {
            oneRow(k, a, aOffset + i * aRow, aStep, b, bOffset, c, cOffset + i * cPitch, add);
        }
    }

    private static void twoRows(
            int k,
            float[] a,
            int a0,
            int aRow,
            int aStep,
            float[] b,
            int b0,
            float[] c,
            int c0,
            int cPitch,
            boolean add) {
        int c1 = c0 + cPitch;
        float s00 = add ? c[c0] : 0;
        float s01 = add ? c[c0 + 1] : 0;
        float s02 = add ? c[c0 + 2] : 0;
        float s03 = add ? c[c0 + 3] : 0;
        float s10 = add ? c[c1] : 0;
        float s11 = add ? c[c1 + 1] : 0;
        float s12 = add ? c[c1 + 2] : 0;
        float s13 = add ? c[c1 + 3] : 0;
        int ap = a0;
        for (int p = 0; p < k; p++) {
            float x = a[ap];
            float y = a[ap + aRow];
            ap += aStep;
            int bp = b0 + p * WIDTH;
            float v0 = b[bp];
            float v1 = b[bp + 1];
            float v2 = b[bp + 2];
            float v3 = b[bp + 3];
            s00 = fma(x, v0, s00);
            s01 = fma(x, v1, s01);
            s02 = fma(x, v2, s02);
            s03 = fma(x, v3, s03);
            s10 = fma(y, v0, s10);
            s11 = fma(y, v1, s11);
            s12 = fma(y, v2, s12);
            s13 = fma(y, v3, s13);
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

    private static void oneRow(int k, float[] a, int a0, int aStep, float[] b, int b0, float[] c, int c0, boolean add) {
        float s0 = add ? c[c0] : 0;
        float s1 = add ? c[c0 + 1] : 0;
        float s2 = add ? c[c0 + 2] : 0;
        float s3 = add ? c[c0 + 3] : 0;
        int ap = a0;
        for (int p = 0; p < k; p++) {
            float x = a[ap];
            ap += aStep;
            int bp = b0 + p * WIDTH;
            s0 = fma(x, b[bp], s0);
            s1 = fma(x, b[bp + 1], s1);
            s2 = fma(x, b[bp + 2], s2);
            s3 = fma(x, b[bp + 3], s3);
        }
        c[c0] = s0;
        c[c0 + 1] = s1;
        c[c0 + 2] = s2;
        c[c0 + 3] = s3;
    }

    @Override
    public int[] tiling(int rows) {
        return new int[] {rows};
    }

    @Override
    public void multiplyTiles(
            int[] heights,
            int depth,
            int firstStep,
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        int row = 0;
        for (int height : heights) {
            multiplyTile(
                    height,
                    firstStep,
                    k,
                    a,
                    aOffset + row * depth + firstStep * height,
                    b,
                    bOffset,
                    bRows,
                    c,
                    cOffset + row * cPitch,
                    cPitch,
                    add);
            row += height;
        }
    }

    private static void multiplyTile(
            int height,
            int firstStep,
            int k,
            float[] a,
            int a0,
            float[] b,
            int b0,
            int[] bRows,
            float[] c,
            int c0,
            int cPitch,
            boolean add) {
        int i = 0;
        for (; i + 2 <= height; i += 2) {
            twoRowsOfTile(height, firstStep, k, a, a0 + i, b, b0, bRows, c, c0 + i * cPitch, cPitch, add);
        }
        if (i < height) {
            oneRowOfTile(height, firstStep, k, a, a0 + i, b, b0, bRows, c, c0 + i * cPitch, add);
        }
    }

    private static void twoRowsOfTile(
            int height,
            int firstStep,
            int k,
            float[] a,
            int a0,
            float[] b,
            int b0,
            int[] bRows,
            float[] c,
            int c0,
            int cPitch,
            boolean add) {
        int c1 = c0 + cPitch;
        float s00 = add ? c[c0] : 0;
        float s01 = add ? c[c0 + 1] : 0;
        float s02 = add ? c[c0 + 2] : 0;
        float s03 = add ? c[c0 + 3] : 0;
        float s10 = add ? c[c1] : 0;
        float s11 = add ? c[c1 + 1] : 0;
        float s12 = add ? c[c1 + 2] : 0;
        float s13 = add ? c[c1 + 3] : 0;
        int ap = a0;
        for (int p = firstStep; p < firstStep + k; p++) {
            int bp = b0 + bRows[p];
            float x = a[ap];
            float y = a[ap + 1];
            ap += height;
            float v0 = b[bp];
            float v1 = b[bp + 1];
            float v2 = b[bp + 2];
            float v3 = b[bp + 3];
            s00 = fma(x, v0, s00);
            s01 = fma(x, v1, s01);
            s02 = fma(x, v2, s02);
            s03 = fma(x, v3, s03);
            s10 = fma(y, v0, s10);
            s11 = fma(y, v1, s11);
            s12 = fma(y, v2, s12);
            s13 = fma(y, v3, s13);
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

    private static void oneRowOfTile(
            int height,
            int firstStep,
            int k,
            float[] a,
            int a0,
            float[] b,
            int b0,
            int[] bRows,
            float[] c,
            int c0,
            boolean add) {
        float s0 = add ? c[c0] : 0;
        float s1 = add ? c[c0 + 1] : 0;
        float s2 = add ? c[c0 + 2] : 0;
        float s3 = add ? c[c0 + 3] : 0;
        int ap = a0;
        for (int p = firstStep; p < firstStep + k; p++) {
            int bp = b0 + bRows[p];
            float x = a[ap];
            ap += height;
            s0 = fma(x, b[bp], s0);
            s1 = fma(x, b[bp + 1], s1);
            s2 = fma(x, b[bp + 2], s2);
            s3 = fma(x, b[bp + 3], s3);
        }
        c[c0] = s0;
        c[c0 + 1] = s1;
        c[c0 + 2] = s2;
        c[c0 + 3] = s3;
    }

    @Override
    public int partialSums() {
        return WIDTH;
    }

    @Override
    public void correlate(
            int rows,
            int firstColumn,
            int columns,
            int runs,
            int run,
            float[] a,
            int aOffset,
            int aPitch,
            int aStep,
            float[] b,
            int bOffset,
            int[] bColumns,
            int bStep,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        for (int j = 0; j < columns; j++) {
            int from = bOffset + bColumns[firstColumn + j];
            for (int u = 0; u < runs; u++) {
                int i = 0;
                for (; i + 2 <= rows; i += 2) {
                    int au = aOffset + i * aPitch + u * aStep;
                    int to = sumsOffset + i * sumsPitch + j * WIDTH;
                    correlateTwo(run, a, au, aPitch, b, from + u * bStep, sums, to, sumsPitch);
                }
                if (i < rows) {
                    int au = aOffset + i * aPitch + u * aStep;
                    correlateOne(run, a, au, b, from + u * bStep, sums, sumsOffset + i * sumsPitch + j * WIDTH);
                }
            }
        }
    }

    private static void correlateTwo(
            int run, float[] a, int a0, int aPitch, float[] b, int b0, float[] sums, int r0, int sumsPitch) {
        int a1 = a0 + aPitch;
        int r1 = r0 + sumsPitch;
        float s00 = sums[r0];
        float s01 = sums[r0 + 1];
        float s02 = sums[r0 + 2];
        float s03 = sums[r0 + 3];
        float s10 = sums[r1];
        float s11 = sums[r1 + 1];
        float s12 = sums[r1 + 2];
        float s13 = sums[r1 + 3];
        for (int t = 0; t < run; t += WIDTH) {
            float v0 = b[b0 + t];
            float v1 = b[b0 + t + 1];
            float v2 = b[b0 + t + 2];
            float v3 = b[b0 + t + 3];
            s00 = fma(a[a0 + t], v0, s00);
            s01 = fma(a[a0 + t + 1], v1, s01);
            s02 = fma(a[a0 + t + 2], v2, s02);
            s03 = fma(a[a0 + t + 3], v3, s03);
            s10 = fma(a[a1 + t], v0, s10);
            s11 = fma(a[a1 + t + 1], v1, s11);
            s12 = fma(a[a1 + t + 2], v2, s12);
            s13 = fma(a[a1 + t + 3], v3, s13);
        }
        sums[r0] = s00;
        sums[r0 + 1] = s01;
        sums[r0 + 2] = s02;
        sums[r0 + 3] = s03;
        sums[r1] = s10;
        sums[r1 + 1] = s11;
        sums[r1 + 2] = s12;
        sums[r1 + 3] = s13;
    }

    private static void correlateOne(int run, float[] a, int a0, float[] b, int b0, float[] sums, int r0) {
        float s0 = sums[r0];
        float s1 = sums[r0 + 1];
        float s2 = sums[r0 + 2];
        float s3 = sums[r0 + 3];
        for (int t = 0; t < run; t += WIDTH) {
            s0 = fma(a[a0 + t], b[b0 + t], s0);
            s1 = fma(a[a0 + t + 1], b[b0 + t + 1], s1);
            s2 = fma(a[a0 + t + 2], b[b0 + t + 2], s2);
            s3 = fma(a[a0 + t + 3], b[b0 + t + 3], s3);
        }
        sums[r0] = s0;
        sums[r0 + 1] = s1;
        sums[r0 + 2] = s2;
        sums[r0 + 3] = s3;
    }

    @Override
    public boolean correlatesTaps(int taps) {
        return false;
    }

    @Override
    public void correlateTaps(
            int rows,
            int taps,
            int firstStep,
            int steps,
            float[] a,
            int aOffset,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bOffset,
            int[] bSteps,
            float[] sums,
            int sumsOffset,
            int sumsPitch) {
        for (int t = firstStep; t < firstStep + steps; t++) {
            for (int i = 0; i < rows; i++) {
                for (int q = 0; q < taps; q++) {
                    int to = sumsOffset + i * sumsPitch + q * partialSums();
                    for (int k = 0; k < TileChoice.TAP_PIXELS; k++) {
                        int at = aOffset + i * aPitch + aSteps[t] + k * WIDTH;
                        int bt = bOffset + bSteps[t] + (k + q) * WIDTH;
                        for (int l = 0; l < partialSums(); l++) {
                            sums[to + l] = fma(a[at + l], b[bt + l], sums[to + l]);
                        }
                    }
                }
            }
        }
    }

    @Override
    public void addPartialSums(int n, float[] sums, int sumsOffset, float[] y, int yOffset) {
        ScalarMath.addGroups(n, WIDTH, sums, sumsOffset, y, yOffset);
    }

    @Override
    public void sumUp(int n, float[] x, int xOffset, float[] sums, int sumsOffset) {
        for (int j = 0; j < n; j += WIDTH) {
            for (int l = 0; l < WIDTH; l++) {
                sums[sumsOffset + l] += x[xOffset + j + l];
            }
        }
    }

    @Override
    public void maxWindows(
            int count, int rows, int cols, float[] x, int xOffset, int xPitch, int xStep, float[] y, int yOffset) {
        ScalarPooling.maxWindows(WIDTH, count, rows, cols, x, xOffset, xPitch, xStep, y, yOffset);
    }

    @Override
    public void maxWindowsBackward(
            int count,
            int rows,
            int cols,
            boolean all,
            boolean add,
            float[] x,
            float[] dx,
            int xOffset,
            int xPitch,
            int xStep,
            float[] y,
            float[] dy,
            int yOffset) {
        ScalarPooling.maxWindowsBackward(
                WIDTH, count, rows, cols, all, add, x, dx, xOffset, xPitch, xStep, y, dy, yOffset);
    }

    @Override
    public void maxPool2x2Lanes(
            int count, float[] x, int top, int bottom, float[] y, int yOffset, float[] winner, int winnerOffset) {
        ScalarPooling.pool2x2(WIDTH, count, x, top, bottom, y, yOffset, winner, winnerOffset);
    }

    @Override
    public void unpool2x2Lanes(
            int count, float[] dy, int dyOffset, float[] winner, int winnerOffset, float[] dx, int top, int bottom) {
        ScalarPooling.unpool2x2(WIDTH, count, dy, dyOffset, winner, winnerOffset, dx, top, bottom);
    }

    @Override
    public void multiplyVector(
            int rows,
            int n,
            float[] w,
            int wOffset,
            int wPitch,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] scratch) {
        for (int r = 0; r < rows; r++) {
            y[yOffset + r] = dot(n, w, wOffset + r * wPitch, x, xOffset);
        }
    }

    @Override
    public void combineRows(
            int rows, int n, float[] s, int sOffset, float[] w, int wOffset, int wPitch, float[] y, int yOffset) {
        Arrays.fill(y, yOffset, yOffset + n, 0f);
        for (int r = 0; r < rows; r++) {
            addScaled(n, s[sOffset + r], w, wOffset + r * wPitch, y, yOffset);
        }
    }

    @Override
    public void copyRuns(
            int rows,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            float[] to,
            int toOffset,
            int toPitch) {
        for (int r = 0; r < rows; r++) {
            int source = fromOffset + rowOffsets[firstRow + r];
            int target = toOffset + r * toPitch;
            if (runs.single) {
                for (int u = 0; u < runs.count; u++) {
                    to[target + u] = from[source + runs.source[u]];
                }
            } else {
                for (int u = 0; u < runs.count; u++) {
                    int s = source + runs.source[u];
                    int t = target + runs.target[u];
                    for (int i = 0; i < runs.length[u]; i++) {
                        to[t + i] = from[s + i];
                    }
                }
            }
        }
    }

    @Override
    public void addRuns(
            int rows,
            int rowStep,
            int[] rowOffsets,
            int firstRow,
            Runs runs,
            float[] from,
            int fromOffset,
            int fromPitch,
            float[] to,
            int toOffset) {
        for (int first = 0; first < rowStep; first++) {
            for (int r = first; r < rows; r += rowStep) {
                int target = toOffset + rowOffsets[firstRow + r];
                int source = fromOffset + r * fromPitch;
                for (int u = 0; u < runs.count; u++) {
                    int t = target + runs.source[u];
                    int s = source + runs.target[u];
                    for (int i = 0; i < runs.length[u]; i++) {
                        to[t + i] += from[s + i];
                    }
                }
            }
        }
    }

    @Override
    public void finish(
            Function f,
            float slope,
            int rows,
            int n,
            float[] x,
            int xOffset,
            int xPitch,
            float[] bias,
            int biasOffset,
            int biasRow,
            int biasStep,
            float[] y,
            int yOffset,
            int yPitch) {
        for (int r = 0; r < rows; r++) {
            int xr = xOffset + r * xPitch;
            int yr = yOffset + r * yPitch;
            int br = biasOffset + r * biasRow;
            if (bias == null) {
                for (int j = 0; j < n; j++) {
                    y[yr + j] = ScalarMath.apply(f, slope, x[xr + j]);
                }
            } else {
                for (int j = 0; j < n; j++) {
                    y[yr + j] = ScalarMath.apply(f, slope, x[xr + j] + bias[br + j * biasStep]);
                }
            }
        }
    }

    @Override
    public void differentiate(
            Function f,
            float slope,
            int rows,
            int n,
            float[] y,
            int yOffset,
            int yPitch,
            float[] dy,
            int dyOffset,
            int dyPitch,
            float[] dx,
            int dxOffset,
            int dxPitch) {
        for (int r = 0; r < rows; r++) {
            int yr = yOffset + r * yPitch;
            int dyr = dyOffset + r * dyPitch;
            int dxr = dxOffset + r * dxPitch;
            for (int j = 0; j < n; j++) {
                dx[dxr + j] = ScalarMath.differentiate(f, slope, y[yr + j], dy[dyr + j]);
            }
        }
    }

    @Override
    public void add(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        for (int j = 0; j < n; j++) {
            c[cOffset + j] = a[aOffset + j] + b[bOffset + j];
        }
    }

    @Override
    public void addScaled(int n, float s, float[] x, int xOffset, float[] y, int yOffset) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] = fma(s, x[xOffset + j], y[yOffset + j]);
        }
    }

    @Override
    public void scale(int n, float s, float[] x, int xOffset, float[] y, int yOffset) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] = s * x[xOffset + j];
        }
    }

    @Override
    public void scaleAndShift(int n, float scale, float shift, float[] x, int xOffset, float[] y, int yOffset) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] = fma(x[xOffset + j], scale, shift);
        }
    }

    @Override
    public void scaleBytes(int n, float scale, float shift, byte[] x, int xOffset, float[] y, int yOffset) {
        ScalarMath.scaleBytes(n, scale, shift, x, xOffset, y, yOffset);
    }

    @Override
    public float sum(int n, float[] x, int xOffset) {
        return ScalarMath.sum(n, x, xOffset);
    }

    @Override
    public float dot(int n, float[] a, int aOffset, float[] b, int bOffset) {
        return ScalarMath.dot(n, a, aOffset, b, bOffset);
    }

    @Override
    public void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
        ScalarMath.softmax(n, x, xOffset, y, yOffset);
    }

    @Override
    public void softmaxBackward(
            int n, float s, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        for (int j = 0; j < n; j++) {
            dx[dxOffset + j] = y[yOffset + j] * (dy[dyOffset + j] - s);
        }
    }

    @Override
    public void maxPool2x2(int rows, int cols, float[] x, int xOffset, int xPitch, float[] y, int yOffset) {
        for (int i = 0; i < rows; i++) {
            int top = xOffset + 2 * i * xPitch;
            ScalarPooling.forward(0, cols, x, top, top + xPitch, y, yOffset + i * cols);
        }
    }

    @Override
    public void maxPool2x2Backward(
            int rows,
            int cols,
            boolean all,
            float[] x,
            float[] dx,
            int xOffset,
            int xPitch,
            float[] y,
            float[] dy,
            int yOffset) {
        for (int i = 0; i < rows; i++) {
            int top = xOffset + 2 * i * xPitch;
            ScalarPooling.backward(0, cols, all, x, dx, top, top + xPitch, y, dy, yOffset + i * cols);
        }
    }

    @Override
    public void sgd(int n, float rate, float decay, float[] p, int pOffset, float[] g, int gOffset) {
        ScalarUpdates.sgd(0, n, rate, decay, p, pOffset, g, gOffset);
    }

    @Override
    public void momentum(
            int n,
            float rate,
            float decay,
            float momentum,
            boolean nesterov,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] v,
            int vOffset) {
        ScalarUpdates.momentum(0, n, rate, decay, momentum, nesterov, p, pOffset, g, gOffset, v, vOffset);
    }

    @Override
    public void adam(
            int n,
            AdamConstants c,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] m,
            int mOffset,
            float[] v,
            int vOffset) {
        ScalarUpdates.adam(0, n, c, p, pOffset, g, gOffset, m, mOffset, v, vOffset);
    }

    @Override
    public float multiplyAddLoop(int iterations) {
        float s0 = 0;
        float s1 = 1;
        float s2 = 2;
        float s3 = 3;
        float s4 = 4;
        float s5 = 5;
        float s6 = 6;
        float s7 = 7;
        float s8 = 8;
        float s9 = 9;
        float s10 = 10;
        float s11 = 11;
        for (int i = 0; i < iterations; i++) {
            s0 = fma(0.999f, 0.001f, s0);
            s1 = fma(0.999f, 0.001f, s1);
            s2 = fma(0.999f, 0.001f, s2);
            s3 = fma(0.999f, 0.001f, s3);
            s4 = fma(0.999f, 0.001f, s4);
            s5 = fma(0.999f, 0.001f, s5);
            s6 = fma(0.999f, 0.001f, s6);
            s7 = fma(0.999f, 0.001f, s7);
            s8 = fma(0.999f, 0.001f, s8);
            s9 = fma(0.999f, 0.001f, s9);
            s10 = fma(0.999f, 0.001f, s10);
            s11 = fma(0.999f, 0.001f, s11);
        }
        return s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
    }

    @Override
    public int multiplyAddLoopFlops() {
        return 2 * 12;
    }
}
