package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

import java.util.Arrays;

/**
 * Depthwise convolutions with 3×3 kernels in loops that C2 turns into vectors: over some pixels of a row together, with
 * every operand in an array of its own; see {@link ScalarTiles} for why. {@link #sums} and {@link #spread} give the bits of
 * the vectors.
 */
final class ScalarSquares implements SquareKernels {
    /** Elements of a run: about as many as make its copies worth while and leave all of them in a first-level cache. */
    private static final int RUN = 512;

    private final int width;
    /** Pixels of a run. */
    private final int run;

    private final ThreadLocal<Runs> runs;

    /** What one thread computes with. */
    private static final class Runs {
        private final float[][] weights;
        private final float[] left;
        private final float[] centre;
        private final float[] right;
        private final float[] result;

        Runs(int length) {
            // As much longer as makes arrays whole cache lines with their headers, as in ScalarTiles.
            int all = length + 12;
            weights = new float[TAPS][all];
            left = new float[all];
            centre = new float[all];
            right = new float[all];
            result = new float[all];
        }
    }

    /**
     * Makes loops.
     *
     * @param width values of a pixel: {@link Kernels#panelWidth}
     */
    ScalarSquares(int width) {
        this.width = width;
        run = Math.max(1, RUN / width);
        int length = run * width;
        runs = ThreadLocal.withInitial(() -> new Runs(length));
    }

