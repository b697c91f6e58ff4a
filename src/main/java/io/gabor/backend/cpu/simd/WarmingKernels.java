package io.gabor.backend.cpu.simd;

import io.gabor.backend.cpu.simd.WarmUpCalls.Kind;

/**
 * The vector kernels in a JVM that has just started. Those that do most of the work compute in plain loops
 * ({@link PlainLanes}) until the JIT compiler has compiled them, which the {@link WarmUpQueue} sees to. Both give the same
 * bits, so it does not matter when one takes over from the other, nor whether two threads see it at the same time.
 */
final class WarmingKernels extends VectorKernels {
    /** For what does not depend on the number of lanes. */
    private static final ScalarKernels PLAIN = new ScalarKernels();

    private static final int WIDTH = 2 * LANES;
    private static final int TALLEST = TileChoice.HEIGHTS[TileChoice.HEIGHTS.length - 1];
    private static final int WIDEST = TileChoice.SIDES[TileChoice.SIDES.length - 1];
    private static final int TALLEST_TAPS = TileChoice.TAP_ROWS[TileChoice.TAP_ROWS.length - 1];
    private static final int MOST_TAPS = TileChoice.TAPS[TileChoice.TAPS.length - 1];

    private final TileChoice choice;
    private final WarmUp[] tiles = new WarmUp[TALLEST + 1];
    private final WarmUp[][] correlations = new WarmUp[WIDEST + 1][WIDEST + 1];
    private final WarmUp[][] taps = new WarmUp[TALLEST_TAPS + 1][MOST_TAPS + 1];
    private final WarmUp[] finish = new WarmUp[Function.values().length];
    private final WarmUp[] differentiate = new WarmUp[Function.values().length];
    private final WarmUp[] panels = new WarmUp[TALLEST + 1];
    private final WarmUp vector;
    private final WarmUp pool;
    private final WarmUp unpool;
    private final WarmUp transposition;
    private final WarmUp sum;
    private final WarmUp add;
    private final WarmUp multiply;
    private final WarmUp sgd;
    private final WarmUp[] momentum = new WarmUp[2];
    private final WarmUp adam;
    private final NormKernels norms;
    private final DepthwiseKernels depthwise;
    private final SquareKernels squares;

    /**
     * Makes kernels of which none is compiled.
     *
     * @param queue is told which are in use
     */
    WarmingKernels(TileChoice choice, WarmUpQueue queue) {
        super(choice);
        this.choice = choice;
        for (int height : TileChoice.HEIGHTS) {
            tiles[height] = new WarmUp(queue, Kind.TILE, height, 0);
            panels[height] = new WarmUp(queue, Kind.PANEL, height, 0);
        }
        for (int height : TileChoice.SIDES) {
            for (int width : TileChoice.SIDES) {
                correlations[height][width] = new WarmUp(queue, Kind.CORRELATION, height, width);
            }
        }
        for (int height : TileChoice.TAP_ROWS) {
            for (int count : TileChoice.TAPS) {
                taps[height][count] = new WarmUp(queue, Kind.TAPS, height, count);
            }
        }
        for (int f = 0; f < finish.length; f++) {
            finish[f] = new WarmUp(queue, Kind.FINISH, f, 0);
            differentiate[f] = new WarmUp(queue, Kind.DIFFERENTIATE, f, 0);
        }
        vector = new WarmUp(queue, Kind.VECTOR, 0, 0);
        pool = new WarmUp(queue, Kind.POOL, 0, 0);
        unpool = new WarmUp(queue, Kind.UNPOOL, 0, 0);
        transposition = new WarmUp(queue, Kind.TRANSPOSE, 0, 0);
        sum = new WarmUp(queue, Kind.SUM, 0, 0);
        add = new WarmUp(queue, Kind.ADD, 0, 0);
        multiply = new WarmUp(queue, Kind.MULTIPLY, 0, 0);
        sgd = new WarmUp(queue, Kind.SGD, 0, 0);
        momentum[0] = new WarmUp(queue, Kind.MOMENTUM, 0, 0);
        momentum[1] = new WarmUp(queue, Kind.MOMENTUM, 1, 0);
        adam = new WarmUp(queue, Kind.ADAM, 0, 0);
        norms = new WarmingNorms(queue);
        depthwise = new WarmingDepthwise(queue);
        squares = new WarmingSquares(queue);
    }

    @Override
    public NormKernels norms() {
        return norms;
    }

    @Override
    public DepthwiseKernels depthwise() {
        return depthwise;
    }

