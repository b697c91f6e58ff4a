package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import java.util.Arrays;

/**
 * {@code dz = dy · f'}, {@code dw[out×in] = dzᵀ · x}, {@code dx[N×in] = dz · w}, {@code db} = the columns' sums of dz.
 * Columns of dw and dx are computed panel by panel; every element is one sum in order, so that nothing depends on how the
 * work is cut.
 */
final class DenseBackward implements WorkerPool.Task {
    /** Columns of dz in a chunk. */
    private static final int COLUMNS = 256;
    /** Terms of a sum at a time, so that a panel's values for them stay in the first-level cache. */
    private static final int DEPTH = 128;

    private static final int PAGE_FLOATS = 1024;
    /** Chunks to leave where kernels take any number of columns. */
    private static final int CHUNKS = 4;
    /** Rows of dw in a chunk, for a few samples. */
    private static final int ROWS = 32;

    private final CpuContext context;
    private final Kernels kernels;
    private final int in;
    private final int out;
    private final Function function;
    private final float slope;
    private final float[] gradient;
    private final int tileOffset;
    private final long scratch;
    /** Whether panels can be read where they lie: rows a multiple of a page apart would share a set of the cache. */
    private final boolean inPlace;

    /** Whether kernels take any number of columns; then panels need not be copied together. */
    private final boolean anyColumns;
    /** Columns of dw and dx in a chunk: a panel, or more. */
    private final int chunkColumns;

    private final int[] panelRows;
    private final int[] matrixRows;
    private final int[] unitTiles;
    private final int[] unitFirst;
    private final int[][] tilesOfBatch;
    private final int[] sampleFirst;
    private final float[] packedUnits;
    private final float[] packedSamples;
    private final WorkerPool.Task packing = this::pack;
    private final WorkerPool.Task differentiation = this::differentiate;
    private final WorkerPool.Task outerProducts = this::outerProducts;
    private final WorkerPool.Task rowSums = this::rowSums;

    private int n;
    private int[] sampleTiles;
    private float[] x;
    private float[] w;
    private float[] y;
    private float[] dy;
    private float[] dz;
    private float[] dw;
    private float[] db;
    private float[] dx;

    DenseBackward(CpuContext context, int in, int out, Activation activation, int maxBatch) {
        this.context = context;
        this.in = in;
        this.out = out;
        kernels = context.kernels();
        function = CpuContext.function(activation);
        slope = activation.slope();
        int width = kernels.panelWidth();
        boolean few = maxBatch <= CpuDense.FEW_SAMPLES;
        tileOffset = few ? 0 : Math.multiplyExact(Math.max(maxBatch, out), width);
        scratch = few ? 0 : 2L * tileOffset + width;
        int most = few ? 0 : Math.max(maxBatch, out);
        inPlace = in % PAGE_FLOATS != 0;
        anyColumns = kernels.columns() > width;
        chunkColumns = Math.max(width, Math.min(kernels.columns(), CpuContext.ceilDiv(in, CHUNKS)));
        panelRows = new int[most];
        Arrays.setAll(panelRows, r -> r * width);
        matrixRows = new int[most];
        Arrays.setAll(matrixRows, r -> r * in);
        unitTiles = kernels.tiling(few ? 0 : out);
        unitFirst = new int[unitTiles.length];
        cut(unitTiles, unitFirst);
        tilesOfBatch = new int[few ? 0 : maxBatch + 1][];
        sampleFirst = new int[few ? 0 : maxBatch];
        packedUnits = context.memory().workspace("dense", few ? 0 : (long) maxBatch * out);
        packedSamples = context.memory().workspace("dense", few ? 0 : (long) maxBatch * out);
        gradient = context.memory().workspace("dense", function == Function.IDENTITY ? 0 : (long) maxBatch * out);
        context.memory().reserveScratch("dense", scratch);
    }

    void run(int batch, float[] xs, float[] ws, float[] ys, float[] dys, float[] dws, float[] dbs, float[] dxs) {
        n = batch;
        x = xs;
        w = ws;
        y = ys;
        dy = dys;
        dw = dws;
        db = dbs;
        dx = dxs;
        WorkerPool pool = context.pool();
        dz = function == Function.IDENTITY ? dys : gradient;
        long work = (long) batch * in * out;
        pool.run(differentiation, CpuContext.ceilDiv(out, COLUMNS), (long) WorkerPool.MOVE * batch * out);
        if (batch > CpuDense.FEW_SAMPLES) {
            cutSamples();
            int packings = unitTiles.length + (dx == null ? 0 : sampleTiles.length);
            pool.run(packing, packings, (long) WorkerPool.MOVE * batch * out);
            pool.run(this, CpuContext.ceilDiv(in, chunkColumns), 2 * work);
            return;
        }
        pool.run(outerProducts, CpuContext.ceilDiv(out, ROWS), work);
        if (dx != null) {
            pool.run(rowSums, CpuContext.ceilDiv(in, COLUMNS), work);
        }
    }

