package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.backend.EnlargeOp;
import io.gabor.backend.Epilogue;
import io.gabor.backend.LayerNormOp;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.backend.Pointwise;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The fast backend in pure Java: float32, the Vector API where the JVM has it, all cores. Ops run when they are called and
 * are done when they return; after the first few calls none of them allocates, on any thread.
 *
 * <p>Tensors are Java arrays, so a tensor holds at most 2<sup>31</sup> − 1 elements.
 */
public final class CpuBackend implements Backend {
    private final Memory memory;
    private final WorkerPool pool;
    private final CpuContext context;
    private final CpuElements elements;
    private final CpuLosses losses;
    private final CpuBatches batches;
    private final CpuAugment augmenting;

    CpuBackend(int threads, Kernels kernels) {
        this(threads, kernels, WorkerPool.PARALLEL_WORK);
    }

    CpuBackend(int threads, Kernels kernels, long parallelWork) {
        pool = new WorkerPool(threads, parallelWork);
        memory = new Memory(pool, kernels);
        context = new CpuContext(memory, pool, kernels);
        elements = new CpuElements(context);
        losses = new CpuLosses(context);
        batches = new CpuBatches(context);
        augmenting = new CpuAugment(context);
    }

    @Override
    public String name() {
        return CpuProvider.NAME;
    }

    @Override
    public String device() {
        return CpuProvider.device(threads(), context.kernels());
    }

    @Override
    public int threads() {
        return pool.threads();
    }

    /**
     * Measures how many multiply-adds the machine can do at most: registers only, on this backend's kernels.
     *
     * @param threads how many threads compute at once, from 1 to {@link #threads}
     * @return GFLOP/s, a multiplication and an addition counting as two
     */
    public double measureMultiplyAddCeiling(int threads) {
        memory.requireOpen("measureMultiplyAddCeiling");
        Memory.range("measureMultiplyAddCeiling", "threads", threads, 1, pool.threads());
        return Ceiling.measure(context, threads);
    }

    // ---- memory
    // -------------------------------------------------------------------------------------------------------

    @Override
    public Tensor allocate(ElementType type, Shape shape) {
        return memory.allocate(type, shape);
    }

    @Override
    public void release(Tensor tensor) {
        memory.release(tensor);
    }

    @Override
    public long allocatedBytes() {
        return memory.bytes();
    }

    @Override
    public void upload(float[] source, int count, Tensor target) {
        float[] to = memory.floats("upload", "target", target, checkCount("upload", count, source.length));
        System.arraycopy(source, 0, to, 0, count);
    }

    @Override
    public void upload(double[] source, int count, Tensor target) {
        float[] to = memory.floats("upload", "target", target, checkCount("upload", count, source.length));
        for (int i = 0; i < count; i++) {
            to[i] = (float) source[i];
        }
    }

    @Override
    public void upload(int[] source, int count, Tensor target) {
        int[] to = memory.ints("upload", "target", target, checkCount("upload", count, source.length));
        System.arraycopy(source, 0, to, 0, count);
    }

    @Override
    public void upload(byte[] source, int count, Tensor target) {
        CpuStorage to = memory.storage("upload", "target", target, checkCount("upload", count, source.length));
        if (to.type != ElementType.U8) {
            throw Memory.error("upload", "target must be U8, found " + target);
        }
        System.arraycopy(source, 0, to.bytes, 0, count);
    }

    @Override
    public void download(Tensor source, float[] target, int count) {
        float[] from = memory.floats("download", "source", source, checkCount("download", count, target.length));
        System.arraycopy(from, 0, target, 0, count);
    }

    @Override
    public void download(Tensor source, double[] target, int count) {
        float[] from = memory.floats("download", "source", source, checkCount("download", count, target.length));
        for (int i = 0; i < count; i++) {
            target[i] = from[i];
        }
    }

    @Override
    public void download(Tensor source, int[] target, int count) {
        int[] from = memory.ints("download", "source", source, checkCount("download", count, target.length));
        System.arraycopy(from, 0, target, 0, count);
    }

    private int checkCount(String op, int count, int length) {
        memory.requireOpen(op);
        Memory.range(op, "count", count, 0, length);
        return count;
    }

