package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Tensor;

/**
 * 2-D convolution as matrix products over implicit patches ({@link Patches}): checks the arguments and hands over to
 * {@link ConvForward} and {@link ConvBackward}.
 */
final class CpuConv2d implements WeightedOp {
    private static final String FORWARD = "conv2d forward";
    private static final String BACKWARD = "conv2d backward";

    private final CpuContext context;
    private final int maxBatch;
    private final boolean hasBias;
    private final int inSize;
    private final int outSize;
    private final int weightSize;
    private final int biasSize;
    private final ConvForward forward;
    private final ConvBackward backward;
    private boolean closed;

    CpuConv2d(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.context = context;
        this.maxBatch = maxBatch;
        hasBias = epilogue.bias() != Bias.NONE;
        inSize = geometry.inputShape().size();
        outSize = geometry.outputShape().size();
        weightSize = geometry.weightShape().size();
        biasSize = hasBias ? epilogue.bias().shape(geometry.outputShape()).size() : 0;
        forward = new ConvForward(context, geometry, epilogue, maxBatch);
        backward = new ConvBackward(context, geometry, epilogue, maxBatch);
    }

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        Memory memory = context.memory();
        check(FORWARD, n);
        float[] xs = memory.floats(FORWARD, "x", x, (long) n * inSize);
        float[] ws = memory.floats(FORWARD, "w", w, weightSize);
        float[] bs = bias(FORWARD, "b", b);
        float[] ys = memory.floats(FORWARD, "y", y, (long) n * outSize);
        Memory.separate(FORWARD, "y", ys, "x", xs);
        Memory.separate(FORWARD, "y", ys, "w", ws);
        Memory.separate(FORWARD, "y", ys, "b", bs);
        forward.run(n, xs, ws, bs, ys);
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        Memory memory = context.memory();
        check(BACKWARD, n);
        float[] xs = memory.floats(BACKWARD, "x", x, (long) n * inSize);
        float[] ws = memory.floats(BACKWARD, "w", w, weightSize);
        float[] ys = memory.floats(BACKWARD, "y", y, (long) n * outSize);
        float[] dys = memory.floats(BACKWARD, "dy", dy, (long) n * outSize);
        float[] dws = memory.floats(BACKWARD, "dw", dw, weightSize);
        float[] dbs = bias(BACKWARD, "db", db);
        float[] dxs = dx == null ? null : memory.floats(BACKWARD, "dx", dx, (long) n * inSize);
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
            return context.memory().floats(op, name, tensor, biasSize);
        }
        if (tensor != null) {
            throw Memory.error(op, name + " must be null because this convolution has no bias, found " + tensor);
        }
        return null;
    }

    @Override
    public long workspaceBytes() {
        return backward.workspaceBytes();
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
