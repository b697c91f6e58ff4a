package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import java.util.Arrays;

/**
 * {@code y[N×out] = x[N×in] · w[out×in]ᵀ} for many samples: blocks of w's rows are packed tile by tile, so that the kernels
 * read both matrices in order.
 */
final class DenseTiles implements WorkerPool.Task {
    /** Fewer samples than this do not pay for packing the weights. */
    static final int LEAST_SAMPLES = 128;

    /** Rows of w in a block: a multiple of most tiles' heights, and small enough for the second-level cache. */
    private static final int ROWS = 96;
    /** A panel's values of one depth take at most this many floats: half of a first-level cache. */
    private static final int DEPTH_FLOATS = 4096;
    /** Values of one row that are packed at a time, so that both sides of the transposition stay in the first-level cache. */
    private static final int PACKED = 16;

    private final CpuContext context;
    private final Kernels kernels;
    private final int in;
    private final int out;
    private final int width;
    private final int depth;
    private final int[] panelRows;
    private final int[] heights;
    private final int[] lastHeights;
    private final float[] panels;
    private final float[] packed;
    private final long scratch;
    private final WorkerPool.Task packing = this::pack;

    private int n;
    private float[] w;
    private float[] y;

    /**
     * Plans.
     *
     * @param panels the packed samples: element (k, j) of the panel from sample s on is at {@code s·in + k·width + j}
     */
    DenseTiles(CpuContext context, int in, int out, float[] panels) {
        this.context = context;
        this.in = in;
        this.out = out;
        this.panels = panels;
        kernels = context.kernels();
        width = kernels.panelWidth();
        depth = Math.max(1, DEPTH_FLOATS / width);
        panelRows = new int[in];
        Arrays.setAll(panelRows, k -> k * width);
        heights = kernels.tiling(Math.min(ROWS, out));
        lastHeights = kernels.tiling(out - (blocks() - 1) * ROWS);
        packed = context.memory().workspace("dense", (long) out * in);
        scratch = (long) ROWS * width;
        context.memory().reserveScratch("dense", scratch);
    }

    private int blocks() {
        return CpuContext.ceilDiv(out, ROWS);
    }

    private int[] heights(int block) {
        return block == blocks() - 1 ? lastHeights : heights;
    }

    /** Computes the products alone, from samples that are in the panels. */
    void run(int samples, float[] ws, float[] ys) {
        n = samples;
        w = ws;
        y = ys;
        int count = CpuContext.ceilDiv(n, width);
        context.pool().run(packing, blocks(), (long) WorkerPool.MOVE * out * in);
        context.pool().run(this, blocks() * count, (long) n * in * out);
    }

    private void pack(int block, int worker) {
        int row = block * ROWS;
        for (int height : heights(block)) {
            int to = row * in;
            for (int k = 0; k < in; k += PACKED) {
                int end = Math.min(k + PACKED, in);
                for (int i = 0; i < height; i++) {
                    int from = (row + i) * in;
                    int at = to + k * height + i;
                    for (int p = k; p < end; p++) {
                        packed[at] = w[from + p];
                        at += height;
                    }
                }
            }
            row += height;
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] tile = context.memory().scratch(worker);
        int count = CpuContext.ceilDiv(n, width);
        int block = chunk / count;
        int sample = chunk % count * width;
        int first = block * ROWS;
        int rows = Math.min(ROWS, out - first);
        for (int k = 0; k < in; k += depth) {
            kernels.multiplyTiles(
                    heights(block),
                    in,
                    k,
                    Math.min(depth, in - k),
                    packed,
                    first * in,
                    panels,
                    sample * in,
                    panelRows,
                    tile,
                    0,
                    width,
                    k > 0);
        }
        int samples = Math.min(width, n - sample);
        for (int j = 0; j < samples; j++) {
            int to = (sample + j) * out + first;
            for (int r = 0; r < rows; r++) {
                y[to + r] = tile[r * width + j];
            }
        }
    }

    long workspaceBytes() {
        return 4L * packed.length;
    }

    void close() {
        context.memory().drop(packed);
        context.memory().returnScratch(scratch);
    }
}
