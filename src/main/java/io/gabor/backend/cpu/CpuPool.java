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
    private final WorkerPool.Task chwnForward = this::chwnForwardPlane;
    private final WorkerPool.Task chwnBackward = this::chwnBackwardPlane;
    private final int planesPerChunk;
    final int width;
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
        width = context.memory().chwn().width();
        planesPerChunk = Math.max(1, 16_384 / inPlane);
    }

    /** Computes the plane of y at {@code to} from that of x at {@code from}. */
    abstract void forwardPlane(int from, int to);

    /** Computes the plane of dx at {@code from} from that of dy at {@code to}. */
    abstract void backwardPlane(int from, int to);

    /** Returns about how many operations an input value costs. */
    abstract int work();

    /** As {@link #forwardPlane}, for the planes of {@link #width} images in the layout CHWN. */
    abstract void chwnForwardPlaneAt(int from, int to);

    /** As {@link #backwardPlane}, for the planes of {@link #width} images in the layout CHWN. */
    abstract void chwnBackwardPlaneAt(int from, int to);

    @Override
    public final void forward(int n, Tensor xs, Tensor ys) {
        check(forwardName, n);
        Memory memory = context.memory();
        int in = channels * inPlane;
        int out = channels * outPlane;
        y = memory.peek(forwardName, "y", ys, (long) n * out);
        boolean chwn = memory.fitsChwn(forwardName, "x", xs, n, in)
                && memory.isChwn(forwardName, "x", xs, in)
                && memory.fitsChwn(forwardName, "y", ys, n, out);
        x = chwn ? memory.chwn(forwardName, "x", xs, in) : memory.floats(forwardName, "x", xs, (long) n * in);
        Memory.separate(forwardName, "y", y, "x", x);
        if (chwn) {
            y = memory.chwnOutput(forwardName, "y", ys, out);
            context.pool().run(chwnForward, n / width * channels, (long) n * in * work());
        } else {
            y = memory.output(forwardName, "y", ys, (long) n * out);
            run(forward, n);
        }
    }

    @Override
    public final void backward(int n, Tensor xs, Tensor ys, Tensor dys, Tensor dxs) {
        check(backwardName, n);
        Memory memory = context.memory();
        int in = channels * inPlane;
        int out = channels * outPlane;
        dx = memory.peek(backwardName, "dx", dxs, (long) n * in);
        boolean chwn = memory.fitsChwn(backwardName, "x", xs, n, in)
                        & memory.fitsChwn(backwardName, "y", ys, n, out)
                        & memory.fitsChwn(backwardName, "dy", dys, n, out)
                        & memory.fitsChwn(backwardName, "dx", dxs, n, in)
                && memory.isChwn(backwardName, "x", xs, in);
        x = chwn ? memory.chwn(backwardName, "x", xs, in) : memory.floats(backwardName, "x", xs, (long) n * in);
        y = chwn ? memory.chwn(backwardName, "y", ys, out) : memory.floats(backwardName, "y", ys, (long) n * out);
        dy = chwn ? memory.chwn(backwardName, "dy", dys, out) : memory.floats(backwardName, "dy", dys, (long) n * out);
        Memory.separate(backwardName, "dx", dx, "x", x);
        Memory.separate(backwardName, "dx", dx, "y", y);
        Memory.separate(backwardName, "dx", dx, "dy", dy);
        if (chwn) {
            dx = memory.chwnOutput(backwardName, "dx", dxs, in);
            context.pool().run(chwnBackward, n / width * channels, (long) n * in * work());
        } else {
            dx = memory.output(backwardName, "dx", dxs, (long) n * in);
            run(backward, n);
        }
    }

    private void chwnForwardPlane(int plane, int worker) {
        chwnForwardPlaneAt(plane * inPlane * width, plane * outPlane * width);
    }

    private void chwnBackwardPlane(int plane, int worker) {
        chwnBackwardPlaneAt(plane * inPlane * width, plane * outPlane * width);
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
