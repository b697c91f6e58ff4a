package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Winograd;
import io.gabor.tensor.ConvGeometry;

/**
 * A convolution's forward pass by {@link WinogradProduct}, with 2×2 max pooling behind it or without: a group of tiles of one
 * block is one chunk.
 */
final class WinogradForward implements ForwardPass, WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final WinogradProduct product;
    private final WinogradWeights weights;
    private final Function function;
    private final float slope;
    /** Which value of a pooling window was the largest; null without pooling. */
    private final float[] winners;

    private final int width;
    private final int filters;
    private final int inSize;
    private final int outCols;
    private final int outPixels;
    private final int stripOffset;
    private final long multiplyAdds;
    private final long scratch;

    private float[] x;
    private float[] b;
    private float[] y;

    /** Returns whether this is the way to compute a convolution. */
    static boolean suits(ConvGeometry geometry, Epilogue epilogue) {
        return WinogradTiles.suit(geometry) && epilogue.bias() != Bias.PER_PIXEL;
    }

    /**
     * Plans.
     *
     * @param winners receives which value of a pooling window was the largest, laid out as y; null for no pooling
     */
    WinogradForward(CpuContext context, ConvGeometry geometry, Epilogue epilogue, float[] winners) {
        this.context = context;
        this.winners = winners;
        kernels = context.kernels();
        width = kernels.panelWidth();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        filters = geometry.outChannels();
        inSize = geometry.inputShape().size();
        outCols = geometry.cols().out();
        outPixels = geometry.rows().out() * outCols;
        multiplyAdds = geometry.flops() / 2;
        product = new WinogradProduct(
                kernels,
                filters,
                geometry.inChannels(),
                WinogradAxis.forward(geometry.rows()),
                WinogradAxis.forward(geometry.cols()));
        weights = new WinogradWeights(context, filters, geometry.inChannels(), false);
        stripOffset = product.scratchFloats();
        long strip = winners == null ? 0 : (long) Winograd.OUTPUTS * Winograd.OUTPUTS * product.groupTiles() * width;
        scratch = Math.max(stripOffset + strip, weights.scratchFloats());
        context.memory().reserveShared("conv2d", weights.sharedFloats());
        context.memory().reserveScratch("conv2d", scratch);
    }

    @Override
    public void run(int n, float[] xs, float[] w, float[] bs, float[] ys) {
        x = xs;
        b = bs;
        y = ys;
        weights.prepare(w, 0);
        context.pool().run(this, n / width * product.groups(), multiplyAdds * n);
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int block = chunk / product.groups();
        int group = chunk % product.groups();
        product.multiply(group, context.memory().shared(), 0, weights.pitch, x, block * inSize * width, memory);
        for (int o = 0; o < filters; o++) {
            if (winners == null) {
                store(group, block * filters + o, o, memory);
            } else {
                pool(group, block * filters + o, o, memory);
            }
        }
    }

    private void store(int group, int plane, int o, float[] memory) {
        int pitch = outCols * width;
        int at = plane * outPixels * width + product.firstRow(group) * pitch + product.firstCol(group) * width;
        product.output(group, o, memory, y, at, pitch);
        finish(product.pixelRows(group), product.pixelCols(group), at, pitch, o);
    }

    private void pool(int group, int plane, int o, float[] memory) {
        int rows = product.pixelRows(group) / 2;
        int cols = product.pixelCols(group) / 2;
        int pitch = outCols / 2 * width;
        int at = plane * outPixels / 4 * width
                + product.firstRow(group) / 2 * pitch
                + product.firstCol(group) / 2 * width;
        int line = 2 * cols * width;
        product.output(group, o, memory, memory, stripOffset, line);
        for (int r = 0; r < rows; r++) {
            int top = stripOffset + 2 * r * line;
            int to = at + r * pitch;
            kernels.maxPool2x2Lanes(cols, memory, top, top + line, y, to, winners, to);
        }
        finish(rows, cols, at, pitch, o);
    }

    private void finish(int rows, int cols, int at, int pitch, int o) {
        kernels.finish(function, slope, rows, cols * width, y, at, pitch, b, o, 0, 0, y, at, pitch);
    }

    @Override
    public void close() {
        context.memory().returnShared(weights.sharedFloats());
        context.memory().returnScratch(scratch);
    }
}
