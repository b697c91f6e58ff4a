package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

import java.util.Arrays;

/**
 * The kernels in plain Java, for a JVM without the Vector API. Loops that run long enough are written so that C2 turns them
 * into vectors all the same; see {@link ScalarTiles} for what that takes.
 */
public final class ScalarKernels implements Kernels {
    private static final int WIDTH = 64;
    private static final CurveKernels CURVES = new ScalarCurves();
    private static final NormKernels NORMS = new ScalarNorms();
    private static final DepthwiseKernels DEPTHWISE = new PlainDepthwise(WIDTH, ScalarCorrelations.PARTS);
    private static final SquareKernels SQUARES = new ScalarSquares(WIDTH);

    private final WinogradTransforms winograd = new ScalarWinograd(WIDTH);

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
    public DepthwiseKernels depthwise() {
        return DEPTHWISE;
    }

    @Override
    public SquareKernels squares() {
        return SQUARES;
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
        ScalarTiles.multiply(m, k, WIDTH, a, aOffset, aRow, aStep, b, bOffset, null, 0, WIDTH, c, cOffset, cPitch, add);
    }

    @Override
    public void transpose(
            int rows, int cols, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        Transposition.transpose(0, rows, 0, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
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
        multiplyColumns(WIDTH, heights, depth, firstStep, k, a, aOffset, b, bOffset, bRows, c, cOffset, cPitch, add);
    }

    @Override
    public int columns() {
        return ScalarTiles.COLUMNS;
    }

    @Override
    public void multiplyColumns(
            int columns,
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
            ScalarTiles.multiply(
                    height,
                    k,
                    columns,
                    a,
                    aOffset + row * depth + firstStep * height,
                    1,
                    height,
                    b,
                    bOffset,
                    bRows,
                    firstStep,
                    0,
                    c,
                    cOffset + row * cPitch,
                    cPitch,
                    add);
            row += height;
        }
    }

    @Override
    public int partialSums() {
        return ScalarCorrelations.PARTS;
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
        ScalarCorrelations.correlate(
                rows,
                firstColumn,
                columns,
                runs,
                run,
                a,
                aOffset,
                aPitch,
                aStep,
                b,
                bOffset,
                bColumns,
                bStep,
                sums,
                sumsOffset,
                sumsPitch);
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
        ScalarMath.addGroups(n, partialSums(), sums, sumsOffset, y, yOffset);
    }

    @Override
    public void sumUp(int n, float[] x, int xOffset, float[] sums, int sumsOffset) {
        ScalarCorrelations.sumUp(n, x, xOffset, sums, sumsOffset);
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
    public void transpose(float[] x, int xOffset, int xPitch, float[] y, int yOffset) {
        ScalarMath.transpose(WIDTH, x, xOffset, xPitch, y, yOffset);
    }

    @Override
    public WinogradTransforms winograd() {
        return winograd;
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
            ScalarActivations.finish(
                    f,
                    slope,
                    n,
                    x,
                    xOffset + r * xPitch,
                    bias,
                    biasOffset + r * biasRow,
                    biasStep,
                    y,
                    yOffset + r * yPitch);
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
            ScalarActivations.differentiate(
                    f, slope, n, y, yOffset + r * yPitch, dy, dyOffset + r * dyPitch, dx, dxOffset + r * dxPitch);
        }
    }

    @Override
    public void add(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        for (int j = 0; j < n; j++) {
            c[cOffset + j] = a[aOffset + j] + b[bOffset + j];
        }
    }

    @Override
    public void multiply(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        for (int j = 0; j < n; j++) {
            c[cOffset + j] = a[aOffset + j] * b[bOffset + j];
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
    public void rmsProp(
            int n,
            float rate,
            float decay,
            float alpha,
            float gain,
            float epsilon,
            float momentum,
            float[] p,
            float[] g,
            float[] v,
            float[] u,
            int at) {
        ScalarUpdates.rmsProp(at, at + n, rate, decay, alpha, gain, epsilon, momentum, p, g, v, u);
    }

    @Override
    public void adagrad(int n, float rate, float decay, float epsilon, float[] p, float[] g, float[] s, int at) {
        ScalarUpdates.adagrad(at, at + n, rate, decay, epsilon, p, g, s);
    }

    @Override
    public void blend(int n, float a, float[] x, int xOffset, float b, float[] y, int yOffset) {
        ScalarUpdates.blend(0, n, a, x, xOffset, b, y, yOffset);
    }

    @Override
    public void clamp(int n, float most, float[] x, int xOffset) {
        ScalarUpdates.clamp(0, n, most, x, xOffset);
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
        return ScalarTiles.multiplyAddLoop(iterations);
    }

    @Override
    public int multiplyAddLoopFlops() {
        return 2 * ScalarTiles.CHAIN;
    }
}
