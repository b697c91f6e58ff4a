package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import java.util.Arrays;

/**
 * The gradient of a depthwise convolution's weights in the layout CHWN ({@link DepthwisePlane}). A chunk is a filter and a
 * slice of the blocks. Sums are kept as vectors, one lane an image, and their lanes are added when a slice is through; then
 * the slices are added in their order. How many there are depends on the geometry and the batch alone, hence so do the bits.
 */
final class DepthwiseFilterGradient implements FilterGradient, WorkerPool.Task {
    /** Chunks to aim at: a few for each of several threads. */
    private static final int CHUNKS = 16;

    private final CpuContext context;
    private final Kernels kernels;
    private final DepthwisePlane plane;
    private final WorkerPool.Task reduction = this::reduce;
    private final int width;
    private final int filters;
    private final int channels;
    private final int taps;
    private final int inPixels;
    private final int outPixels;
    /** Of one image. */
    private final long multiplyAdds;

    private final long scratch;
    private final float[] partial;

    private int blocks;
    private int slices;
    private float[] x;
    private float[] dz;
    private float[] dw;

    DepthwiseFilterGradient(CpuContext context, ConvGeometry geometry, int maxBatch) {
        this.context = context;
        kernels = context.kernels();
        plane = DepthwisePlane.forward(kernels, geometry);
        width = kernels.panelWidth();
        filters = geometry.outChannels();
        channels = geometry.inChannels();
        taps = geometry.fanIn();
        inPixels = geometry.rows().in() * geometry.cols().in();
        outPixels = geometry.rows().out() * geometry.cols().out();
        multiplyAdds = geometry.flops() / 2;
        scratch = (long) taps * kernels.partialSums();
        context.memory().reserveScratch("conv2d", scratch);
        int most = slices(Math.max(1, maxBatch / width));
        partial = context.memory().workspace("conv2d", most == 1 ? 0 : (long) most * filters * taps);
    }

    private int slices(int blockCount) {
        return Math.min(blockCount, CpuContext.ceilDiv(CHUNKS, filters));
    }

    @Override
    public void run(int blockCount, float[] xs, float[] dzs, float[] dws) {
        blocks = blockCount;
        x = xs;
        dz = dzs;
        dw = dws;
        slices = slices(blockCount);
        context.pool().run(this, filters * slices, multiplyAdds * blockCount * width);
        if (slices > 1) {
            context.pool().run(reduction, filters, (long) slices * filters * taps);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] sums = context.memory().scratch(worker);
        int filter = chunk % filters;
        int slice = chunk / filters;
        int channel = filter / (filters / channels);
        Arrays.fill(sums, 0, taps * kernels.partialSums(), 0f);
        int end = (int) ((long) blocks * (slice + 1) / slices);
        for (int block = (int) ((long) blocks * slice / slices); block < end; block++) {
            int from = (block * channels + channel) * inPixels * width;
            int gradient = (block * filters + filter) * outPixels * width;
            plane.gradients(x, from, dz, gradient, sums);
        }
        kernels.addPartialSums(taps, sums, 0, slices == 1 ? dw : partial, (slice * filters + filter) * taps);
    }

    /** Adds up the slices of one filter. */
    private void reduce(int filter, int worker) {
        int at = filter * taps;
        System.arraycopy(partial, at, dw, at, taps);
        for (int slice = 1; slice < slices; slice++) {
            kernels.add(taps, dw, at, partial, slice * filters * taps + at, dw, at);
        }
    }

    @Override
    public long workspaceBytes() {
        return 4L * partial.length;
    }

    @Override
    public void close() {
        context.memory().returnScratch(scratch);
        context.memory().drop(partial);
    }
}