    private void differentiate(int chunk, int worker) {
        int first = chunk * COLUMNS;
        int count = Math.min(COLUMNS, out - first);
        if (function != Function.IDENTITY) {
            kernels.differentiate(function, slope, n, count, y, first, out, dy, first, out, dz, first, out);
        }
        if (db != null) {
            System.arraycopy(dz, first, db, first, count);
            for (int s = 1; s < n; s++) {
                kernels.add(count, db, first, dz, s * out + first, db, first);
            }
        }
    }

    private void outerProducts(int block, int worker) {
        int end = Math.min((block + 1) * ROWS, out);
        for (int o = block * ROWS; o < end; o++) {
            kernels.scale(in, dz[o], x, 0, dw, o * in);
            for (int s = 1; s < n; s++) {
                kernels.addScaled(in, dz[s * out + o], x, s * in, dw, o * in);
            }
        }
    }

    private void rowSums(int chunk, int worker) {
        int first = chunk * COLUMNS;
        int count = Math.min(COLUMNS, in - first);
        for (int s = 0; s < n; s++) {
            kernels.combineRows(out, count, dz, s * out, w, first, in, dx, s * in + first);
        }
    }

    /**
     * Packs dz as the left matrix of both products, tile by tile: by units for dw, where a tile is some neighbouring columns
     * of dz, and by samples for dx, where it is some rows, transposed.
     */
    private void pack(int chunk, int worker) {
        if (chunk < unitTiles.length) {
            int unit = unitFirst[chunk];
            int height = unitTiles[chunk];
            for (int s = 0; s < n; s++) {
                int to = unit * n + s * height;
                for (int o = 0; o < height; o++) {
                    packedUnits[to + o] = dz[s * out + unit + o];
                }
            }
            return;
        }
        int tile = chunk - unitTiles.length;
        int sample = sampleFirst[tile];
        int height = sampleTiles[tile];
        kernels.transpose(height, out, dz, sample * out, out, packedSamples, sample * out, height);
    }

    /** Some columns of dw and dx. */
    @Override
    public void run(int chunk, int worker) {
        int first = chunk * chunkColumns;
        float[] memory = context.memory().scratch(worker);
        boolean direct = anyColumns || (inPlace && first + chunkColumns <= in);
        multiply(unitTiles, n, packedUnits, x, direct, memory, dw, first, out);
        if (dx != null) {
            multiply(sampleTiles, out, packedSamples, w, direct, memory, dx, first, n);
        }
    }

    /** {@code result[·, first...] = a · matrix[·, first...]}, with the columns of the matrix where they lie or copied together. */
    private void multiply(
            int[] tiles,
            int depth,
            float[] a,
            float[] matrix,
            boolean direct,
            float[] memory,
            float[] result,
            int first,
            int resultRows) {
        int width = kernels.panelWidth();
        int columns = Math.min(chunkColumns, in - first);
        if (!direct) {
            for (int r = 0; r < depth; r++) {
                System.arraycopy(matrix, r * in + first, memory, r * width, columns);
            }
        }
        boolean whole = direct || columns == width;
        for (int k = 0; k < depth; k += DEPTH) {
            kernels.multiplyColumns(
                    direct ? columns : width,
                    tiles,
                    depth,
                    k,
                    Math.min(DEPTH, depth - k),
                    a,
                    0,
                    direct ? matrix : memory,
                    direct ? first : 0,
                    direct ? matrixRows : panelRows,
                    whole ? result : memory,
                    whole ? first : tileOffset,
                    whole ? in : width,
                    k > 0);
        }
        if (!whole) {
            for (int r = 0; r < resultRows; r++) {
                System.arraycopy(memory, tileOffset + r * width, result, r * in + first, columns);
            }
        }
    }

    /** Cuts the samples into tiles; allocates only for a batch whose size has not been seen before. */
    private void cutSamples() {
        if (tilesOfBatch[n] == null) {
            tilesOfBatch[n] = kernels.tiling(n);
        }
        sampleTiles = tilesOfBatch[n];
        cut(sampleTiles, sampleFirst);
    }

    /** Writes down where each tile starts. */
    private static void cut(int[] tiles, int[] first) {
        int row = 0;
        for (int t = 0; t < tiles.length; t++) {
            first[t] = row;
            row += tiles[t];
        }
    }

    long workspaceBytes() {
        return 4L * (gradient.length + packedUnits.length + packedSamples.length);
    }

    void close() {
        context.memory().returnScratch(scratch);
        context.memory().drop(gradient);
        context.memory().drop(packedUnits);
        context.memory().drop(packedSamples);
    }
}
