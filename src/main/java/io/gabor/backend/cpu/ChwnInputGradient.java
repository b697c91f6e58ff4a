package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;

/** The gradient of a convolution's input by {@link ChwnProduct}, for any geometry: a row of dx's pixels of one block is one chunk. */
final class ChwnInputGradient implements InputGradient, WorkerPool.Task {
    private final CpuContext context;
    private final ConvGeometry geometry;
    /** Of one image. */
    private final long multiplyAdds;

    private final ChwnProduct product;
    private final WorkerPool.Task packing = this::pack;
    private final int width;
    private final int filters;
    private final int channels;
    private final int inRows;
    private final int inPixels;
    private final int outPixels;
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
    ChwnInputGradient(CpuContext context, ConvGeometry geometry, int sharedOffset) {
        this.context = context;
        this.geometry = geometry;
        multiplyAdds = geometry.flops() / 2;
        Kernels kernels = context.kernels();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        inRows = geometry.rows().in();
        inPixels = inRows * geometry.cols().in();
        outPixels = geometry.rows().out() * geometry.cols().out();
        product = new ChwnProduct(
                kernels,
                channels,
                filters,
                AxisTaps.backward(geometry.rows()),
                AxisTaps.backward(geometry.cols()),
                geometry.rows().out(),
                geometry.cols().out());
        packedOffset = sharedOffset;
        shared = packedOffset + (long) product.packedFloats() * geometry.groups();
        context.memory().reserveShared("conv2d", shared);
    }

    @Override
    public void run(int n, float[] dzs, float[] ws, float[] dxs) {
        dz = dzs;
        w = ws;
        dx = dxs;
        context.pool().run(packing, geometry.groups() * product.tiles(), WorkerPool.MOVE * (shared - packedOffset));
        context.pool().run(this, n / width * inRows, multiplyAdds * n);
    }

    private void pack(int chunk, int worker) {
        int group = chunk / product.tiles();
        int taps = geometry.rows().kernel() * geometry.cols().kernel();
        product.pack(
                chunk % product.tiles(),
                w,
                group * product.packedFloats(),
                taps,
                channels * taps,
                context.memory().shared(),
                packedOffset + group * product.packedFloats());
    }

    @Override
    public void run(int chunk, int worker) {
        int block = chunk / inRows;
        int row = chunk % inRows;
        for (int group = 0; group < geometry.groups(); group++) {
            product.row(
                    row,
                    context.memory().shared(),
                    packedOffset + group * product.packedFloats(),
                    dz,
                    (block * geometry.outChannels() + group * filters) * outPixels * width,
                    dx,
                    ((block * geometry.inChannels() + group * channels) * inPixels
                                    + row * geometry.cols().in())
                            * width,
                    inPixels * width);
        }
    }

    @Override
    public void close() {
        context.memory().returnShared(shared);
    }
}
