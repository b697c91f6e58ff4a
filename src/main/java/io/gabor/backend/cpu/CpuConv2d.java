package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Tensor;

/**
 * 2-D convolution: checks the arguments and hands over. Full batches are computed in the layout CHWN ({@link ChwnConv}),
 * all others as matrix products over implicit patches ({@link PlainConv}).
 */
final class CpuConv2d implements WeightedOp {
    private static final String FORWARD = "conv2d forward";
    private static final String BACKWARD = "conv2d backward";
    private static final String INPUT_GRADIENT = "conv2d input gradient";

    private final CpuContext context;
    private final int maxBatch;
    private final boolean hasBias;
    /** Whether there is neither bias nor activation nor pooling. */
    private final boolean linear;

    private final int inSize;
    private final int outSize;
    private final int weightSize;
    private final int biasSize;
    private final ConvPasses plain;
    /** Null where no batch fills whole blocks. */
    private final ConvPasses chwn;

    private final long chwnScratch;
    /** Whether {@link ConvPasses#backward} goes on from what forward left behind. */
    private final boolean remembers;

    private boolean forwardFull;
    private boolean closed;

    private CpuConv2d(
            CpuContext context,
            ConvGeometry geometry,
            Epilogue epilogue,
            int outSize,
            int maxBatch,
            boolean remembers,
            ConvPasses plain,
            ConvPasses chwn) {
        this.context = context;
        this.maxBatch = maxBatch;
        this.outSize = outSize;
        this.remembers = remembers;
        this.plain = plain;
        this.chwn = chwn;
        hasBias = epilogue.bias() != Bias.NONE;
        linear = !remembers && !hasBias && CpuContext.function(epilogue.activation()) == Function.IDENTITY;
        inSize = geometry.inputShape().size();
        weightSize = geometry.weightShape().size();
        biasSize = hasBias ? epilogue.bias().shape(geometry.outputShape()).size() : 0;
        chwnScratch = chwn == null ? 0 : context.memory().chwn().scratchFloats(Math.max(inSize, outSize));
        context.memory().reserveScratch("conv2d", chwnScratch);
    }

    /** Plans a convolution. */
    static CpuConv2d of(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        int outSize = geometry.outputShape().size();
        ConvPasses plain = SquareKernel.suitsPlain(geometry)
                ? new PlainSquareConv(context, geometry, epilogue, maxBatch)
                : new PlainConv(context, geometry, epilogue, maxBatch);
        boolean full = fillsBlocks(context, maxBatch);
        ConvPasses chwn = full ? new ChwnConv(context, geometry, epilogue, maxBatch) : null;
        return new CpuConv2d(context, geometry, epilogue, outSize, maxBatch, false, plain, chwn);
    }

    /** Plans a convolution with 2×2 max pooling; {@link ChwnConvPool#suits} holds. */
    static CpuConv2d pooled(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        int outSize = geometry.outputShape().size() / 4;
        ConvPasses plain = new PlainConvPool(context, geometry, epilogue, maxBatch);
        boolean full = fillsBlocks(context, maxBatch);
        ConvPasses chwn = full ? new ChwnConvPool(context, geometry, epilogue, maxBatch) : null;
        return new CpuConv2d(context, geometry, epilogue, outSize, maxBatch, true, plain, chwn);
    }

