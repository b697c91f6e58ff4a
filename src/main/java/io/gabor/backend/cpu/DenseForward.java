package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;

/**
 * {@code y[N×out] = f(x[N×in] · w[out×in]ᵀ + b)}, computed as {@code yᵀ = w · xᵀ}: the samples are packed into panels, which
 * is the smaller matrix, and the weights are read as they lie. A few samples are a few products with a vector; for many
 * samples both are packed ({@link DenseTiles}).
 */
final class DenseForward implements WorkerPool.Task {
    /** Rows of w in a chunk; a multiple of every kernel's rows, so that how rows are grouped never changes. */
    private static final int ROWS = 32;
    /** The part of a sum that is computed at a time: such a panel stays in the second-level cache. */
    private static final int DEPTH = 1024;
    /** Values of one sample that are packed at a time, so that both sides of the transposition stay in the first-level cache. */
    private static final int PACKED = 128;

    private final CpuContext context;
    private final Kernels kernels;
    private final int in;
    private final int out;
    private final Function function;
    private final float slope;
    private final float[] panels;
    /** Null where no batch is large enough. */
    private final DenseTiles tiles;

    private final long scratch;
    private final WorkerPool.Task packing = this::pack;
    private final WorkerPool.Task finishing = this::finishSamples;
    private final WorkerPool.Task vectors = this::multiplyVectors;

    private int n;
    private float[] x;
    private float[] w;
    private float[] b;
    private float[] y;

    DenseForward(CpuContext context, int in, int out, Activation activation, int maxBatch) {
        this.context = context;
        this.in = in;
        this.out = out;
        kernels = context.kernels();
        function = CpuContext.function(activation);
        slope = activation.slope();
        int width = kernels.panelWidth();
        scratch = (long) ROWS * width;
        panels = context.memory()
                .workspace(
                        "dense",
                        maxBatch <= CpuDense.FEW_SAMPLES ? 0 : (long) CpuContext.ceilDiv(maxBatch, width) * width * in);
        context.memory().reserveScratch("dense", scratch);
        tiles = DenseTiles.suits(maxBatch, out) ? new DenseTiles(context, in, out, panels) : null;
    }

    void run(int batch, float[] xs, float[] ws, float[] bs, float[] ys) {
        n = batch;
        x = xs;
        w = ws;
        b = bs;
        y = ys;
        int blocks = CpuContext.ceilDiv(out, ROWS);
        long work = (long) batch * in * out;
        if (batch <= CpuDense.FEW_SAMPLES) {
            context.pool().run(vectors, blocks, work);
        } else if (DenseTiles.suits(batch, out)) {
            tiles.run(n, x, w, y);
            if (b != null || function != Function.IDENTITY) {
                context.pool().run(finishing, CpuContext.ceilDiv(n, kernels.panelWidth()), (long) n * out);
            }
        } else {
            int count = CpuContext.ceilDiv(batch, kernels.panelWidth());
            context.pool().run(packing, count * CpuContext.ceilDiv(in, DEPTH), (long) WorkerPool.MOVE * batch * in);
            context.pool().run(this, blocks * count, work);
        }
    }

    private void multiplyVectors(int block, int worker) {
        int first = block * ROWS;
        int rows = Math.min(ROWS, out - first);
        for (int s = 0; s < n; s++) {
            kernels.multiplyVector(
                    rows,
                    in,
                    w,
                    first * in,
                    in,
                    x,
                    s * in,
                    y,
                    s * out + first,
                    context.memory().scratch(worker));
        }
        finish(first, rows, 0, n);
    }

    private void finishSamples(int panel, int worker) {
        int sample = panel * kernels.panelWidth();
        finish(0, out, sample, Math.min(kernels.panelWidth(), n - sample));
    }

    private void finish(int first, int rows, int sample, int count) {
        kernels.finish(
                function,
                slope,
                count,
                rows,
                y,
                sample * out + first,
                out,
                b,
                first,
                0,
                1,
                y,
                sample * out + first,
                out);
    }

    /** Packs one depth of one panel: element (k, j) is x[j,k]. */
    private void pack(int chunk, int worker) {
        int width = kernels.panelWidth();
        int depths = CpuContext.ceilDiv(in, DEPTH);
        int sample = chunk / depths * width;
        int from = chunk % depths * DEPTH;
        int to = Math.min(from + DEPTH, in);
        int samples = Math.min(width, n - sample);
        int panel = sample * in;
        for (int k = from; k < to; k += PACKED) {
            int count = Math.min(PACKED, to - k);
            kernels.transpose(samples, count, x, sample * in + k, in, panels, panel + k * width, width);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] tile = context.memory().scratch(worker);
        int width = kernels.panelWidth();
        int count = CpuContext.ceilDiv(n, width);
        int first = chunk / count * ROWS;
        int rows = Math.min(ROWS, out - first);
        int sample = chunk % count * width;
        int samples = Math.min(width, n - sample);
        for (int k = 0; k < in; k += DEPTH) {
            int depth = Math.min(DEPTH, in - k);
            kernels.multiplyPanel(
                    rows, depth, w, first * in + k, in, 1, panels, sample * in + k * width, tile, 0, width, k > 0);
        }
        kernels.transpose(rows, samples, tile, 0, width, y, sample * out + first, out);
        finish(first, rows, sample, samples);
    }

    long workspaceBytes() {
        return 4L * panels.length + (tiles == null ? 0 : tiles.workspaceBytes());
    }

    void close() {
        context.memory().returnScratch(scratch);
        context.memory().drop(panels);
        if (tiles != null) {
            tiles.close();
        }
    }
}
