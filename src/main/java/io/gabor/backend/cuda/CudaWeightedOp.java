package io.gabor.backend.cuda;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What convolution and dense layers share: the checks of their arguments, and their workspaces. */
abstract class CudaWeightedOp implements WeightedOp {
    final CudaContext context;
    final Epilogue epilogue;
    final int maxBatch;
    private final String forwardName;
    private final String backwardName;
    private final String inputGradientName;
    private final String noBias;
    private final long inSize;
    private final long outSize;
    private final int weightSize;
    private final int biasSize;
    private final List<CudaStorage> workspaces = new ArrayList<>();
    private boolean closed;

    /**
     * Keeps the sizes, in elements: of the input and output for one sample, of the weights and of the bias.
     *
     * @param name the op's, for messages
     * @param layer what has no bias, for messages
     */
    CudaWeightedOp(
            CudaContext context,
            String name,
            String layer,
            Epilogue epilogue,
            int maxBatch,
            int inSize,
            int outSize,
            int weightSize,
            int biasSize) {
        context.memory().requireOpen(name);
        CudaMemory.range(name, "maxBatch", maxBatch, 1, Integer.MAX_VALUE);
        this.context = context;
        this.epilogue = epilogue;
        this.maxBatch = maxBatch;
        this.inSize = inSize;
        this.outSize = outSize;
        this.weightSize = weightSize;
        this.biasSize = biasSize;
        forwardName = name + " forward";
        backwardName = name + " backward";
        inputGradientName = name + " input gradient";
        noBias = " must be null because this " + layer + " has no bias, found ";
    }

    /** Queues the forward pass; everything has been checked. */
    abstract void forward(int n, CudaStorage x, CudaStorage w, CudaStorage b, CudaStorage y);

    /** Queues the backward pass; everything has been checked. */
    abstract void backward(
            int n,
            CudaStorage x,
            CudaStorage w,
            CudaStorage y,
            CudaStorage dy,
            CudaStorage dw,
            CudaStorage db,
            CudaStorage dx);

    /** Returns whether {@link #inputGradient} may be called. */
    abstract boolean linear();

    /** Queues the gradient of the input; everything has been checked. */
    abstract void inputGradient(int n, CudaStorage w, CudaStorage dz, CudaStorage dx);

    @Override
    public final void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        String op = forwardName;
        check(op, n);
        CudaMemory memory = context.memory();
        CudaStorage xs = memory.floats(op, "x", x, n * inSize);
        CudaStorage ws = memory.floats(op, "w", w, weightSize);
        CudaStorage bs = bias(op, "b", b);
        CudaStorage ys = memory.floats(op, "y", y, n * outSize);
        CudaMemory.separate(op, "y", ys, "x", xs);
        CudaMemory.separate(op, "y", ys, "w", ws);
        CudaMemory.separate(op, "y", ys, "b", bs);
        forward(n, xs, ws, bs, ys);
    }

    @Override
    public final void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        String op = backwardName;
        check(op, n);
        CudaMemory memory = context.memory();
        CudaStorage xs = memory.floats(op, "x", x, n * inSize);
        CudaStorage ws = memory.floats(op, "w", w, weightSize);
        CudaStorage ys = memory.floats(op, "y", y, n * outSize);
        CudaStorage dys = memory.floats(op, "dy", dy, n * outSize);
        CudaStorage dws = memory.floats(op, "dw", dw, weightSize);
        CudaStorage dbs = bias(op, "db", db);
        CudaStorage dxs = dx == null ? null : memory.floats(op, "dx", dx, n * inSize);
        separate(op, "dw", dws, xs, ws, ys, dys);
        separate(op, "db", dbs, xs, ws, ys, dys);
        separate(op, "dx", dxs, xs, ws, ys, dys);
        CudaMemory.separate(op, "dw", dws, "db", dbs);
        CudaMemory.separate(op, "dw", dws, "dx", dxs);
        CudaMemory.separate(op, "db", dbs, "dx", dxs);
        backward(n, xs, ws, ys, dys, dws, dbs, dxs);
    }

    @Override
    public final void inputGradient(int n, Tensor w, Tensor dy, Tensor dx) {
        if (!linear()) {
            WeightedOp.super.inputGradient(n, w, dy, dx);
        }
        String op = inputGradientName;
        check(op, n);
        CudaMemory memory = context.memory();
        CudaStorage ws = memory.floats(op, "w", w, weightSize);
        CudaStorage dys = memory.floats(op, "dy", dy, n * outSize);
        CudaStorage dxs = memory.floats(op, "dx", dx, n * inSize);
        CudaMemory.separate(op, "dx", dxs, "w", ws);
        CudaMemory.separate(op, "dx", dxs, "dy", dys);
        inputGradient(n, ws, dys, dxs);
    }

    private static void separate(
            String op, String name, CudaStorage output, CudaStorage x, CudaStorage w, CudaStorage y, CudaStorage dy) {
        CudaMemory.separate(op, name, output, "x", x);
        CudaMemory.separate(op, name, output, "w", w);
        CudaMemory.separate(op, name, output, "y", y);
        CudaMemory.separate(op, name, output, "dy", dy);
    }

    private void check(String op, int n) {
        context.memory().requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        CudaMemory.range(op, "n", n, 1, maxBatch);
    }

    private CudaStorage bias(String op, String name, Tensor tensor) {
        if (epilogue.bias() != Bias.NONE) {
            return context.memory().floats(op, name, tensor, biasSize);
        }
        if (tensor != null) {
            throw CudaMemory.error(op, name + noBias + tensor);
        }
        return null;
    }

    /** Returns memory for this many floats until the op is closed; null for none. */
    final CudaStorage workspace(String op, long elements) {
        if (elements == 0) {
            return null;
        }
        CudaStorage workspace = context.memory().workspace(op, ElementType.F32, elements);
        workspaces.add(workspace);
        return workspace;
    }

    @Override
    public final long workspaceBytes() {
        long bytes = 0;
        for (CudaStorage workspace : workspaces) {
            bytes += workspace.released() ? 0 : workspace.bytes();
        }
        return bytes;
    }

    @Override
    public final void close() {
        closed = true;
        workspaces.forEach(context.memory()::drop);
    }
}
