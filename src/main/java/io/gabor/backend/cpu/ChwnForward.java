package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;

/** A convolution's forward pass in the layout CHWN ({@link ChwnLayout}): a row of pixels of one block is one chunk. */
final class ChwnForward implements ForwardPass, WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final Bias bias;
    private final Function function;
    private final float slope;
    private final ChwnProduct product;
    private final WorkerPool.Task packing = this::pack;
    private final int width;
    private final int filters;
    private final int channels;
    private final int inPixels;
    private final int outRows;
    private final int outCols;
    private final int outPixels;
    private final long multiplyAdds;

    private float[] x;
    private float[] w;
    private float[] b;
    private float[] y;

    ChwnForward(CpuContext context, ConvGeometry geometry, Epilogue epilogue) {
        this.context = context;
        this.geometry = geometry;
        kernels = context.kernels();
        width = kernels.panelWidth();
        bias = epilogue.bias();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        inPixels = geometry.rows().in() * geometry.cols().in();
        outRows = geometry.rows().out();
        outCols = geometry.cols().out();
        outPixels = outRows * outCols;
        multiplyAdds = geometry.flops() / 2;
        product = new ChwnProduct(
                kernels,
                filters,
                channels,
                AxisTaps.forward(geometry.rows()),
                AxisTaps.forward(geometry.cols()),
                geometry.rows().in(),
                geometry.cols().in());
        context.memory().reserveShared("conv2d", sharedFloats());
    }

    private long sharedFloats() {
        return (long) product.packedFloats() * geometry.groups();
    }

    @Override
    public void run(int n, float[] xs, float[] ws, float[] bs, float[] ys) {
        begin(xs, ws);
        b = bs;
        y = ys;
        context.pool().run(this, n / width * outRows, multiplyAdds * n);
    }

    /** Takes the input, and packs the weights. */
    void begin(float[] xs, float[] ws) {
        x = xs;
        w = ws;
        context.pool().run(packing, geometry.groups() * product.tiles(), WorkerPool.MOVE * sharedFloats());
    }

    private void pack(int chunk, int worker) {
        int group = chunk / product.tiles();
        int taps = geometry.rows().kernel() * geometry.cols().kernel();
        product.pack(
                chunk % product.tiles(),
                w,
                group * product.packedFloats(),
                channels * taps,
                taps,
                context.memory().shared(),
                group * product.packedFloats());
    }

    @Override
    public void run(int chunk, int worker) {
        int block = chunk / outRows;
        int row = chunk % outRows;
        for (int group = 0; group < geometry.groups(); group++) {
            int to = (block * geometry.outChannels() + group * filters) * outPixels * width;
            row(block, group, row, y, to + row * outCols * width, outPixels * width);
            finish(group * filters, row * outCols, to);
        }
    }

    /** Computes the sums of one row, without bias and activation; {@link #begin} has been called. */
    void row(int block, int group, int row, float[] to, int offset, int pitch) {
        int from = (block * geometry.inChannels() + group * channels) * inPixels * width;
        product.row(row, context.memory().shared(), group * product.packedFloats(), x, from, to, offset, pitch);
    }

    private void finish(int filter, int pixel, int to) {
        if (bias != Bias.PER_PIXEL) {
            int at = to + pixel * width;
            int pitch = outPixels * width;
            kernels.finish(function, slope, filters, outCols * width, y, at, pitch, b, filter, 1, 0, y, at, pitch);
            return;
        }
        for (int o = 0; o < filters; o++) {
            int at = to + (o * outPixels + pixel) * width;
            int first = (filter + o) * outPixels + pixel;
            kernels.finish(function, slope, outCols, width, y, at, width, b, first, 1, 0, y, at, width);
        }
    }

    @Override
    public void close() {
        context.memory().returnShared(sharedFloats());
    }
}
