package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;

/**
 * The forward pass of a depthwise convolution with a {@link SquareKernel}. A plane of the result ({@link LanePlanes}) is one
 * chunk.
 */
final class SquareForward implements ForwardPass, WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final Bias bias;
    private final Function function;
    private final float slope;
    private final LanePlanes source;
    private final LanePlanes result;
    private final boolean plain;
    private final int width;
    /** Of one channel. */
    private final int filters;

    private final int pixels;
    private final SquarePlane plane;
    private final int planeAt;
    private final int sourceRoom;
    private final int resultRoom;
    private final long scratch;

    private float[] x;
    private float[] w;
    private float[] b;
    private float[] y;

    SquareForward(CpuContext context, ConvGeometry geometry, Epilogue epilogue, boolean plain) {
        this.context = context;
        this.geometry = geometry;
        this.plain = plain;
        kernels = context.kernels();
        bias = epilogue.bias();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.inChannels();
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        pixels = rows.out() * cols.out();
        source = new LanePlanes(kernels, plain, geometry.inChannels(), rows.in() * cols.in());
        result = new LanePlanes(kernels, plain, geometry.outChannels(), pixels);
        plane = SquarePlane.forward(kernels, geometry);
        planeAt = SquareKernel.TAPS * width;
        sourceRoom = Math.addExact(planeAt, plane.scratchFloats());
        resultRoom = Math.addExact(sourceRoom, plain ? source.planeFloats() : 0);
        scratch = (long) resultRoom + (plain ? result.planeFloats() : 0);
        context.memory().reserveScratch("conv2d", scratch);
    }

    @Override
    public void run(int n, float[] xs, float[] ws, float[] bs, float[] ys) {
        x = xs;
        w = ws;
        b = bs;
        y = ys;
        context.pool().run(this, result.sets(n) * result.columns(), geometry.flops() / 2 * n);
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int set = chunk / result.columns();
        int column = chunk % result.columns();
        int lanes = result.lanes(column);
        if (plain) {
            int filter = column * width;
            SquareKernel.weights(w, filter, lanes, false, width, memory, 0);
            source.open(set, column, x, memory, sourceRoom);
            plane.sums(lanes, memory, 0, memory, sourceRoom, memory, resultRoom, memory, planeAt);
            result.close(set, column, memory, resultRoom, y);
            finishChannels(filter, lanes, result.first(set, column));
        } else {
            SquareKernel.weights(w, column, 1, false, width, memory, 0);
            int to = result.first(set, column);
            plane.sums(lanes, memory, 0, x, source.first(set, column / filters), y, to, memory, planeAt);
            finishImages(column, to);
        }
    }

    /** Adds the bias and applies the activation where a pixel is that of several images. */
    private void finishImages(int filter, int at) {
        if (bias == Bias.PER_PIXEL) {
            kernels.finish(function, slope, pixels, width, y, at, width, b, filter * pixels, 1, 0, y, at, width);
        } else if (bias == Bias.PER_FILTER || function != Function.IDENTITY) {
            kernels.finish(function, slope, 1, pixels * width, y, at, 0, b, filter, 0, 0, y, at, 0);
        }
    }

    /** Adds the bias and applies the activation in the plain layout. */
    private void finishChannels(int filter, int lanes, int at) {
        if (bias == Bias.PER_PIXEL) {
            int first = filter * pixels;
            kernels.finish(function, slope, lanes, pixels, y, at, pixels, b, first, pixels, 1, y, at, pixels);
        } else if (bias == Bias.PER_FILTER || function != Function.IDENTITY) {
            kernels.finish(function, slope, lanes, pixels, y, at, pixels, b, filter, 1, 0, y, at, pixels);
        }
    }

    @Override
    public void close() {
        context.memory().returnScratch(scratch);
    }
}
