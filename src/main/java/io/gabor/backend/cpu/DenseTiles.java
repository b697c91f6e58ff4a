package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import java.util.Arrays;

/**
 * {@code y[N×out] = x[N×in] · w[out×in]ᵀ} for many samples and units: wᵀ is packed into panels, and x tile by tile, so that
 * the kernels read both in order; but with few units x is read where it lies. They write y where it lies: the stores of a
 * tile go to memory during the next one.
 */
final class DenseTiles implements WorkerPool.Task {
    /** Fewer samples than this do not pay for packing the weights. */
    private static final int LEAST_SAMPLES = 128;
    /** With fewer units than this much of the last panel would be empty. */
    private static final int LEAST_UNITS = 64;

    /** Samples in a block: a multiple of most tiles' heights; 48 samples of 2048 values fit a second-level cache. */
    private static final int SAMPLES = 48;
    /**
     * A panel's values of one depth take at most this many floats: 128 KiB. A tile reads them so slowly that the second-level
     * cache keeps up; to stay in the first-level one, the sums would have to be stored and loaded eight times as often.
     */
    private static final int DEPTH_FLOATS = 32_768;
    /** With no more units than this, packing the samples takes longer than it saves. */
    private static final int FEW_UNITS = 512;

    private static final int PAGE_FLOATS = 1024;
    /** Values of one unit that are packed at a time, so that both sides of the transposition stay in the first-level cache. */
    private static final int PACKED = 128;

    private final CpuContext context;
    private final Kernels kernels;
    private final int in;
    private final int out;
    private final int width;
    private final int depth;
    /** Whether samples are read where they lie: if they were whole pages apart, they would share a set of the cache. */
    private final boolean samplesInPlace;

    private final int[] panelRows;
    /** The tiles of a block, by the number of its samples. */
    private final int[][] heights = new int[SAMPLES + 1][];

    private final float[] samples;
    private final float[] panels;
    private final long scratch;
    private final WorkerPool.Task samplePacking = this::packSamples;
    private final WorkerPool.Task panelPacking = this::packPanel;

    private int n;
    private float[] x;
    private float[] w;
    private float[] y;

    /**
     * Plans.
     *
     * @param samples room for the packed samples: {@code in} values of each
     */
    DenseTiles(CpuContext context, int in, int out, float[] samples) {
        this.context = context;
        this.in = in;
        this.out = out;
        this.samples = samples;
        kernels = context.kernels();
        width = kernels.panelWidth();
        depth = Math.max(1, DEPTH_FLOATS / width);
        samplesInPlace = out <= FEW_UNITS && in % PAGE_FLOATS != 0;
        panelRows = new int[in];
        Arrays.setAll(panelRows, k -> k * width);
        Arrays.setAll(heights, kernels::tiling);
        panels = context.memory().workspace("dense", (long) CpuContext.ceilDiv(out, width) * width * in);
        scratch = (long) SAMPLES * width;
        context.memory().reserveScratch("dense", scratch);
    }

    /** Returns whether to compute so many samples and units this way. */
    static boolean suits(int batch, int units) {
        return batch >= LEAST_SAMPLES && units >= LEAST_UNITS;
    }

    /** Computes the products alone. */
    void run(int batch, float[] xs, float[] ws, float[] ys) {
        n = batch;
        x = xs;
        w = ws;
        y = ys;
        int blocks = CpuContext.ceilDiv(n, SAMPLES);
        int count = CpuContext.ceilDiv(out, width);
        if (!samplesInPlace) {
            context.pool().run(samplePacking, blocks, (long) WorkerPool.MOVE * n * in);
        }
        context.pool().run(panelPacking, count, (long) WorkerPool.MOVE * out * in);
        context.pool().run(this, blocks * count, (long) n * in * out);
    }

    private void packSamples(int block, int worker) {
        int sample = block * SAMPLES;
        for (int height : heights[Math.min(SAMPLES, n - sample)]) {
            kernels.transpose(height, in, x, sample * in, in, samples, sample * in, height);
            sample += height;
        }
    }

    /** Element (k, j) of the panel from unit o on is w[o + j, k]. */
    private void packPanel(int panel, int worker) {
        int unit = panel * width;
        int units = Math.min(width, out - unit);
        int row = unit * in;
        for (int k = 0; k < in; k += PACKED) {
            kernels.transpose(units, Math.min(PACKED, in - k), w, row + k, in, panels, row + k * width, width);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] tile = context.memory().scratch(worker);
        int count = CpuContext.ceilDiv(out, width);
        int sample = chunk / count * SAMPLES;
        int unit = chunk % count * width;
        int rows = Math.min(SAMPLES, n - sample);
        int units = Math.min(width, out - unit);
        boolean whole = units == width;
        float[] result = whole ? y : tile;
        int at = whole ? sample * out + unit : 0;
        int pitch = whole ? out : width;
        if (samplesInPlace) {
            kernels.multiplyPanel(rows, in, x, sample * in, in, 1, panels, unit * in, result, at, pitch, false);
        } else {
            multiplyTiles(rows, sample, unit, result, at, pitch);
        }
        if (!whole) {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(tile, r * width, y, (sample + r) * out + unit, units);
            }
        }
    }

    private void multiplyTiles(int rows, int sample, int unit, float[] result, int at, int pitch) {
        for (int k = 0; k < in; k += depth) {
            kernels.multiplyTiles(
                    heights[rows],
                    in,
                    k,
                    Math.min(depth, in - k),
                    samples,
                    sample * in,
                    panels,
                    unit * in,
                    panelRows,
                    result,
                    at,
                    pitch,
                    k > 0);
        }
    }

    long workspaceBytes() {
        return 4L * panels.length;
    }

    void close() {
        context.memory().drop(panels);
        context.memory().returnScratch(scratch);
    }
}
