package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import java.util.Arrays;

/** {@code db[o] = Σ over images and pixels of dz[o, i, j]}, or over images alone, in the layout CHWN: a filter is one chunk. */
final class ChwnBiasGradient implements WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final int filters;
    private final int units;
    private final int unitPixels;
    private final long scratch;

    private int blocks;
    private float[] dz;
    private float[] db;

    ChwnBiasGradient(CpuContext context, ConvGeometry geometry, Bias bias) {
        this.context = context;
        kernels = context.kernels();
        filters = geometry.outChannels();
        int pixels = geometry.rows().out() * geometry.cols().out();
        units = bias == Bias.PER_PIXEL ? pixels : 1;
        unitPixels = pixels / units;
        scratch = kernels.partialSums();
        context.memory().reserveScratch("conv2d", scratch);
    }

    void run(int blockCount, float[] dzs, float[] dbs) {
        blocks = blockCount;
        dz = dzs;
        db = dbs;
        context.pool().run(this, filters, (long) blocks * filters * units * unitPixels * kernels.panelWidth());
    }

    @Override
    public void run(int filter, int worker) {
        float[] sums = context.memory().scratch(worker);
        int run = unitPixels * kernels.panelWidth();
        for (int unit = filter * units; unit < (filter + 1) * units; unit++) {
            Arrays.fill(sums, 0, kernels.partialSums(), 0f);
            for (int block = 0; block < blocks; block++) {
                kernels.sumUp(run, dz, (block * filters * units + unit) * run, sums, 0);
            }
            kernels.addPartialSums(1, sums, 0, db, unit);
        }
    }

    void close() {
        context.memory().returnScratch(scratch);
    }
}
