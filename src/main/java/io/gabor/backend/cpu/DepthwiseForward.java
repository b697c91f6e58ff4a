package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;

/** A depthwise convolution's forward pass in the layout CHWN ({@link DepthwisePlane}): a filter of one block is one chunk. */
final class DepthwiseForward implements ForwardPass, WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final DepthwisePlane plane;
    private final Bias bias;
    private final Function function;
    private final float slope;
    private final int width;
    private final int filters;
    private final int channels;
    private final int taps;
    private final int inPixels;
    private final int outPixels;
    /** Of one image. */
    private final long multiplyAdds;

    private float[] x;
    private float[] w;
    private float[] b;
    private float[] y;

    DepthwiseForward(CpuContext context, ConvGeometry geometry, Epilogue epilogue) {
        this.context = context;
        kernels = context.kernels();
        plane = DepthwisePlane.forward(kernels, geometry);
        bias = epilogue.bias();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        width = kernels.panelWidth();
        filters = geometry.outChannels();
        channels = geometry.inChannels();
        taps = geometry.fanIn();
        inPixels = geometry.rows().in() * geometry.cols().in();
        outPixels = geometry.rows().out() * geometry.cols().out();
        multiplyAdds = geometry.flops() / 2;
    }

    @Override
    public void run(int n, float[] xs, float[] ws, float[] bs, float[] ys) {
        x = xs;
        w = ws;
        b = bs;
        y = ys;
        context.pool().run(this, n / width * filters, multiplyAdds * n);
    }

    @Override
    public void run(int chunk, int worker) {
        int filter = chunk % filters;
        int channel = chunk / filters * channels + filter / (filters / channels);
        int to = chunk * outPixels * width;
        plane.sums(w, filter * taps, x, channel * inPixels * width, y, to);
        finish(filter, to);
    }

    private void finish(int filter, int at) {
        if (bias == Bias.PER_PIXEL) {
            int first = filter * outPixels;
            kernels.finish(function, slope, outPixels, width, y, at, width, b, first, 1, 0, y, at, width);
        } else if (bias == Bias.PER_FILTER || function != Function.IDENTITY) {
            kernels.finish(function, slope, 1, outPixels * width, y, at, 0, b, filter, 0, 0, y, at, 0);
        }
    }

    @Override
    public void close() {
        // It took nothing.
    }
}