    private static boolean fillsBlocks(CpuContext context, int maxBatch) {
        return maxBatch % context.memory().chwn().width() == 0;
    }

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        Memory memory = context.memory();
        check(FORWARD, n);
        float[] ws = memory.floats(FORWARD, "w", w, weightSize);
        float[] bs = bias(FORWARD, "b", b);
        boolean full = fits(FORWARD, "x", x, n, inSize) && fits(FORWARD, "y", y, n, outSize);
        float[] xs = full ? memory.chwn(FORWARD, "x", x, inSize) : memory.floats(FORWARD, "x", x, (long) n * inSize);
        float[] ys = memory.peek(FORWARD, "y", y, (long) n * outSize);
        Memory.separate(FORWARD, "y", ys, "x", xs);
        Memory.separate(FORWARD, "y", ys, "w", ws);
        Memory.separate(FORWARD, "y", ys, "b", bs);
        forwardFull = full;
        if (full) {
            chwn.forward(n, xs, ws, bs, memory.chwnOutput(FORWARD, "y", y, outSize));
        } else {
            plain.forward(n, xs, ws, bs, memory.output(FORWARD, "y", y, (long) n * outSize));
        }
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        Memory memory = context.memory();
        check(BACKWARD, n);
        float[] ws = memory.floats(BACKWARD, "w", w, weightSize);
        float[] dws = memory.floats(BACKWARD, "dw", dw, weightSize);
        float[] dbs = bias(BACKWARD, "db", db);
        boolean full = fits(BACKWARD, "x", x, n, inSize)
                && fits(BACKWARD, "y", y, n, outSize)
                && fits(BACKWARD, "dy", dy, n, outSize)
                && (dx == null || fits(BACKWARD, "dx", dx, n, inSize));
        if (remembers && full != forwardFull) {
            throw Memory.error(
                    BACKWARD,
                    "dy and dx must be tensors for as many samples as y and x, and forward must have run for the same n");
        }
        float[] xs = input(full, "x", x, n, inSize);
        float[] ys = input(full, "y", y, n, outSize);
        float[] dys = input(full, "dy", dy, n, outSize);
        float[] dxs = dx == null ? null : memory.peek(BACKWARD, "dx", dx, (long) n * inSize);
        Sharing.refuse(BACKWARD, xs, ws, ys, dys, dws, dbs, dxs);
        if (full) {
            dxs = dx == null ? null : memory.chwnOutput(BACKWARD, "dx", dx, inSize);
            chwn.backward(n, xs, ws, ys, dys, dws, dbs, dxs);
        } else {
            dxs = dx == null ? null : memory.output(BACKWARD, "dx", dx, (long) n * inSize);
            plain.backward(n, xs, ws, ys, dys, dws, dbs, dxs);
        }
    }

    @Override
    public void inputGradient(int n, Tensor w, Tensor dy, Tensor dx) {
        if (!linear) {
            WeightedOp.super.inputGradient(n, w, dy, dx);
        }
        Memory memory = context.memory();
        check(INPUT_GRADIENT, n);
        float[] ws = memory.floats(INPUT_GRADIENT, "w", w, weightSize);
        boolean full = fits(INPUT_GRADIENT, "dy", dy, n, outSize) && fits(INPUT_GRADIENT, "dx", dx, n, inSize);
        float[] dys = full
                ? memory.chwn(INPUT_GRADIENT, "dy", dy, outSize)
                : memory.floats(INPUT_GRADIENT, "dy", dy, (long) n * outSize);
        float[] dxs = memory.peek(INPUT_GRADIENT, "dx", dx, (long) n * inSize);
        Memory.separate(INPUT_GRADIENT, "dx", dxs, "w", ws);
        Memory.separate(INPUT_GRADIENT, "dx", dxs, "dy", dys);
        if (full) {
            chwn.inputGradient(n, ws, dys, memory.chwnOutput(INPUT_GRADIENT, "dx", dx, inSize));
        } else {
            plain.inputGradient(n, ws, dys, memory.output(INPUT_GRADIENT, "dx", dx, (long) n * inSize));
        }
    }

    private boolean fits(String op, String name, Tensor tensor, int n, int features) {
        return context.memory().fitsChwn(op, name, tensor, n, features) && chwn != null;
    }

    private float[] input(boolean full, String name, Tensor tensor, int n, int features) {
        Memory memory = context.memory();
        return full
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
        return plain.workspaceBytes() + (chwn == null ? 0 : chwn.workspaceBytes());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            plain.close();
            if (chwn != null) {
                chwn.close();
            }
            context.memory().returnScratch(chwnScratch);
        }
    }
}
