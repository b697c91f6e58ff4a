package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;

/**
 * {@code dz = dy · f'}, {@code dw[out×in] = dzᵀ · x}, {@code dx[N×in] = dz · w}, {@code db} = the columns' sums of dz.
 * Columns of dw and dx are computed panel by panel; every element is one sum in order, so that nothing depends on how the
 * work is cut.
 */
final class DenseBackward implements WorkerPool.Task {
    /** Columns of dz in a chunk. */
    private static final int COLUMNS = 256;
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
    private final WorkerPool.Task differentiation = this::differentiate;
    private final WorkerPool.Task outerProducts = this::outerProducts;
    private final WorkerPool.Task rowSums = this::rowSums;

    private int n;
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
        scratch = few ? 0 : 2L * tileOffset;
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
        pool.run(differentiation, CpuContext.ceilDiv(out, COLUMNS), (long) batch * out);
        if (batch > CpuDense.FEW_SAMPLES) {
            pool.run(this, CpuContext.ceilDiv(in, kernels.panelWidth()), 2 * work);
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

    /** One panel of columns of dw and dx. */
    @Override
    public void run(int panel, int worker) {
        float[] memory = context.memory().scratch(worker);
        int first = panel * kernels.panelWidth();
        pack(n, x, first, memory);
        multiply(out, n, 1, out, memory, dw, first);
        if (dx != null) {
            pack(out, w, first, memory);
            multiply(n, out, out, 1, memory, dx, first);
        }
    }

    private void pack(int rows, float[] matrix, int first, float[] memory) {
        int width = kernels.panelWidth();
        int columns = Math.min(width, in - first);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(matrix, r * in + first, memory, r * width, columns);
        }
    }

    private void multiply(int rows, int depth, int row, int step, float[] memory, float[] result, int first) {
        int width = kernels.panelWidth();
        if (first + width <= in) {
            kernels.multiplyPanel(rows, depth, dz, 0, row, step, memory, 0, result, first, in, false);
            return;
        }
        kernels.multiplyPanel(rows, depth, dz, 0, row, step, memory, 0, memory, tileOffset, width, false);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(memory, tileOffset + r * width, result, r * in + first, in - first);
        }
    }

    long workspaceBytes() {
        return 4L * gradient.length;
    }

    void close() {
        context.memory().returnScratch(scratch);
        context.memory().drop(gradient);
    }
}
