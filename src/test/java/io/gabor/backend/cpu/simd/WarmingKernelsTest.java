package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gabor.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plain loops and vector kernels give the same bits, so that nobody can tell when one takes over from the other. */
class WarmingKernelsTest {
    private static final int LONGEST = 70;

    private final Philox random = new Philox(17, 1);
    private Kernels vector;
    private Kernels plain;
    private int width;

    @BeforeEach
    void needTheVectorApi() {
        assumeTrue(KernelSelection.reason().isEmpty(), "without the Vector API there is nothing to take over");
        vector = new VectorKernels(EveryKernels.anyTiles());
        plain = EveryKernels.cold();
        width = vector.panelWidth();
    }

    /** What a kernel does to an array. */
    private interface Use {
        void of(Kernels kernels, float[] result);
    }

    private void same(String what, float[] before, Use use) {
        float[] expected = before.clone();
        use.of(vector, expected);
        float[] found = before.clone();
        use.of(plain, found);
        assertArrayEquals(expected, found, what);
    }

    private float[] random(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.uniform(-1, 1);
        }
        return values;
    }

    /** Small integers, so that there are ties, with both zeros, and NaN where it is asked for. */
    private float[] ties(int n, boolean nan) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextInt(4) - 2;
            values[i] = values[i] == 0 && random.nextInt(2) == 0 ? -0f : values[i];
            values[i] = nan && random.nextInt(50) == 0 ? Float.NaN : values[i];
        }
        return values;
    }

    @Test
    void tiles() {
        for (int height : TileChoice.HEIGHTS) {
            for (int steps : new int[] {1, 2, 7, 40}) {
                for (boolean add : new boolean[] {false, true}) {
                    float[] a = random(3 + height * (steps + 5));
                    float[] b = random(2 + 60 + width);
                    int[] rows = new int[steps + 5];
                    Arrays.setAll(rows, p -> random.nextInt(60));
                    int[] heights = {height};
                    int pitch = width + 3;
                    same(
                            "height " + height + ", " + steps + " steps",
                            random(1 + height * pitch),
                            (k, c) ->
                                    k.multiplyTiles(heights, steps + 5, 3, steps, a, 3, b, 2, rows, c, 1, pitch, add));
                }
            }
        }
    }

    @Test
    void panels() {
        for (int m = 1; m <= 14; m++) {
            for (int depth : new int[] {1, 2, 127, 129, 256, 257, 600}) {
                for (boolean add : new boolean[] {false, true}) {
                    int rows = m;
                    float[] a = random(1 + m * (depth + 2));
                    float[] b = random(5 + depth * width);
                    same(
                            m + " rows, depth " + depth,
                            random(2 + m * (width + 3)),
                            (k, c) -> k.multiplyPanel(rows, depth, a, 1, depth + 2, 1, b, 5, c, 2, width + 3, add));
                }
            }
        }
    }

    @Test
    void vectors() {
        for (int rows = 1; rows <= 9; rows++) {
            for (int n = 1; n <= LONGEST; n++) {
                int count = rows;
                int length = n;
                float[] w = random(1 + rows * (n + 2));
                float[] x = random(2 + n);
                float[] scratch = new float[2 * width];
                same(
                        rows + " rows of " + n,
                        random(rows + 1),
                        (k, y) -> k.multiplyVector(count, length, w, 1, n(length), x, 2, y, 1, scratch));
            }
        }
    }

    private static int n(int length) {
        return length + 2;
    }

    @Test
    void correlations() {
        int parts = vector.partialSums();
        for (int rows = 1; rows <= 7; rows++) {
            for (int columns = 1; columns <= 7; columns++) {
                for (int run : new int[] {width, 3 * width}) {
                    int height = rows;
                    int count = columns;
                    float[] a = random(5 + rows * (2 * run + 3));
                    float[] b = random(4 + 40 + 2 * run);
                    int[] at = new int[columns + 1];
                    Arrays.setAll(at, j -> random.nextInt(40));
                    int pitch = columns * parts + 3;
                    same(
                            rows + "×" + columns + ", run " + run,
                            random(1 + rows * pitch),
                            (k, sums) -> k.correlate(
                                    height,
                                    1,
                                    count,
                                    2,
                                    run,
                                    a,
                                    5,
                                    2 * run + 3,
                                    run + 1,
                                    b,
                                    4,
                                    at,
                                    run - 1,
                                    sums,
                                    1,
                                    pitch));
                }
            }
        }
    }

    @Test
    void taps() {
        int parts = vector.partialSums();
        for (int taps : TileChoice.TAPS) {
            for (int rows = 1; rows <= 7; rows++) {
                for (int steps : new int[] {1, 2, 9}) {
                    int height = rows;
                    int aPitch = 4 * width + 60;
                    float[] a = random(3 + rows * aPitch);
                    float[] b = random(2 + 60 + 9 * width);
                    int[] aSteps = new int[steps + 2];
                    int[] bSteps = new int[steps + 2];
                    Arrays.setAll(aSteps, t -> random.nextInt(60));
                    Arrays.setAll(bSteps, t -> random.nextInt(60));
                    int pitch = taps * parts + 1;
                    same(
                            rows + " rows, " + taps + " taps, " + steps + " steps",
                            random(1 + rows * pitch),
                            (k, sums) -> k.correlateTaps(
                                    height, taps, 2, steps, a, 3, aPitch, aSteps, b, 2, bSteps, sums, 1, pitch));
                }
            }
        }
    }

    @Test
    void depthwise() {
        int parts = vector.partialSums();
        for (int taps = 1; taps <= 13; taps++) {
            for (int count = 1; count <= 6; count++) {
                int[] steps = new int[taps];
                int[] weights = new int[taps];
                boolean square = taps == 9 && count % 2 == 0;
                Arrays.setAll(steps, t -> square ? t / 3 * 9 * width + t % 3 * width : random.nextInt(60));
                Arrays.setAll(weights, t -> taps(steps, t));
                depthwise(count, steps, weights, parts);
            }
        }
    }

    /** Returns a weight for a tap: the last tap's for the first. */
    private static int taps(int[] steps, int t) {
        return steps.length - 1 - t;
    }

    private void depthwise(int count, int[] steps, int[] weights, int parts) {
        int taps = steps.length;
        float[] w = random(2 + taps);
        float[] x = random(3 + 60 + 30 * width);
        String what = count + " pixels, " + taps + " taps";
        same(
                what,
                random(1 + count * (width + 5) + width),
                (k, y) -> k.depthwise().sums(count, taps, weights, w, 2, steps, x, 3, width, y, 1, width + 5));
        float[] dz = random(4 + count * (width + 3) + width);
        same(
                what + ", gradients",
                random(taps * parts),
                (k, sums) -> k.depthwise().gradients(count, taps, weights, steps, x, 3, width, dz, 4, width + 3, sums));
    }

    @Test
    void squares() {
        for (int stride = 1; stride <= 2; stride++) {
            for (int rows = 1; rows <= 5; rows++) {
                for (int cols : new int[] {1, 2, 3, 7, 20}) {
                    for (int edges = 0; edges < 16; edges++) {
                        squares(stride, rows, cols, edges);
                    }
                }
            }
        }
    }

    /** A plane of pixels, in which what is padding is NaN: it is not to be read. */
    private float[] padded(int rows, int cols, int pitch, int edges) {
        float[] x = random(rows * pitch);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                if ((edges & SquareKernels.TOP) > 0 && i == 0
                        || (edges & SquareKernels.BOTTOM) > 0 && i + 1 == rows
                        || (edges & SquareKernels.LEFT) > 0 && j == 0
                        || (edges & SquareKernels.RIGHT) > 0 && j + 1 == cols) {
                    Arrays.fill(x, i * pitch + j * width, i * pitch + (j + 1) * width, Float.NaN);
                }
            }
        }
        return x;
    }

    private void squares(int stride, int rows, int cols, int edges) {
        String what = rows + " rows of " + cols + " pixels, stride " + stride + ", edges " + edges;
        int sourceCols = stride * (cols - 1) + 3;
        int xRow = sourceCols * width + 5;
        float[] x = padded(stride * (rows - 1) + 3, sourceCols, xRow, edges);
        float[] w = random(2 + 9 * width);
        int yRow = cols * width + 4;
        same(
                what,
                random(1 + rows * yRow),
                (k, y) -> k.squares().sums(width, rows, cols, stride, edges, w, 2, x, 0, xRow, y, 1, yRow));
        float[] dz = random(4 + rows * yRow);
        same(
                what + ", gradients",
                random(1 + 9 * width),
                (k, dw) -> k.squares().gradients(width, rows, cols, stride, edges, x, 0, xRow, dz, 4, yRow, dw, 1));
        if (stride == 2) {
            int right = edges & (SquareKernels.RIGHT | SquareKernels.BOTTOM);
            int row = (cols + 1) * width + 3;
            float[] source = padded(rows + 1, cols + 1, row, right);
            int spreadRow = 2 * cols * width + 4;
            same(
                    what + ", spread",
                    random(1 + 2 * rows * spreadRow),
                    (k, y) -> k.squares().spread(width, rows, cols, right, w, 2, source, 0, row, y, 1, spreadRow));
        }
    }

    @Test
    void transposition() {
        for (int rows = 1; rows <= width + 3; rows++) {
            for (int cols : new int[] {1, 15, 16, 40}) {
                int height = rows;
                float[] from = random(2 + rows * (cols + 1));
                for (int pitch : new int[] {rows, rows + 5}) {
                    same(
                            rows + "×" + cols + " to rows of " + pitch,
                            random(3 + cols * pitch),
                            (k, to) -> k.transpose(height, cols, from, 2, cols + 1, to, 3, pitch));
                }
            }
        }
    }

    @Test
    void pooling() {
        for (int count = 1; count <= 5; count++) {
            for (boolean nan : new boolean[] {false, true}) {
                int outputs = count;
                float[] x = ties(3 + 4 * count * width, nan);
                int bottom = 3 + 2 * count * width;
                float[] winner = new float[count * width];
                same(
                        "maxima",
                        random(count * width + 1),
                        (k, y) -> k.maxPool2x2Lanes(outputs, x, 3, bottom, y, 1, winner, 0));
                same(
                        "winners",
                        random(count * width + 1),
                        (k, winners) ->
                                k.maxPool2x2Lanes(outputs, x, 3, bottom, new float[winner.length], 0, winners, 1));
                float[] dy = ties(count * width, nan);
                same(
                        "gradients",
                        random(3 + 4 * count * width),
                        (k, dx) -> k.unpool2x2Lanes(outputs, dy, 0, winner, 0, dx, 3, bottom));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Function.class)
    void activations(Function f) {
        for (int n = 1; n <= LONGEST; n++) {
            int length = n;
            for (float[] values : List.of(random(2 * n + 3), ties(2 * n + 3, true))) {
                for (int biasStep = -1; biasStep <= 1; biasStep++) {
                    int step = Math.max(0, biasStep);
                    float[] bias = biasStep < 0 ? null : random(n + 2);
                    same(
                            f + " of " + n,
                            random(2 * n + 2),
                            (k, y) -> k.finish(
                                    f, 0.1f, 2, length, values, 1, length + 1, bias, 1, 1 - step, step, y, 0, length));
                }
                float[] dy = ties(2 * n + 3, true);
                same(
                        f + "' of " + n,
                        random(2 * n + 2),
                        (k, dx) ->
                                k.differentiate(f, 0.1f, 2, length, values, 1, length, dy, 2, length, dx, 1, length));
            }
        }
    }

    @Test
    void sums() {
        for (int panels = 1; panels <= 5; panels++) {
            int n = panels * width;
            float[] x = random(2 + n);
            same(panels + " panels", random(1 + width), (k, sums) -> k.sumUp(n, x, 2, sums, 1));
        }
        for (int n = 1; n <= LONGEST; n++) {
            int length = n;
            float[] a = random(n + 1);
            float[] b = random(n + 2);
            same(n + " elements", random(n + 3), (k, c) -> k.add(length, a, 1, b, 2, c, 3));
            same(n + " elements", random(n + 3), (k, c) -> k.multiply(length, a, 1, b, 2, c, 3));
        }
    }

    @Test
    void normalisation() {
        for (int n = 1; n <= LONGEST; n++) {
            int length = n;
            float[] x = random(n + 1);
            float[] d = random(n + 2);
            float[] gamma = random(n + 1);
            float[] parts = random(width);
            same("moments of " + n, parts, (k, p) -> k.norms().moments(length, 0.3f, x, 1, p));
            same("products of " + n, parts, (k, p) -> k.norms().products(length, 0.3f, x, 1, d, 2, p));
            float[] y = random(2 * n + 5);
            same("normalize " + n, y, (k, to) -> k.norms().normalize(length, 0.3f, 2, 0.1f, x, 1, to, 3));
            same("combine " + n, y, (k, to) -> k.norms().combine(length, 2, d, 2, 3, 0.3f, x, 1, 0.1f, to, 3));
            same("affine " + n, y, (k, to) -> k.norms().affine(length, 0.3f, 2, 0.1f, x, 1, gamma, 1, d, 2, to, 3));
            same(
                    "gradients of " + n,
                    y,
                    (k, to) -> k.norms().addGradients(length, 0.3f, 2, 0.1f, x, 1, d, 2, to, 1, to, length + 3));
        }
    }

    /** The first array holds all that a step changes. */
    @Test
    void updates() {
        AdamConstants c = new AdamConstants();
        c.shrink = 0.99f;
        c.decay = 0.01f;
        c.beta1 = 0.9f;
        c.gain1 = 0.1f;
        c.beta2 = 0.999f;
        c.gain2 = 0.001f;
        c.rate = 0.003f;
        c.scale = 1.7f;
        c.epsilon = 1e-8f;
        for (int n = 1; n <= LONGEST; n++) {
            int length = n;
            float[] g = random(n + 1);
            float[] all = random(3 * n);
            for (int j = 2 * n; j < all.length; j++) {
                all[j] *= all[j];
            }
            same("adam", all, (k, p) -> k.adam(length, c, p, 0, g, 1, p, length, p, 2 * length));
            same("sgd", all, (k, p) -> k.sgd(length, 0.1f, 0.01f, p, 0, g, 1));
            for (boolean nesterov : new boolean[] {false, true}) {
                same("momentum", all, (k, p) -> k.momentum(length, 0.1f, 0.01f, 0.9f, nesterov, p, 0, g, 1, p, length));
            }
        }
    }

    /** Each kind is recognised as compiled, which it is sooner or later, and not before it was called. */
    @ParameterizedTest
    @EnumSource(WarmUpCalls.Kind.class)
    void theCompilerIsDoneInTheEnd(WarmUpCalls.Kind kind) {
        WarmUpCalls calls = new WarmUpCalls();
        List<WarmUp> asked = new ArrayList<>();
        WarmUpQueue queue = new WarmUpQueue() {
            @Override
            synchronized void add(WarmUp kernel) {
                asked.add(kernel);
            }
        };
        int second = kind == WarmUpCalls.Kind.TAPS ? 3 : 2;
        WarmUp kernel = new WarmUp(queue, kind, 1, second);
        assertFalse(kernel.ready());
        assertFalse(kernel.ready());
        assertSame(kernel, asked.get(0));
        assertTrue(asked.size() == 1, "it is asked for once");
        while (!kernel.advance(calls)) {
            assertFalse(kernel.ready());
        }
        assertTrue(kernel.ready());
    }
}
