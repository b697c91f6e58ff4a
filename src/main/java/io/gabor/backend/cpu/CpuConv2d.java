package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Tensor;

/**
 * 2-D convolution: checks the arguments and hands over. Full batches are computed in the layout CHWN ({@link ChwnForward},
 * {@link ChwnBackward}), all others as matrix products over implicit patches ({@link ConvForward}, {@link ConvBackward}).
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
    private final boolean hasChwn;
    private final long chwnScratch;
    private ChwnForward chwnForward;
    private ChwnBackward chwnBackward;
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
        ChwnLayout layout = context.memory().chwn();
        hasChwn = maxBatch % layout.width() == 0;
        chwnScratch = hasChwn ? layout.scratchFloats(Math.max(inSize, outSize)) : 0;
        if (hasChwn) {
            context.memory().reserveScratch("conv2d", chwnScratch);
            chwnForward = new ChwnForward(context, geometry, epilogue);
            chwnBackward = new ChwnBackward(context, geometry, epilogue, maxBatch);
        }
    }

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        Memory memory = context.memory();
        check(FORWARD, n);
        float[] ws = memory.floats(FORWARD, "w", w, weightSize);
        float[] bs = bias(FORWARD, "b", b);
        boolean chwn = fits(FORWARD, "x", x, n, inSize) && fits(FORWARD, "y", y, n, outSize);
        float[] xs = chwn ? memory.chwn(FORWARD, "x", x, inSize) : memory.floats(FORWARD, "x", x, (long) n * inSize);
        float[] ys = memory.peek(FORWARD, "y", y, (long) n * outSize);
        Memory.separate(FORWARD, "y", ys, "x", xs);
        Memory.separate(FORWARD, "y", ys, "w", ws);
        Memory.separate(FORWARD, "y", ys, "b", bs);
        if (chwn) {
            chwnForward.run(n, xs, ws, bs, memory.chwnOutput(FORWARD, "y", y, outSize));
        } else {
            forward.run(n, xs, ws, bs, memory.output(FORWARD, "y", y, (long) n * outSize));
        }
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        Memory memory = context.memory();
        check(BACKWARD, n);
        float[] ws = memory.floats(BACKWARD, "w", w, weightSize);
        float[] dws = memory.floats(BACKWARD, "dw", dw, weightSize);
        float[] dbs = bias(BACKWARD, "db", db);
        boolean chwn = fits(BACKWARD, "x", x, n, inSize)
                & fits(BACKWARD, "y", y, n, outSize)
                & fits(BACKWARD, "dy", dy, n, outSize)
                & (dx == null || fits(BACKWARD, "dx", dx, n, inSize));
        float[] xs = input(chwn, "x", x, n, inSize);
        float[] ys = input(chwn, "y", y, n, outSize);
        float[] dys = input(chwn, "dy", dy, n, outSize);
        float[] dxs = dx == null ? null : memory.peek(BACKWARD, "dx", dx, (long) n * inSize);
        Sharing.refuse(BACKWARD, xs, ws, ys, dys, dws, dbs, dxs);
        if (chwn) {
            dxs = dx == null ? null : memory.chwnOutput(BACKWARD, "dx", dx, inSize);
            chwnBackward.run(n, xs, ws, ys, dys, dws, dbs, dxs);
        } else {
            dxs = dx == null ? null : memory.output(BACKWARD, "dx", dx, (long) n * inSize);
            backward.run(n, xs, ws, ys, dys, dws, dbs, dxs);
        }
    }

    private boolean fits(String op, String name, Tensor tensor, int n, int features) {
        return context.memory().fitsChwn(op, name, tensor, n, features) && hasChwn;
    }

    private float[] input(boolean chwn, String name, Tensor tensor, int n, int features) {
        Memory memory = context.memory();
        return chwn
                ? memory.chwn(BACKWARD, name, tensor, features)
                : memory.floats(BACKWARD, name, tensor, (long) n * features);
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
        return backward.workspaceBytes() + (hasChwn ? chwnBackward.workspaceBytes() : 0);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            forward.close();
            backward.close();
            if (hasChwn) {
                chwnForward.close();
                chwnBackward.close();
                context.memory().returnScratch(chwnScratch);
            }
        }
    }
}
