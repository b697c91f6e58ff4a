package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;

import java.util.Arrays;

/** Calls of the vector kernels on small operands of their own, for {@link WarmUp}. One thread at a time. */
final class WarmUpCalls {
    /** Kinds of kernels, with what tells those of a kind apart. */
    enum Kind {
        /** Height. */
        PANEL,
        /** Height. */
        TILE,
        /** Height and width. */
        CORRELATION,
        /** Height and taps. */
        TAPS,
        POOL,
        UNPOOL,
        /** The function's ordinal. */
        FINISH,
        /** The function's ordinal. */
        DIFFERENTIATE,
        VECTOR,
        DEPTHWISE,
        DEPTHWISE_GRADIENTS,
        /** The stride. */
        SQUARES,
        /** The stride. */
        SQUARE_GRADIENTS,
        SPREAD,
        TRANSPOSE,
        SUM,
        ADD,
        MULTIPLY,
        SGD,
        /** 1 for Nesterov's, else 0. */
        MOMENTUM,
        ADAM,
        MOMENTS,
        PRODUCTS,
        NORMALIZE,
        COMBINE,
        AFFINE,
        GRADIENTS
    }

    static final int MOST_STEPS = 64;

    private static final Function[] FUNCTIONS = Function.values();
    private static final int WIDTH = 2 * LANES;
    private static final int TALLEST = TileChoice.HEIGHTS[TileChoice.HEIGHTS.length - 1];
    private static final int FLOATS = TALLEST * MOST_STEPS * LANES;
    private static final float SLOPE = 0.1f;
    private static final int ALL_EDGES =
            SquareKernels.LEFT | SquareKernels.RIGHT | SquareKernels.TOP | SquareKernels.BOTTOM;

    private final int[] panelRows = new int[MOST_STEPS];
    private final int[] columns = new int[TALLEST];
    private final int[] steps = new int[MOST_STEPS];
    private final int[] nine = new int[9];
    private final VectorDepthwise depthwise = new VectorDepthwise();
    private final SquareKernels squares = new VectorSquares();
    private final AdamConstants adam = new AdamConstants();
    private final NormKernels norms = new VectorNorms();
    // Values that stay normal numbers, however often something is computed with them.
    private final float[] a = filled(0.5f);
    private final float[] b = filled(0.001f);
    private final float[] c = filled(0.25f);
    private final float[] d = filled(0.125f);

    WarmUpCalls() {
        for (int p = 0; p < MOST_STEPS; p++) {
            panelRows[p] = p * WIDTH;
            steps[p] = p % 8 * WIDTH;
        }
        for (int t = 0; t < nine.length; t++) {
            nine[t] = t % 3 * WIDTH;
        }
        adam.shrink = 1;
        adam.beta1 = 0.9f;
        adam.gain1 = 0.1f;
        adam.beta2 = 0.999f;
        adam.gain2 = 0.001f;
        adam.rate = 0.001f;
        adam.scale = 1;
        adam.epsilon = 1e-8f;
    }

    private static float[] filled(float value) {
        float[] values = new float[FLOATS];
        Arrays.fill(values, value);
        return values;
    }

