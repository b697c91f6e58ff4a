package io.gabor.backend.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels with the Vector API. Load this class only after {@link KernelSelection} found the module.
 *
 * <p>All vectors are of the preferred species. A second species in the same JVM would make calls inside the Vector API
 * polymorphic, and on JDK 17 vectors that were registers become objects: twenty times slower, measured.
 *
 * <p>No sum is taken across the lanes of a vector: the order of {@code reduceLanes(ADD)} is open, and it is one in the
 * interpreter and another in compiled code (seen on JDK 25), so that the bits would change as soon as the code is hot.
 */
public class VectorKernels implements Kernels {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    private static final CurveKernels CURVES = new VectorCurves();
    private static final NormKernels NORMS = new VectorNorms();
    private static final DepthwiseKernels DEPTHWISE = new VectorDepthwise();
    private static final SquareKernels SQUARES = new VectorSquares();

    private final TileChoice tiles;
    private final WinogradTransforms winograd = new VectorWinograd();

    /** Makes kernels that cut their work into these tiles; the choice changes no bit of a result. */
    VectorKernels(TileChoice tiles) {
        this.tiles = tiles;
    }

    @Override
    public String description() {
        return "Vector API " + SPECIES.vectorBitSize() + " bit, tiles " + tiles;
    }

    @Override
    public int panelWidth() {
        return VectorGemm.WIDTH;
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
        return LANES;
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
        VectorGemm.multiplyPanel(tiles, m, k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
    }

    @Override
    public void transpose(
            int rows, int cols, float[] from, int fromOffset, int fromPitch, float[] to, int toOffset, int toPitch) {
        VectorTransposition.transpose(rows, cols, from, fromOffset, fromPitch, to, toOffset, toPitch);
    }

    @Override
    public int[] tiling(int rows) {
        return tiles.heights(rows);
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
                    k,
                    a,
                    aOffset + row * depth + firstStep * height,
                    b,
                    bOffset,
                    bRows,
                    firstStep,
                    c,
                    cOffset + row * cPitch,
                    cPitch,
                    add);
            row += height;
        }
    }

    /** One tile of {@link #multiplyTiles}, whose values of A begin at {@code aOffset}. */
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
        VectorTileCalls.multiply(height, k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
    }

    @Override
    public int partialSums() {
        return LANES;
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
        for (int i = 0; i < rows; ) {
            int height = VectorTileCalls.side(rows - i, tiles.correlateRows());
            for (int j = 0; j < columns; ) {
                int width = VectorTileCalls.side(columns - j, tiles.correlateColumns());
                // A loop of its own for the runs: sums that live through two nested loops become objects on JDK 17.
                for (int u = 0; u < runs; u++) {
                    correlateTile(
                            height,
                            width,
                            run,
                            a,
                            aOffset + i * aPitch + u * aStep,
                            aPitch,
                            b,
                            bOffset + u * bStep,
                            bColumns,
                            firstColumn + j,
                            sums,
                            sumsOffset + i * sumsPitch + j * LANES,
                            sumsPitch);
                }
                j += width;
            }
            i += height;
        }
    }

    /** One tile and one run of {@link #correlate}. */
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
        VectorTileCalls.correlate(
                height, width, run, a, aOffset, aPitch, b, bOffset, bColumns, firstColumn, sums, sumsOffset, sumsPitch);
    }

    @Override
    public boolean correlatesTaps(int taps) {
        return taps == 3 || taps == 5;
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
        for (int i = 0; i < rows; i += 3) {
            correlateTapsTile(
                    Math.min(3, rows - i),
                    taps,
                    steps,
                    a,
                    aOffset + i * aPitch,
                    aPitch,
                    aSteps,
                    b,
                    bOffset,
                    bSteps,
                    firstStep,
                    sums,
                    sumsOffset + i * sumsPitch,
                    sumsPitch);
        }
    }

    /** One tile of {@link #correlateTaps}. */
    void correlateTapsTile(
            int height,
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
        VectorTileCalls.correlateTaps(
                height,
                taps,
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

    @Override
    public void addPartialSums(int n, float[] sums, int sumsOffset, float[] y, int yOffset) {
        ScalarMath.addGroups(n, LANES, sums, sumsOffset, y, yOffset);
    }

    @Override
    public void sumUp(int n, float[] x, int xOffset, float[] sums, int sumsOffset) {
        VectorElements.sumUp(n, x, xOffset, sums, sumsOffset);
    }

    @Override
    public void maxWindows(
            int count, int rows, int cols, float[] x, int xOffset, int xPitch, int xStep, float[] y, int yOffset) {
        VectorWindows.max(count, rows, cols, x, xOffset, xPitch, xStep, y, yOffset);
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
        VectorWindows.maxBackward(count, rows, cols, all, add, x, dx, xOffset, xPitch, xStep, y, dy, yOffset);
    }

    @Override
    public void maxPool2x2Lanes(
            int count, float[] x, int top, int bottom, float[] y, int yOffset, float[] winner, int winnerOffset) {
        VectorWindows.pool2x2(count, x, top, bottom, y, yOffset, winner, winnerOffset);
    }

    @Override
    public void unpool2x2Lanes(
            int count, float[] dy, int dyOffset, float[] winner, int winnerOffset, float[] dx, int top, int bottom) {
        VectorWindows.unpool2x2(count, dy, dyOffset, winner, winnerOffset, dx, top, bottom);
    }

    @Override
    public void transpose(float[] x, int xOffset, int xPitch, float[] y, int yOffset) {
        VectorTranspose.transpose(x, xOffset, xPitch, y, yOffset);
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
        VectorElements.multiplyVector(rows, n, w, wOffset, wPitch, x, xOffset, y, yOffset, scratch);
    }

    @Override
    public void combineRows(
            int rows, int n, float[] s, int sOffset, float[] w, int wOffset, int wPitch, float[] y, int yOffset) {
        VectorElements.combineRows(rows, n, s, sOffset, w, wOffset, wPitch, y, yOffset);
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
        if (runs.single) {
            VectorPacking.copySingles(rows, rowOffsets, firstRow, runs, from, fromOffset, to, toOffset, toPitch);
        } else if (runs.longest <= LANES) {
            VectorPacking.copyShortRuns(rows, rowOffsets, firstRow, runs, from, fromOffset, to, toOffset, toPitch);
        } else {
            VectorPacking.copyRuns(rows, rowOffsets, firstRow, runs, from, fromOffset, to, toOffset, toPitch);
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
        VectorPacking.addRuns(rows, rowStep, rowOffsets, firstRow, runs, from, fromOffset, fromPitch, to, toOffset);
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
            VectorActivations.finish(
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
            VectorActivations.differentiate(
                    f, slope, n, y, yOffset + r * yPitch, dy, dyOffset + r * dyPitch, dx, dxOffset + r * dxPitch);
        }
    }

    @Override
    public void add(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        VectorElements.add(n, a, aOffset, b, bOffset, c, cOffset);
    }

    @Override
    public void multiply(int n, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset) {
        VectorElements.multiply(n, a, aOffset, b, bOffset, c, cOffset);
    }

    @Override
    public void addScaled(int n, float s, float[] x, int xOffset, float[] y, int yOffset) {
        VectorElements.addScaled(n, s, x, xOffset, y, yOffset);
    }

    @Override
    public void scale(int n, float s, float[] x, int xOffset, float[] y, int yOffset) {
        VectorElements.scale(n, s, x, xOffset, y, yOffset);
    }

    @Override
    public void scaleAndShift(int n, float scale, float shift, float[] x, int xOffset, float[] y, int yOffset) {
        VectorElements.scaleAndShift(n, scale, shift, x, xOffset, y, yOffset);
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
        if (n < LANES) {
            ScalarMath.softmax(n, x, xOffset, y, yOffset);
        } else {
            VectorMath.softmax(n, x, xOffset, y, yOffset);
        }
    }

    @Override
    public void softmaxBackward(
            int n, float s, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        VectorElements.softmaxBackward(n, s, y, yOffset, dy, dyOffset, dx, dxOffset);
    }

    @Override
    public void maxPool2x2(int rows, int cols, float[] x, int xOffset, int xPitch, float[] y, int yOffset) {
        for (int i = 0; i < rows; i++) {
            int top = xOffset + 2 * i * xPitch;
            VectorPooling.forward(cols, x, top, top + xPitch, y, yOffset + i * cols);
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
        VectorUpdates.rmsProp(n, rate, decay, alpha, gain, epsilon, momentum, p, g, v, u, at);
    }

    @Override
    public void adagrad(int n, float rate, float decay, float epsilon, float[] p, float[] g, float[] s, int at) {
        VectorUpdates.adagrad(n, rate, decay, epsilon, p, g, s, at);
    }

    @Override
    public void blend(int n, float a, float[] x, int xOffset, float b, float[] y, int yOffset) {
        VectorUpdates.blend(n, a, x, xOffset, b, y, yOffset);
    }

    @Override
    public void clamp(int n, float most, float[] x, int xOffset) {
        VectorUpdates.clamp(n, most, x, xOffset);
    }

    @Override
    public void sgd(int n, float rate, float decay, float[] p, int pOffset, float[] g, int gOffset) {
        VectorUpdates.sgd(n, rate, decay, p, pOffset, g, gOffset);
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
        VectorUpdates.momentum(n, rate, decay, momentum, nesterov, p, pOffset, g, gOffset, v, vOffset);
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
        VectorUpdates.adam(n, c, p, pOffset, g, gOffset, m, mOffset, v, vOffset);
    }

    /** Too long to be inlined into a caller's loop: there JDK 25 makes it half as fast. */
    @Override
    public float multiplyAddLoop(int iterations) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector s0 = FloatVector.broadcast(SPECIES, 0f);
        FloatVector s1 = FloatVector.broadcast(SPECIES, 1f);
        FloatVector s2 = FloatVector.broadcast(SPECIES, 2f);
        FloatVector s3 = FloatVector.broadcast(SPECIES, 3f);
        FloatVector s4 = FloatVector.broadcast(SPECIES, 4f);
        FloatVector s5 = FloatVector.broadcast(SPECIES, 5f);
        FloatVector s6 = FloatVector.broadcast(SPECIES, 6f);
        FloatVector s7 = FloatVector.broadcast(SPECIES, 7f);
        FloatVector s8 = FloatVector.broadcast(SPECIES, 8f);
        FloatVector s9 = FloatVector.broadcast(SPECIES, 9f);
        FloatVector s10 = FloatVector.broadcast(SPECIES, 10f);
        FloatVector s11 = FloatVector.broadcast(SPECIES, 11f);
        FloatVector s12 = FloatVector.broadcast(SPECIES, 12f);
        for (int i = 0; i < iterations; i++) {
            s0 = x.fma(y, s0);
            s1 = x.fma(y, s1);
            s2 = x.fma(y, s2);
            s3 = x.fma(y, s3);
            s4 = x.fma(y, s4);
            s5 = x.fma(y, s5);
            s6 = x.fma(y, s6);
            s7 = x.fma(y, s7);
            s8 = x.fma(y, s8);
            s9 = x.fma(y, s9);
            s10 = x.fma(y, s10);
            s11 = x.fma(y, s11);
            s12 = x.fma(y, s12);
        }
        return s0.add(s1)
                .add(s2.add(s3))
                .add(s4.add(s5))
                .add(s6.add(s7))
                .add(s8.add(s9))
                .add(s10.add(s11.add(s12)))
                .reduceLanes(VectorOperators.ADD);
    }

    @Override
    public int multiplyAddLoopFlops() {
        return 2 * 13 * LANES;
    }
}