    @Override
    public void copy(int count, Tensor source, Tensor target) {
        checkCount("copy", count, Integer.MAX_VALUE);
        if (memory.copyWhole(count, source, target)) {
            return;
        }
        CpuStorage from = memory.storage("copy", "source", source, count);
        CpuStorage to = memory.storage("copy", "target", target, count);
        if (from.type != to.type) {
            throw Memory.error("copy", "target must be " + from.type + " as the source is, found " + target);
        }
        Memory.separate("copy", "target", to, "source", from);
        switch (from.type) {
            case F32 -> System.arraycopy(from.floats, 0, to.floats, 0, count);
            case I32 -> System.arraycopy(from.ints, 0, to.ints, 0, count);
            case U8 -> System.arraycopy(from.bytes, 0, to.bytes, 0, count);
        }
    }

    @Override
    public void fill(Tensor target, float value) {
        CpuStorage to = memory.storage("fill", "target", target, 0);
        switch (to.type) {
            case F32 -> Arrays.fill(to.floats, 0, target.size(), value);
            case I32 -> Arrays.fill(to.ints, 0, target.size(), (int) value);
            case U8 -> throw Memory.error("fill", "target must be F32 or I32, found " + target);
        }
    }

    // ---- layers
    // -------------------------------------------------------------------------------------------------------

    @Override
    public WeightedOp conv2d(ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        checkBatch("conv2d", maxBatch);
        return CpuConv2d.of(context, geometry, epilogue, maxBatch);
    }

    @Override
    public Optional<WeightedOp> conv2dMaxPool2d(
            ConvGeometry geometry, Epilogue epilogue, PoolGeometry pool, Ties ties, int maxBatch) {
        checkBatch("conv2dMaxPool2d", maxBatch);
        return ChwnConvPool.suits(geometry, epilogue, pool, ties)
                ? Optional.of(CpuConv2d.pooled(context, geometry, epilogue, maxBatch))
                : Optional.empty();
    }

    @Override
    public WeightedOp dense(int in, int out, Epilogue epilogue, int maxBatch) {
        Memory.range("dense", "in", in, 1, Integer.MAX_VALUE);
        Memory.range("dense", "out", out, 1, Integer.MAX_VALUE);
        checkBatch("dense", maxBatch);
        return new CpuDense(context, in, out, epilogue, maxBatch);
    }

    @Override
    public PoolOp maxPool2d(PoolGeometry geometry, Ties ties, int maxBatch) {
        checkBatch("maxPool2d", maxBatch);
        return new CpuMaxPool(context, geometry, ties, maxBatch);
    }

    @Override
    public PoolOp avgPool2d(PoolGeometry geometry, boolean countPadding, int maxBatch) {
        checkBatch("avgPool2d", maxBatch);
        return new CpuAvgPool(context, geometry, countPadding, maxBatch);
    }

    @Override
    public EnlargeOp enlarge2d(EnlargeGeometry geometry, int maxBatch) {
        checkBatch("enlarge2d", maxBatch);
        return new CpuEnlarge(context, geometry, maxBatch);
    }

    @Override
    public BatchNormOp batchNorm(int channels, int pixels, BatchNormSpec spec, int maxBatch) {
        Memory.range("batchNorm", "channels", channels, 1, Integer.MAX_VALUE);
        Memory.range("batchNorm", "pixels", pixels, 1, Integer.MAX_VALUE);
        checkBatch("batchNorm", maxBatch);
        return new CpuBatchNorm(context, channels, pixels, spec, maxBatch);
    }

    @Override
    public LayerNormOp layerNorm(int features, double epsilon, int maxBatch) {
        Memory.range("layerNorm", "features", features, 1, Integer.MAX_VALUE);
        checkBatch("layerNorm", maxBatch);
        return new CpuLayerNorm(context, features, epsilon, maxBatch);
    }

    @Override
    public DropoutOp dropout(int units, int pixels, DropoutSpec spec, int maxBatch) {
        Memory.range("dropout", "units", units, 1, Integer.MAX_VALUE);
        Memory.range("dropout", "pixels", pixels, 1, Integer.MAX_VALUE);
        checkBatch("dropout", maxBatch);
        return new CpuDropout(context, units, pixels, spec, maxBatch);
    }

    private void checkBatch(String op, int maxBatch) {
        memory.requireOpen(op);
        Memory.range(op, "maxBatch", maxBatch, 1, Integer.MAX_VALUE);
    }

    @Override
    public void activation(Activation f, int count, Tensor x, Tensor y) {
        elements.activation(f, count, x, y);
    }

    @Override
    public void activationBackward(Activation f, int count, Tensor y, Tensor dy, Tensor dx) {
        elements.activationBackward(f, count, y, dy, dx);
    }

    @Override
    public void pointwise(Pointwise f, int count, Tensor x, Tensor y) {
        elements.pointwise(f, count, x, y);
    }