    @Override
    public void sums(
            int lanes,
            int rows,
            int cols,
            int stride,
            int edges,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        Runs r = runs.get();
        repeatWeights(Math.min(run, cols), w, wOffset, r.weights);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j += run) {
                int pixels = Math.min(run, cols - j);
                int n = pixels * width;
                for (int p = 0; p < SIDE; p++) {
                    int from = xOffset + (i * stride + p) * xRow + j * stride * width;
                    boolean top = i == 0 && p == 0 && (edges & TOP) != 0;
                    boolean bottom = i + 1 == rows && p + 1 == SIDE && (edges & BOTTOM) != 0;
                    boolean left = j == 0 && (edges & LEFT) != 0;
                    boolean right = j + pixels == cols && (edges & RIGHT) != 0;
                    loadColumns(top || bottom ? 0 : pixels, n, stride, left, right, x, from, r);
                    float[] w0 = r.weights[SIDE * p];
                    float[] w1 = r.weights[SIDE * p + 1];
                    float[] w2 = r.weights[SIDE * p + 2];
                    if (p == 0) {
                        multiply(n, w0, r.left, w1, r.centre, w2, r.right, r.result);
                    } else {
                        multiplyAdd(n, w0, r.left, w1, r.centre, w2, r.right, r.result);
                    }
                }
                System.arraycopy(r.result, 0, y, yOffset + i * yRow + j * width, n);
            }
        }
    }

    private void repeatWeights(int pixels, float[] w, int wOffset, float[][] weights) {
        for (int t = 0; t < TAPS; t++) {
            for (int j = 0; j < pixels; j++) {
                System.arraycopy(w, wOffset + t * width, weights[t], j * width, width);
            }
        }
    }

    /** Loads what some pixels of a row are the left, the central and the right neighbours of: {@code n} values each. */
    private void loadColumns(int pixels, int n, int stride, boolean left, boolean right, float[] x, int from, Runs r) {
        load(left ? 1 : 0, pixels, n, stride, x, from, r.left);
        load(0, pixels, n, stride, x, from + width, r.centre);
        load(0, right ? pixels - 1 : pixels, n, stride, x, from + 2 * width, r.right);
    }

    /** Loads the pixels from {@code first} to {@code end}; those around them are zeros. */
    private void load(int first, int end, int n, int stride, float[] x, int from, float[] to) {
        if (end <= first) {
            Arrays.fill(to, 0, n, 0f);
            return;
        }
        Arrays.fill(to, 0, first * width, 0f);
        Arrays.fill(to, end * width, n, 0f);
        if (stride == 1) {
            System.arraycopy(x, from + first * width, to, first * width, (end - first) * width);
            return;
        }
        for (int j = first; j < end; j++) {
            System.arraycopy(x, from + j * stride * width, to, j * width, width);
        }
    }

    private static void multiply(
            int n, float[] w0, float[] x0, float[] w1, float[] x1, float[] w2, float[] x2, float[] y) {
        for (int i = 0; i < n; i++) {
            y[i] = fma(w2[i], x2[i], fma(w1[i], x1[i], w0[i] * x0[i]));
        }
    }

    private static void multiplyAdd(
            int n, float[] w0, float[] x0, float[] w1, float[] x1, float[] w2, float[] x2, float[] y) {
        for (int i = 0; i < n; i++) {
            y[i] = fma(w2[i], x2[i], fma(w1[i], x1[i], fma(w0[i], x0[i], y[i])));
        }
    }

    @Override
    public void gradients(
            int lanes,
            int rows,
            int cols,
            int stride,
            int edges,
            float[] x,
            int xOffset,
            int xRow,
            float[] dz,
            int dzOffset,
            int dzRow,
            float[] dw,
            int dwOffset) {
        Runs r = runs.get();
        for (int j = 0; j < cols; j += run) {
            int pixels = Math.min(run, cols - j);
            int n = pixels * width;
            for (float[] sums : r.weights) {
                Arrays.fill(sums, 0, n, 0f);
            }
            for (int i = 0; i < rows; i++) {
                System.arraycopy(dz, dzOffset + i * dzRow + j * width, r.result, 0, n);
                for (int p = 0; p < SIDE; p++) {
                    int from = xOffset + (i * stride + p) * xRow + j * stride * width;
                    boolean top = i == 0 && p == 0 && (edges & TOP) != 0;
                    boolean bottom = i + 1 == rows && p + 1 == SIDE && (edges & BOTTOM) != 0;
                    boolean left = j == 0 && (edges & LEFT) != 0;
                    boolean right = j + pixels == cols && (edges & RIGHT) != 0;
                    loadColumns(top || bottom ? 0 : pixels, n, stride, left, right, x, from, r);
                    float[] s0 = r.weights[SIDE * p];
                    float[] s1 = r.weights[SIDE * p + 1];
                    float[] s2 = r.weights[SIDE * p + 2];
                    addProducts(n, r.result, r.left, s0, r.centre, s1, r.right, s2);
                }
            }
            for (int t = 0; t < TAPS; t++) {
                addPixels(pixels, r.weights[t], dw, dwOffset + t * width);
            }
        }
    }

    private static void addProducts(
            int n, float[] dz, float[] x0, float[] s0, float[] x1, float[] s1, float[] x2, float[] s2) {
        for (int i = 0; i < n; i++) {
            s0[i] = fma(dz[i], x0[i], s0[i]);
            s1[i] = fma(dz[i], x1[i], s1[i]);
            s2[i] = fma(dz[i], x2[i], s2[i]);
        }
    }

    private void addPixels(int pixels, float[] sums, float[] to, int at) {
        for (int j = 0; j < pixels; j++) {
            for (int l = 0; l < width; l++) {
                to[at + l] += sums[j * width + l];
            }
        }
    }

    @Override
    public void spread(
            int lanes,
            int rows,
            int cols,
            int edges,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        Runs r = runs.get();
        repeatWeights(Math.min(run, cols), w, wOffset, r.weights);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j += run) {
                int pixels = Math.min(run, cols - j);
                int n = pixels * width;
                int from = xOffset + i * xRow + j * width;
                int to = yOffset + 2 * i * yRow + 2 * j * width;
                boolean right = j + pixels == cols && (edges & RIGHT) != 0;
                int end = right ? pixels - 1 : pixels;
                boolean bottom = i + 1 == rows && (edges & BOTTOM) != 0;
                load(0, pixels, n, 1, x, from, r.left);
                load(0, end, n, 1, x, from + width, r.centre);
                load(0, bottom ? 0 : pixels, n, 1, x, from + xRow, r.right);
                multiply(n, r.weights[4], r.left, r.result);
                storeApart(pixels, r.result, y, to);
                multiply(n, r.weights[5], r.left, r.weights[3], r.centre, r.result);
                storeApart(pixels, r.result, y, to + width);
                multiply(n, r.weights[7], r.left, r.weights[1], r.right, r.result);
                storeApart(pixels, r.result, y, to + yRow);
                multiply(n, r.weights[8], r.left, r.weights[6], r.centre, r.weights[2], r.right, r.result);
                load(0, bottom ? 0 : end, n, 1, x, from + xRow + width, r.left);
                multiplyAdd(n, r.weights[0], r.left, r.result);
                storeApart(pixels, r.result, y, to + yRow + width);
            }
        }
    }

    private static void multiply(int n, float[] w, float[] x, float[] y) {
        for (int i = 0; i < n; i++) {
            y[i] = w[i] * x[i];
        }
    }

    private static void multiply(int n, float[] w0, float[] x0, float[] w1, float[] x1, float[] y) {
        for (int i = 0; i < n; i++) {
            y[i] = fma(w1[i], x1[i], w0[i] * x0[i]);
        }
    }

    private static void multiplyAdd(int n, float[] w, float[] x, float[] y) {
        for (int i = 0; i < n; i++) {
            y[i] = fma(w[i], x[i], y[i]);
        }
    }

    /** Stores pixels two apart. */
    private void storeApart(int pixels, float[] from, float[] y, int to) {
        for (int j = 0; j < pixels; j++) {
            System.arraycopy(from, j * width, y, to + 2 * j * width, width);
        }
    }
}
