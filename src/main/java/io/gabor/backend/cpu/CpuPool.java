package io.gabor.backend.cpu;

import io.gabor.backend.PoolOp;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;

/**
 * What max and average pooling share: the checks, and that each channel of each image is a plane of its own. A plane is
 * computed by one thread in order, so that gradients of overlapping windows add up in a fixed order.
 */
abstract class CpuPool implements PoolOp {
    private final CpuContext context;
    private final String forwardName;
    private final String backwardName;
    private final int channels;
    private final int maxBatch;
    private final WorkerPool.Task forward = this::forwardChunk;
    private final WorkerPool.Task backward = this::backwardChunk;
    private final int planesPerChunk;
    final WindowAxis rows;
    final WindowAxis cols;
    final int outRows;
    final int outCols;
    final int inPlane;
    final int outPlane;

    private int planes;
    private boolean closed;
    float[] x;
    float[] y;
    float[] dy;
    float[] dx;

    CpuPool(CpuContext context, String name, PoolGeometry geometry, int maxBatch) {
        this.context = context;
        this.maxBatch = maxBatch;
        forwardName = name + " forward";
        backwardName = name + " backward";
        channels = geometry.channels();
        rows = geometry.rows();
        cols = geometry.cols();
        outRows = rows.out();
        outCols = cols.out();
        inPlane = rows.in() * cols.in();
        outPlane = outRows * outCols;
        planesPerChunk = Math.max(1, 16_384 / inPlane);
    }

    /** Computes the plane of y at {@code to} from that of x at {@code from}. */
    abstract void forwardPlane(int from, int to);

    /** Computes the plane of dx at {@code from} from that of dy at {@code to}. */
    abstract void backwardPlane(int from, int to);

    /** Returns about how many operations an input value costs. */
    abstract int work();

    @Override
    public final void forward(int n, Tensor xs, Tensor ys) {
        check(forwardName, n);
        x = context.memory().floats(forwardName, "x", xs, (long) n * channels * inPlane);
        y = context.memory().floats(forwardName, "y", ys, (long) n * channels * outPlane);
        Memory.separate(forwardName, "y", y, "x", x);
        run(forward, n);
    }

    @Override
    public final void backward(int n, Tensor xs, Tensor ys, Tensor dys, Tensor dxs) {
        check(backwardName, n);
        x = context.memory().floats(backwardName, "x", xs, (long) n * channels * inPlane);
        y = context.memory().floats(backwardName, "y", ys, (long) n * channels * outPlane);
        dy = context.memory().floats(backwardName, "dy", dys, (long) n * channels * outPlane);
        dx = context.memory().floats(backwardName, "dx", dxs, (long) n * channels * inPlane);
        Memory.separate(backwardName, "dx", dx, "x", x);
        Memory.separate(backwardName, "dx", dx, "y", y);
        Memory.separate(backwardName, "dx", dx, "dy", dy);
        run(backward, n);
    }

    private void check(String op, int n) {
        context.memory().requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        Memory.range(op, "n", n, 1, maxBatch);
    }

    private void run(WorkerPool.Task task, int n) {
        planes = n * channels;
        context.pool().run(task, CpuContext.ceilDiv(planes, planesPerChunk), (long) planes * inPlane * work());
    }

    private void forwardChunk(int chunk, int worker) {
        int end = Math.min((chunk + 1) * planesPerChunk, planes);
        for (int plane = chunk * planesPerChunk; plane < end; plane++) {
            forwardPlane(plane * inPlane, plane * outPlane);
        }
    }

    private void backwardChunk(int chunk, int worker) {
        int end = Math.min((chunk + 1) * planesPerChunk, planes);
        for (int plane = chunk * planesPerChunk; plane < end; plane++) {
            backwardPlane(plane * inPlane, plane * outPlane);
        }
    }

    /** Returns the first input position inside the image that the window at {@code out} covers. */
    static int start(WindowAxis axis, int out) {
        return Math.max(0, out * axis.stride() - axis.padBefore());
    }

    /** Returns the position behind the last one inside the image that the window at {@code out} covers. */
    static int end(WindowAxis axis, int out) {
        return Math.min(axis.in(), out * axis.stride() - axis.padBefore() + axis.kernel());
    }

    @Override
    public final long workspaceBytes() {
        return 0;
    }

    @Override
    public final void close() {
        closed = true;
    }
}
