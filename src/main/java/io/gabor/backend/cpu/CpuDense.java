package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Tensor;

/** A fully connected layer: checks the arguments and hands over to {@link DenseForward} and {@link DenseBackward}. */
final class CpuDense implements WeightedOp {
    /**
     * Up to this many samples the weights are used as they lie, as in a product with a vector: packing would move as much
     * memory as the whole computation.
     */
    static final int FEW_SAMPLES = 3;

    private static final String FORWARD = "dense forward";
    private static final String BACKWARD = "dense backward";

    private final CpuContext context;
    private final int in;
    private final int out;
    private final boolean hasBias;
    private final int maxBatch;
    private final DenseForward forward;
    private final DenseBackward backward;
    private boolean closed;

    CpuDense(CpuContext context, int in, int out, Epilogue epilogue, int maxBatch) {
        this.context = context;
        this.in = in;
        this.out = out;
        this.maxBatch = maxBatch;
        hasBias = epilogue.bias() != Bias.NONE;
        forward = new DenseForward(context, in, out, epilogue.activation(), maxBatch);
        backward = new DenseBackward(context, in, out, epilogue.activation(), maxBatch);
    }

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        Memory memory = context.memory();
        check(FORWARD, n);
        float[] xs = memory.floats(FORWARD, "x", x, (long) n * in);
        float[] ws = memory.floats(FORWARD, "w", w, (long) in * out);
        float[] bs = bias(FORWARD, "b", b);
        float[] ys = memory.floats(FORWARD, "y", y, (long) n * out);
        Memory.separate(FORWARD, "y", ys, "x", xs);
        Memory.separate(FORWARD, "y", ys, "w", ws);
        Memory.separate(FORWARD, "y", ys, "b", bs);
        forward.run(n, xs, ws, bs, ys);
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        Memory memory = context.memory();
        check(BACKWARD, n);
        float[] xs = memory.floats(BACKWARD, "x", x, (long) n * in);
        float[] ws = memory.floats(BACKWARD, "w", w, (long) in * out);
        float[] ys = memory.floats(BACKWARD, "y", y, (long) n * out);
        float[] dys = memory.floats(BACKWARD, "dy", dy, (long) n * out);
        float[] dws = memory.floats(BACKWARD, "dw", dw, (long) in * out);
        float[] dbs = bias(BACKWARD, "db", db);
        float[] dxs = dx == null ? null : memory.output(BACKWARD, "dx", dx, (long) n * in);
        Sharing.refuse(BACKWARD, xs, ws, ys, dys, dws, dbs, dxs);
        backward.run(n, xs, ws, ys, dys, dws, dbs, dxs);
    }

    private void check(String op, int n) {
        context.memory().requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        Memory.range(op, "n", n, 1, maxBatch);
    }

    private float[] bias(String op, String name, Tensor tensor) {
        if (hasBias) {
            return context.memory().floats(op, name, tensor, out);
        }
        if (tensor != null) {
            throw Memory.error(op, name + " must be null because this layer has no bias, found " + tensor);
        }
        return null;
    }

    @Override
    public long workspaceBytes() {
        return forward.workspaceBytes() + backward.workspaceBytes();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            forward.close();
            backward.close();
        }
    }
}
