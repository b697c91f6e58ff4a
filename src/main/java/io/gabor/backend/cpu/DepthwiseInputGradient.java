package io.gabor.backend.cpu;

import io.gabor.tensor.ConvGeometry;

/** The gradient of a depthwise convolution's input in the layout CHWN ({@link DepthwisePlane}): a channel of one block is one chunk. */
final class DepthwiseInputGradient implements InputGradient, WorkerPool.Task {
    private final CpuContext context;
    private final DepthwisePlane plane;
    private final int width;
    private final int channels;
    /** Of one channel. */
    private final int filters;

    private final int taps;
    private final int inPixels;
    private final int outPixels;
    /** Of one image. */
    private final long multiplyAdds;

    private float[] w;
    private float[] dz;
    private float[] dx;

    DepthwiseInputGradient(CpuContext context, ConvGeometry geometry) {
        this.context = context;
        plane = DepthwisePlane.backward(context.kernels(), geometry);
        width = context.kernels().panelWidth();
        channels = geometry.inChannels();
        filters = geometry.outChannels() / channels;
        taps = geometry.fanIn();
        inPixels = geometry.rows().in() * geometry.cols().in();
        outPixels = geometry.rows().out() * geometry.cols().out();
        multiplyAdds = geometry.flops() / 2;
    }

    @Override
    public void run(int n, float[] dzs, float[] ws, float[] dxs) {
        dz = dzs;
        w = ws;
        dx = dxs;
        context.pool().run(this, n / width * channels, multiplyAdds * n);
    }

    @Override
    public void run(int chunk, int worker) {
        int weights = chunk % channels * filters * taps;
        int from = chunk * filters * outPixels * width;
        plane.sums(w, weights, dz, from, dx, chunk * inPixels * width);
    }

    @Override
    public void close() {
        // It took nothing.
    }
}