    /**
     * Calls a kernel.
     *
     * @param n rounds of its loop, up to {@link #MOST_STEPS}
     * @param odd takes turns, for kernels that either add to what is there or do not
     * @return about how many operations on vectors it took
     */
    int run(Kind kind, int first, int second, int n, boolean odd) {
        switch (kind) {
            case PANEL -> VectorTileCalls.panel(first, n, a, 0, MOST_STEPS, 1, b, 0, c, 0, WIDTH, odd);
            case TILE -> VectorTileCalls.multiply(first, n, a, 0, b, 0, panelRows, 0, c, 0, WIDTH, odd);
            case CORRELATION ->
                VectorTileCalls.correlate(
                        first, second, n * LANES, a, 0, n * LANES, b, 0, columns, 0, c, 0, second * LANES);
            case TAPS ->
                VectorTileCalls.correlateTaps(
                        first, second, n, a, 0, 16 * WIDTH, steps, b, 0, steps, 0, c, 0, second * LANES);
            case POOL -> VectorWindows.pool2x2(n, a, 0, 2 * n * WIDTH, b, 0, c, 0);
            case UNPOOL -> VectorWindows.unpool2x2(n, b, 0, d, 0, a, 0, 2 * n * WIDTH);
            case FINISH -> VectorActivations.finish(FUNCTIONS[first], SLOPE, n * LANES, a, 0, b, 0, 0, c, 0);
            case DIFFERENTIATE -> VectorActivations.differentiate(FUNCTIONS[first], SLOPE, n * LANES, a, 0, b, 0, c, 0);
            case VECTOR -> VectorElements.multiplyVector(4, n * LANES, a, 0, n * LANES, b, 0, c, 0, d);
            case DEPTHWISE -> {
                depthwise.sums(n, 9, nine, b, 0, nine, a, 0, WIDTH, c, 0, WIDTH);
                depthwise.sums(n - n % 2, 8, nine, b, 0, nine, a, 0, WIDTH, c, 0, WIDTH);
                depthwise.sums(1, n, steps, b, 0, steps, a, 0, WIDTH, c, 0, WIDTH);
            }
            case DEPTHWISE_GRADIENTS -> {
                depthwise.gradients(n, 9, columns, nine, a, 0, WIDTH, b, 0, WIDTH, c);
                depthwise.gradients(n, 4, columns, nine, a, 0, WIDTH, b, 0, WIDTH, c);
            }
            case SQUARES -> squares.sums(LANES, 4, n, first, odd ? ALL_EDGES : 0, b, 0, a, 0, 0, c, 0, n * WIDTH);
            case SQUARE_GRADIENTS -> squares.gradients(LANES, 4, n, first, odd ? ALL_EDGES : 0, a, 0, 0, b, 0, 0, c, 0);
            case SPREAD -> squares.spread(LANES, 1, n, odd ? ALL_EDGES : 0, b, 0, a, 0, 0, c, 0, 2 * n * WIDTH);
            case TRANSPOSE -> {
                for (int i = 0; i < n; i += 2) {
                    VectorTransposition.transpose(LANES, LANES, a, 0, LANES, c, 0, LANES);
                }
            }
            case SUM -> VectorElements.sumUp(n * WIDTH, a, 0, c, 0);
            case ADD -> VectorElements.add(n * LANES, a, 0, b, 0, c, 0);
            case MULTIPLY -> VectorElements.multiply(n * LANES, a, 0, b, 0, c, 0);
            case SGD -> VectorUpdates.sgd(n * LANES, 0, 0, a, 0, b, 0);
            case MOMENTUM -> VectorUpdates.momentum(n * LANES, 0, 0, 0.5f, first == 1, a, 0, b, 0, d, 0);
            case ADAM -> VectorUpdates.adam(n * LANES, adam, a, 0, b, 0, c, 0, d, 0);
            case MOMENTS -> norms.moments(n * WIDTH, 0.5f, b, 0, c);
            case PRODUCTS -> norms.products(n * WIDTH, 0.5f, b, 0, d, 0, c);
            case NORMALIZE -> norms.normalize(n * LANES, 0.5f, 2, 1, b, 0, c, 0);
            case COMBINE -> norms.combine(n * LANES, 2, d, 0, 3, 0.5f, b, 0, 1, c, 0);
            case AFFINE -> norms.affine(n * LANES, 0.5f, 2, 1, b, 0, d, 0, d, 0, c, 0);
            case GRADIENTS -> norms.addGradients(n * LANES, 0.5f, 2, 1, b, 0, b, 0, c, 0, c, MOST_STEPS * LANES);
        }
        return n * operations(kind, first, second);
    }

    /** Loads, stores and arithmetic of one round. */
    private static int operations(Kind kind, int first, int second) {
        return switch (kind) {
            case PANEL, TILE -> 3 * first + 2;
            case CORRELATION -> first * second + first + second;
            case TAPS -> 4 * first * (second + 1) + second + 3;
            case POOL -> 32;
            case UNPOOL -> 28;
            case FINISH, DIFFERENTIATE, SGD -> 5;
            case SUM, ADD, MULTIPLY -> 4;
            case VECTOR -> 9;
            case DEPTHWISE -> 64;
            case DEPTHWISE_GRADIENTS -> 46;
            case SQUARES, SQUARE_GRADIENTS -> 38 + 12 * first;
            case SPREAD -> 15;
            // Each of a square's vectors is loaded, stored, and moved and mixed with another one as often as lanes can
            // be halved.
            case TRANSPOSE -> LANES * (2 + 2 * (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(LANES))) / 2;
            case MOMENTUM -> 8;
            case ADAM -> 20;
            case MOMENTS -> 8;
            case PRODUCTS -> 10;
            case NORMALIZE -> 4;
            case COMBINE, AFFINE -> 6;
            case GRADIENTS -> 9;
        };
    }
}