    @Override
    public void pointwiseBackward(Pointwise f, int count, Tensor x, Tensor dy, Tensor dx) {
        elements.pointwiseBackward(f, count, x, dy, dx);
    }

    @Override
    public void add(int count, Tensor a, Tensor b, Tensor sum) {
        elements.add(count, a, b, sum);
    }

    @Override
    public void blend(int count, float a, Tensor x, float b, Tensor y) {
        elements.blend(count, a, x, b, y);
    }

    @Override
    public void copyRows(
            int rows,
            int length,
            Tensor source,
            int sourceOffset,
            int sourcePitch,
            Tensor target,
            int targetOffset,
            int targetPitch) {
        elements.copyRows(rows, length, source, sourceOffset, sourcePitch, target, targetOffset, targetPitch);
    }

    @Override
    public void softmax(int rows, int cols, Tensor x, Tensor y) {
        elements.softmax(rows, cols, x, y);
    }

    @Override
    public void softmaxBackward(int rows, int cols, Tensor y, Tensor dy, Tensor dx) {
        elements.softmaxBackward(rows, cols, y, dy, dx);
    }

    // ---- losses
    // -------------------------------------------------------------------------------------------------------

    @Override
    public void softmaxCrossEntropy(
            int n, int classes, Tensor x, Tensor labels, Tensor weights, double smoothing, Tensor loss, Tensor dx) {
        losses.softmaxCrossEntropy(n, classes, x, labels, weights, smoothing, loss, dx);
    }

    @Override
    public void softTargetCrossEntropy(
            int n, int classes, Tensor x, Tensor target, Tensor weights, double smoothing, Tensor loss, Tensor dx) {
        losses.softTargetCrossEntropy(n, classes, x, target, weights, smoothing, loss, dx);
    }

    @Override
    public void meanSquaredError(int count, Tensor p, Tensor target, Tensor loss, Tensor dp) {
        losses.meanSquaredError(count, p, target, loss, dp);
    }

    @Override
    public void binaryCrossEntropy(int count, Tensor p, Tensor target, Tensor loss, Tensor dp) {
        losses.binaryCrossEntropy(count, p, target, loss, dp);
    }

    @Override
    public void binaryCrossEntropyWithLogits(int count, Tensor x, Tensor target, Tensor loss, Tensor dx) {
        losses.binaryCrossEntropyWithLogits(count, x, target, loss, dx);
    }

    // ---- data and bookkeeping of a step
    // ---------------------------------------------------------------------------------

    @Override
    public void gather(int n, Tensor samples, Tensor order, Tensor cursor, Tensor scale, Tensor shift, Tensor out) {
        batches.gather(n, samples, order, cursor, scale, shift, out);
    }

    @Override
    public void augment(
            int n, Tensor samples, Tensor order, Tensor cursor, Tensor edits, Tensor scale, Tensor shift, Tensor out) {
        augmenting.augment(n, samples, order, cursor, edits, scale, shift, out);
    }

    @Override
    public void mixTargets(int n, int width, Tensor target, Tensor edits, Tensor out) {
        augmenting.mixTargets(n, width, target, edits, out);
    }

    @Override
    public void gatherLabels(int n, Tensor labels, Tensor order, Tensor cursor, Tensor out) {
        batches.gatherLabels(n, labels, order, cursor, out);
    }

    @Override
    public void oneHot(int n, int classes, Tensor labels, Tensor target) {
        batches.oneHot(n, classes, labels, target);
    }

    @Override
    public void countCorrect(int n, int classes, Tensor scores, Tensor labels, Tensor correct) {
        batches.countCorrect(n, classes, scores, labels, correct);
    }

    @Override
    public void increment(Tensor counter, int by) {
        memory.ints("increment", "counter", counter, 1)[0] += by;
    }

    @Override
    public void store(Tensor value, Tensor index, Tensor log) {
        float[] values = memory.floats("store", "value", value, 1);
        int[] indices = memory.ints("store", "index", index, 1);
        float[] logged = memory.floats("store", "log", log, 1);
        Memory.separate("store", "log", logged, "value", values);
        logged[Math.floorMod(indices[0], log.size())] = values[0];
    }

    @Override
    public ClipOp gradientClipping(ClipSpec spec, List<Tensor> gradients) {
        memory.requireOpen("gradientClipping");
        return new CpuClip(context, spec, gradients);
    }

    @Override
    public OptimizerOp optimizer(OptimizerSpec spec, List<OptimizerOp.Slot> slots) {
        memory.requireOpen("optimizer");
        return new CpuOptimizer(context, spec, slots);
    }

    @Override
    public void close() {
        pool.close();
        memory.close();
    }
}
