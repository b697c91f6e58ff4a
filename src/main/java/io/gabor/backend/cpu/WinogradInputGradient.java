package io.gabor.backend.cpu;

import io.gabor.tensor.ConvGeometry;

/** The gradient of a convolution's input by {@link WinogradProduct}: dz convolved with the kernels turned around. */
final class WinogradInputGradient implements InputGradient, WorkerPool.Task {
    private final CpuContext context;
    private final WinogradProduct product;
    private final WinogradWeights weights;
    private final int width;
    private final int channels;
    private final int outSize;
    private final int inCols;
    private final int inPixels;
    private final int offset;
    private final long multiplyAdds;
    private final long shared;
    private final long scratch;

    private float[] dz;
    private float[] dx;

    /**
     * Plans.
     *
     * @param sharedOffset from where on the shared array is free for this
     */
    WinogradInputGradient(CpuContext context, ConvGeometry geometry, int sharedOffset) {
        this.context = context;
        offset = sharedOffset;
        width = context.kernels().panelWidth();
        channels = geometry.inChannels();
        outSize = geometry.outputShape().size();
        inCols = geometry.cols().in();
        inPixels = geometry.rows().in() * inCols;
        multiplyAdds = geometry.flops() / 2;
        product = new WinogradProduct(
                context.kernels(),
                channels,
                geometry.outChannels(),
                WinogradAxis.backward(geometry.rows()),
                WinogradAxis.backward(geometry.cols()));
        weights = new WinogradWeights(context, channels, geometry.outChannels(), true);
        shared = offset + weights.sharedFloats();
        scratch = Math.max(product.scratchFloats(), weights.scratchFloats());
        context.memory().reserveShared("conv2d", shared);
        context.memory().reserveScratch("conv2d", scratch);
    }

    @Override
    public void run(int n, float[] dzs, float[] w, float[] dxs) {
        dz = dzs;
        dx = dxs;
        weights.prepare(w, offset);
        context.pool().run(this, n / width * product.groups(), multiplyAdds * n);
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int block = chunk / product.groups();
        int group = chunk % product.groups();
        product.multiply(group, context.memory().shared(), offset, weights.pitch, dz, block * outSize * width, memory);
        int pixel = product.firstRow(group) * inCols + product.firstCol(group);
        for (int c = 0; c < channels; c++) {
            int at = ((block * channels + c) * inPixels + pixel) * width;
            product.output(group, c, memory, dx, at, inCols * width);
        }
    }

    @Override
    public void close() {
        context.memory().returnShared(shared);
        context.memory().returnScratch(scratch);
    }
}
