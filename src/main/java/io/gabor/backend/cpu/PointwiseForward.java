package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;

/** A pointwise convolution's forward pass in the layout CHWN: a strip of one block ({@link PointwiseStrips}) is one chunk. */
final class PointwiseForward implements ForwardPass, WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final Bias bias;
    private final Function function;
    private final float slope;
    private final PointwiseStrips strips;
    private final WorkerPool.Task packing = this::pack;
    private final int width;
    private final int filters;
    private final int channels;
    private final int pixels;
    /** Of one image. */
    private final long multiplyAdds;

    private float[] x;
    private float[] w;
    private float[] b;
    private float[] y;

    PointwiseForward(CpuContext context, ConvGeometry geometry, Epilogue epilogue) {
        this.context = context;
        this.geometry = geometry;
        kernels = context.kernels();
        bias = epilogue.bias();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        pixels = geometry.rows().out() * geometry.cols().out();
        multiplyAdds = geometry.flops() / 2;
        strips = new PointwiseStrips(kernels, filters, channels, geometry.groups(), pixels);
        context.memory().reserveShared("conv2d", strips.packedFloats());
        context.memory().reserveScratch("conv2d", strips.scratchFloats());
    }

    @Override
    public void run(int n, float[] xs, float[] ws, float[] bs, float[] ys) {
        x = xs;
        w = ws;
        b = bs;
        y = ys;
        context.pool().run(packing, strips.packings(), (long) WorkerPool.MOVE * strips.packedFloats());
        context.pool().run(this, n / width * strips.count(), multiplyAdds * n);
    }

    private void pack(int chunk, int worker) {
        strips.pack(chunk, w, channels, 1, context.memory().shared(), 0);
    }

    @Override
    public void run(int chunk, int worker) {
        float[] scratch = context.memory().scratch(worker);
        int block = chunk / strips.count();
        int strip = chunk % strips.count();
        for (int group = 0; group < geometry.groups(); group++) {
            int from = (block * geometry.inChannels() + group * channels) * pixels * width;
            strips.multiply(strip, group, context.memory().shared(), 0, x, from, scratch);
            finish(block, strip, group * filters, scratch);
        }
    }

    private void finish(int block, int strip, int filter, float[] scratch) {
        int first = strips.first(strip);
        int length = strips.length(strip);
        int from = strips.results();
        int pitch = strips.pitch();
        int to = ((block * geometry.outChannels() + filter) * pixels + first) * width;
        if (bias != Bias.PER_PIXEL) {
            int toPitch = pixels * width;
            kernels.finish(
                    function, slope, filters, length * width, scratch, from, pitch, b, filter, 1, 0, y, to, toPitch);
            return;
        }
        for (int o = 0; o < filters; o++) {
            int biases = (filter + o) * pixels + first;
            int at = to + o * pixels * width;
            kernels.finish(
                    function, slope, length, width, scratch, from + o * pitch, width, b, biases, 1, 0, y, at, width);
        }
    }

    @Override
    public void close() {
        context.memory().returnShared(strips.packedFloats());
        context.memory().returnScratch(strips.scratchFloats());
    }
}
