package io.gabor.backend.cpu;

import io.gabor.tensor.ConvGeometry;

/** The gradient of a pointwise convolution's input in the layout CHWN: a strip of one block ({@link PointwiseStrips}) is one chunk. */
final class PointwiseInputGradient implements InputGradient, WorkerPool.Task {
    private final CpuContext context;
    private final ConvGeometry geometry;
    private final PointwiseStrips strips;
    private final WorkerPool.Task packing = this::pack;
    private final int width;
    private final int filters;
    private final int channels;
    private final int pixels;
    /** Of one image. */
    private final long multiplyAdds;

    private final int packedOffset;
    private final long shared;

    private float[] w;
    private float[] dz;
    private float[] dx;

    /**
     * Plans.
     *
     * @param sharedOffset from where on the shared array is free for this
     */
    PointwiseInputGradient(CpuContext context, ConvGeometry geometry, int sharedOffset) {
        this.context = context;
        this.geometry = geometry;
        width = context.kernels().panelWidth();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        pixels = geometry.rows().out() * geometry.cols().out();
        multiplyAdds = geometry.flops() / 2;
        strips = new PointwiseStrips(context.kernels(), channels, filters, geometry.groups(), pixels);
        packedOffset = sharedOffset;
        shared = (long) packedOffset + strips.packedFloats();
        context.memory().reserveShared("conv2d", shared);
        context.memory().reserveScratch("conv2d", strips.scratchFloats());
    }

    @Override
    public void run(int n, float[] dzs, float[] ws, float[] dxs) {
        dz = dzs;
        w = ws;
        dx = dxs;
        context.pool().run(packing, strips.packings(), (long) WorkerPool.MOVE * strips.packedFloats());
        context.pool().run(this, n / width * strips.count(), multiplyAdds * n);
    }

    private void pack(int chunk, int worker) {
        strips.pack(chunk, w, 1, channels, context.memory().shared(), packedOffset);
    }

    @Override
    public void run(int chunk, int worker) {
        float[] scratch = context.memory().scratch(worker);
        int block = chunk / strips.count();
        int strip = chunk % strips.count();
        int run = strips.length(strip) * width;
        for (int group = 0; group < geometry.groups(); group++) {
            int from = (block * geometry.outChannels() + group * filters) * pixels * width;
            strips.multiply(strip, group, context.memory().shared(), packedOffset, dz, from, scratch);
            int channel = block * geometry.inChannels() + group * channels;
            for (int c = 0; c < channels; c++) {
                int to = ((channel + c) * pixels + strips.first(strip)) * width;
                System.arraycopy(scratch, strips.results() + c * strips.pitch(), dx, to, run);
            }
        }
    }

    @Override
    public void close() {
        context.memory().returnShared(shared);
        context.memory().returnScratch(strips.scratchFloats());
    }
}
