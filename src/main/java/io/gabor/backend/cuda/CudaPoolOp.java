package io.gabor.backend.cuda;

import io.gabor.backend.PoolOp;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;

/** What max and average pooling share: the checks, and that each channel of each image is a plane of its own. */
abstract class CudaPoolOp implements PoolOp {
    static final int THREADS = 256;

    final CudaContext context;
    final PoolGeometry geometry;
    final String forwardName;
    final String backwardName;
    private final int maxBatch;
    private final long inSize;
    private final long outSize;
    private boolean closed;

    CudaPoolOp(CudaContext context, String name, PoolGeometry geometry, int maxBatch) {
        context.memory().requireOpen(name);
        CudaMemory.range(name, "maxBatch", maxBatch, 1, Integer.MAX_VALUE);
        this.context = context;
        this.geometry = geometry;
        this.maxBatch = maxBatch;
        forwardName = name + " forward";
        backwardName = name + " backward";
        inSize = geometry.inputShape().size();
        outSize = geometry.outputShape().size();
    }

    /** Queues the forward pass over n·C planes; everything has been checked. */
    abstract void forward(int planes, CudaStorage x, CudaStorage y);

    /** Queues the backward pass over n·C planes; everything has been checked. */
    abstract void backward(int planes, CudaStorage x, CudaStorage y, CudaStorage dy, CudaStorage dx);

    @Override
    public final void forward(int n, Tensor x, Tensor y) {
        String op = forwardName;
        check(op, n);
        CudaStorage xs = context.memory().floats(op, "x", x, n * inSize);
        CudaStorage ys = context.memory().floats(op, "y", y, n * outSize);
        CudaMemory.separate(op, "y", ys, "x", xs);
        forward(n * geometry.channels(), xs, ys);
    }

    @Override
    public final void backward(int n, Tensor x, Tensor y, Tensor dy, Tensor dx) {
        String op = backwardName;
        check(op, n);
        CudaStorage xs = context.memory().floats(op, "x", x, n * inSize);
        CudaStorage ys = context.memory().floats(op, "y", y, n * outSize);
        CudaStorage dys = context.memory().floats(op, "dy", dy, n * outSize);
        CudaStorage dxs = context.memory().floats(op, "dx", dx, n * inSize);
        CudaMemory.separate(op, "dx", dxs, "x", xs);
        CudaMemory.separate(op, "dx", dxs, "y", ys);
        CudaMemory.separate(op, "dx", dxs, "dy", dys);
        backward(n * geometry.channels(), xs, ys, dys, dxs);
    }

    private void check(String op, int n) {
        context.memory().requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        CudaMemory.range(op, "n", n, 1, maxBatch);
    }

    /** Returns the blocks of a grid-stride loop over this many elements of each plane. */
    final int blocks(int planes, long elements) {
        return context.blocks(planes * elements, THREADS);
    }

    /** Returns 0: the backward passes need only their arguments. */
    @Override
    public final long workspaceBytes() {
        return 0;
    }

    @Override
    public final void close() {
        closed = true;
    }
}
