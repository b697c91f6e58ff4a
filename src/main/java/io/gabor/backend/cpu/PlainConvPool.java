package io.gabor.backend.cpu;

import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import java.util.Arrays;

/** A convolution and 2×2 max pooling behind it in the plain layout: simply one after the other. */
final class PlainConvPool implements ConvPasses {
    private final CpuContext context;
    private final Kernels kernels;
    private final PlainConv conv;
    private final WorkerPool.Task pooling = this::pool;
    private final WorkerPool.Task spreading = this::spread;
    private final int channels;
    private final int outRows;
    private final int outCols;
    private final int inPlane;
    private final float[] unpooled;
    private final long shared;

    private float[] y;
    private float[] dy;
    private float[] gradient;

    PlainConvPool(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.context = context;
        kernels = context.kernels();
        conv = new PlainConv(context, geometry, epilogue, maxBatch);
        channels = geometry.outChannels();
        outRows = geometry.rows().out() / 2;
        outCols = geometry.cols().out() / 2;
        inPlane = 4 * outRows * outCols;
        shared = (long) maxBatch * channels * inPlane;
        unpooled = context.memory().workspace("conv2d", shared);
        context.memory().reserveShared("conv2d", shared);
    }

    @Override
    public void forward(int n, float[] x, float[] w, float[] b, float[] ys) {
        y = ys;
        conv.forward(n, x, w, b, unpooled);
        context.pool().run(pooling, n * channels, (long) n * channels * inPlane);
    }

    private void pool(int plane, int worker) {
        kernels.maxPool2x2(outRows, outCols, unpooled, plane * inPlane, 2 * outCols, y, plane * inPlane / 4);
    }

    @Override
    public void backward(int n, float[] x, float[] w, float[] ys, float[] dys, float[] dw, float[] db, float[] dx) {
        y = ys;
        dy = dys;
        gradient = context.memory().shared();
        context.pool().run(spreading, n * channels, (long) n * channels * inPlane);
        conv.backward(n, x, w, unpooled, gradient, dw, db, dx);
    }

    private void spread(int plane, int worker) {
        int from = plane * inPlane;
        Arrays.fill(gradient, from, from + inPlane, 0f);
        kernels.maxPool2x2Backward(
                outRows, outCols, false, unpooled, gradient, from, 2 * outCols, y, dy, plane * inPlane / 4);
    }

    @Override
    public long workspaceBytes() {
        return conv.workspaceBytes() + 4L * unpooled.length;
    }

    @Override
    public void close() {
        conv.close();
        context.memory().drop(unpooled);
        context.memory().returnShared(shared);
    }
}