    @Override
    public SquareKernels squares() {
        return squares;
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
        if (panelsReady(m)) {
            super.multiplyPanel(m, k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
        } else {
            PlainLanes.multiplyPanel(m, k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
        }
    }

    /** Returns whether all tiles for so many rows are compiled; asks for those that are not. */
    private boolean panelsReady(int rows) {
        boolean ready = true;
        for (int left = rows; left > 0; left -= choice.next(left)) {
            ready &= panels[choice.next(left)].ready();
        }
        return ready;
    }

    @Override
    public void transpose(
            int rows, int cols, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        if (transposition.ready()) {
            super.transpose(rows, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
        } else {
            Transposition.transpose(0, rows, 0, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
        }
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
        if (vector.ready()) {
            super.multiplyVector(rows, n, w, wOffset, wPitch, x, xOffset, y, yOffset, scratch);
        } else {
            PlainLanes.multiplyVector(rows, n, w, wOffset, wPitch, x, xOffset, y, yOffset, scratch);
        }
    }

    @Override
    void multiplyTile(
            int height,
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
        if (tiles[height].ready()) {
            super.multiplyTile(height, k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
        } else {
            PlainLanes.multiply(height, k, a, aOffset, 1, height, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
        }
    }

    @Override
    void correlateTile(
            int height,
            int width,
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
        if (correlations[height][width].ready()) {
            super.correlateTile(
                    height,
                    width,
                    run,
                    a,
                    aOffset,
                    aPitch,
                    b,
                    bOffset,
                    bColumns,
                    firstColumn,
                    sums,
                    sumsOffset,
                    sumsPitch);
        } else {
            PlainLanes.correlate(
                    height,
                    width,
                    run,
                    a,
                    aOffset,
                    aPitch,
                    b,
                    bOffset,
                    bColumns,
                    firstColumn,
                    sums,
                    sumsOffset,
                    sumsPitch);
        }
    }

    @Override
    void correlateTapsTile(
            int height,
            int count,
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
        if (taps[height][count].ready()) {
            super.correlateTapsTile(
                    height,
                    count,
                    steps,
                    a,
                    aOffset,
                    aPitch,
                    aSteps,
                    b,
                    bOffset,
                    bSteps,
                    firstStep,
                    sums,
                    sumsOffset,
                    sumsPitch);
        } else {
            PlainLanes.correlateTaps(
                    height,
                    count,
                    steps,
                    a,
                    aOffset,
                    aPitch,
                    aSteps,
                    b,
                    bOffset,
                    bSteps,
                    firstStep,
                    sums,
                    sumsOffset,
                    sumsPitch);
        }
    }

    @Override
    public void maxPool2x2Lanes(
            int count, float[] x, int top, int bottom, float[] y, int yOffset, float[] winner, int winnerOffset) {
        if (pool.ready()) {
            super.maxPool2x2Lanes(count, x, top, bottom, y, yOffset, winner, winnerOffset);
        } else {
            PlainLanes.pool2x2(count, x, top, bottom, y, yOffset, winner, winnerOffset);
        }
    }

    @Override
    public void unpool2x2Lanes(
            int count, float[] dy, int dyOffset, float[] winner, int winnerOffset, float[] dx, int top, int bottom) {
        if (unpool.ready()) {
            super.unpool2x2Lanes(count, dy, dyOffset, winner, winnerOffset, dx, top, bottom);
        } else {
            ScalarPooling.unpool2x2(WIDTH, count, dy, dyOffset, winner, winnerOffset, dx, top, bottom);
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
        if (finish[f.ordinal()].ready()) {
            super.finish(
                    f, slope, rows, n, x, xOffset, xPitch, bias, biasOffset, biasRow, biasStep, y, yOffset, yPitch);
        } else {
            PLAIN.finish(
                    f, slope, rows, n, x, xOffset, xPitch, bias, biasOffset, biasRow, biasStep, y, yOffset, yPitch);
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
        if (differentiate[f.ordinal()].ready()) {
            super.differentiate(f, slope, rows, n, y, yOffset, yPitch, dy, dyOffset, dyPitch, dx, dxOffset, dxPitch);
        } else {
            PLAIN.differentiate(f, slope, rows, n, y, yOffset, yPitch, dy, dyOffset, dyPitch, dx, dxOffset, dxPitch);
        }
    }

    @Override
    public void sumUp(int n, float[] x, int xOffset, float[] sums, int sumsOffset) {
        if (sum.ready()) {
            super.sumUp(n, x, xOffset, sums, sumsOffset);
        } else {
            PlainLanes.sumUp(n, x, xOffset, sums, sumsOffset);
        }
    }

    @Override
    public void add(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        if (add.ready()) {
            super.add(n, a, aOffset, b, bOffset, c, cOffset);
        } else {
            PLAIN.add(n, a, aOffset, b, bOffset, c, cOffset);
        }
    }

    @Override
    public void multiply(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        if (multiply.ready()) {
            super.multiply(n, a, aOffset, b, bOffset, c, cOffset);
        } else {
            PLAIN.multiply(n, a, aOffset, b, bOffset, c, cOffset);
        }
    }

    @Override
    public void sgd(int n, float rate, float decay, float[] p, int pOffset, float[] g, int gOffset) {
        if (sgd.ready()) {
            super.sgd(n, rate, decay, p, pOffset, g, gOffset);
        } else {
            PLAIN.sgd(n, rate, decay, p, pOffset, g, gOffset);
        }
    }

    @Override
    public void momentum(
            int n,
            float rate,
            float decay,
            float factor,
            boolean nesterov,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] v,
            int vOffset) {
        if (momentum[nesterov ? 1 : 0].ready()) {
            super.momentum(n, rate, decay, factor, nesterov, p, pOffset, g, gOffset, v, vOffset);
        } else {
            PLAIN.momentum(n, rate, decay, factor, nesterov, p, pOffset, g, gOffset, v, vOffset);
        }
    }

    @Override
    public void adam(
            int n,
            AdamConstants constants,
            float[] p,
            int pOffset,
            float[] g,
            int gOffset,
            float[] m,
            int mOffset,
            float[] v,
            int vOffset) {
        if (adam.ready()) {
            super.adam(n, constants, p, pOffset, g, gOffset, m, mOffset, v, vOffset);
        } else {
            PLAIN.adam(n, constants, p, pOffset, g, gOffset, m, mOffset, v, vOffset);
        }
    }
}
