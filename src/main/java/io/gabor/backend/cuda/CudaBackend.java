package io.gabor.backend.cuda;

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
import io.gabor.backend.Timeline;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend on an NVIDIA GPU: float32, hand-written kernels, one stream. Ops are queued and return at once; a failure of
 * a kernel may be reported by a later call. Any thread may use it, one at a time.
 *
 * <p>Labels and the order of samples are on the device, where no op waits to look at them: one that is out of range gives
 * NaN, see {@link CudaBatches}.
 */
public final class CudaBackend implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(CudaBackend.class);

    private final CudaContext context;
    private final CudaMemory memory;
    private final CudaElements elements;
    private final CudaLosses losses;
    private final CudaBatches batches;
    private final CudaAugment augmenting;
    private boolean closed;

    CudaBackend(CudaContext context) {
        this.context = context;
        memory = context.memory();
        elements = new CudaElements(context);
        losses = new CudaLosses(context);
        batches = new CudaBatches(context);
        augmenting = new CudaAugment(context);
    }

    @Override
    public String name() {
        return CudaProvider.NAME;
    }

    @Override
    public String device() {
        return context.device() + ", " + context.modules().description() + ", "
                + context.cublas().description();
    }

    @Override
    public int threads() {
        return 1;
    }

    // ---- memory -----------------------------------------------------------------------------------------------------

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
    public long freeBytes() {
        return memory.freeBytes();
    }

    @Override
    public <T> T planned(Supplier<T> making) {
        return memory.counted(making);
    }

    @Override
    public void upload(float[] source, int count, Tensor target) {
        CudaStorage to = memory.floats("upload", "target", target, checkCount("upload", count, source.length));
        context.staging().upload("upload", source, count, to);
    }

    @Override
    public void upload(int[] source, int count, Tensor target) {
        CudaStorage to = memory.ints("upload", "target", target, checkCount("upload", count, source.length));
        context.staging().upload("upload", source, count, to);
    }

    @Override
    public void upload(byte[] source, int count, Tensor target) {
        checkCount("upload", count, source.length);
        CudaStorage to = memory.typed("upload", "target", target, ElementType.U8, count);
        context.staging().upload("upload", source, count, to);
    }

    @Override
    public void download(Tensor source, float[] target, int count) {
        CudaStorage from = memory.floats("download", "source", source, checkCount("download", count, target.length));
        context.staging().download("download", from, target, count);
    }

    @Override
    public void download(Tensor source, int[] target, int count) {
        CudaStorage from = memory.ints("download", "source", source, checkCount("download", count, target.length));
        context.staging().download("download", from, target, count);
    }

    private int checkCount(String op, int count, int length) {
        memory.requireOpen(op);
        CudaMemory.range(op, "count", count, 0, length);
        return count;
    }

    @Override
    public void copy(int count, Tensor source, Tensor target) {
        checkCount("copy", count, Integer.MAX_VALUE);
        CudaStorage from = memory.storage("copy", "source", source, count);
        CudaStorage to = memory.typed("copy", "target", target, from.type, count);
        CudaMemory.separate("copy", "target", to, "source", from);
        if (count > 0) {
            queue("copy", from, to);
            context.check(
                    JCudaDriver.cuMemcpyDtoDAsync(
                            to.pointer(), from.pointer(), (long) count * from.type.bytes(), context.stream()),
                    "copy");
        }
    }

    @Override
    public void fill(Tensor target, float value) {
        CudaStorage to = memory.storage("fill", "target", target, 0);
        int bits = switch (to.type) {
            case F32 -> Float.floatToRawIntBits(value);
            case I32 -> (int) value;
            case U8 -> throw CudaMemory.error("fill", "target must be F32 or I32, found " + target);
        };
        queue("fill", to, to);
        context.check(JCudaDriver.cuMemsetD32Async(to.pointer(), bits, target.size(), context.stream()), "fill");
    }

    private void queue(String op, CudaStorage first, CudaStorage second) {
        context.makeCurrent(op);
        memory.use(first);
        memory.use(second);
    }

    @Override
    public void synchronize() {
        context.synchronize("synchronize");
    }

    /**
     * Captures the step into a CUDA graph, without running it; the graph lives as long as the backend. Where that is
     * impossible, because the step does more than call ops or the driver is too old, a warning says so once and the result
     * is the step itself.
     */
    @Override
    public Runnable record(Runnable step) {
        return Graph.record(context, step);
    }

    /** Events: the device stamps the marks. */
    @Override
    public Timeline timeline(int marks) {
        return new CudaTimeline(context, marks);
    }

    // ---- layers -----------------------------------------------------------------------------------------------------

    @Override
    public WeightedOp conv2d(ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        checkBatch("conv2d", maxBatch);
        return new CudaConv2d(context, geometry, epilogue, maxBatch);
    }

    @Override
    public WeightedOp dense(int in, int out, Epilogue epilogue, int maxBatch) {
        CudaMemory.range("dense", "in", in, 1, Integer.MAX_VALUE);
        CudaMemory.range("dense", "out", out, 1, Integer.MAX_VALUE);
        checkBatch("dense", maxBatch);
        return new CudaDense(context, in, out, epilogue, maxBatch);
    }

    @Override
    public PoolOp maxPool2d(PoolGeometry geometry, Ties ties, int maxBatch) {
        checkBatch("maxPool2d", maxBatch);
        return new CudaMaxPool2d(context, geometry, ties, maxBatch);
    }

    @Override
    public PoolOp avgPool2d(PoolGeometry geometry, boolean countPadding, int maxBatch) {
        checkBatch("avgPool2d", maxBatch);
        return new CudaAvgPool2d(context, geometry, countPadding, maxBatch);
    }

    @Override
    public EnlargeOp enlarge2d(EnlargeGeometry geometry, int maxBatch) {
        checkBatch("enlarge2d", maxBatch);
        return new CudaEnlarge(context, geometry, maxBatch);
    }

    @Override
    public BatchNormOp batchNorm(int channels, int pixels, BatchNormSpec spec, int maxBatch) {
        CudaMemory.range("batchNorm", "channels", channels, 1, Integer.MAX_VALUE);
        CudaMemory.range("batchNorm", "pixels", pixels, 1, Integer.MAX_VALUE);
        checkBatch("batchNorm", maxBatch);
        return new CudaBatchNorm(context, channels, pixels, spec, maxBatch);
    }

    @Override
    public LayerNormOp layerNorm(int features, double epsilon, int maxBatch) {
        CudaMemory.range("layerNorm", "features", features, 1, Integer.MAX_VALUE);
        checkBatch("layerNorm", maxBatch);
        return new CudaLayerNorm(context, features, epsilon, maxBatch);
    }

    @Override
    public DropoutOp dropout(int units, int pixels, DropoutSpec spec, int maxBatch) {
        CudaMemory.range("dropout", "units", units, 1, Integer.MAX_VALUE);
        CudaMemory.range("dropout", "pixels", pixels, 1, Integer.MAX_VALUE);
        checkBatch("dropout", maxBatch);
        return new CudaDropout(context, units, pixels, spec, maxBatch);
    }

    private void checkBatch(String op, int maxBatch) {
        memory.requireOpen(op);
        CudaMemory.range(op, "maxBatch", maxBatch, 1, Integer.MAX_VALUE);
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

    // ---- losses -----------------------------------------------------------------------------------------------------

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

    // ---- data and bookkeeping of a step -----------------------------------------------------------------------------

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
        batches.increment(counter, by);
    }

    @Override
    public void store(Tensor value, Tensor index, Tensor log) {
        batches.store(value, index, log);
    }

    @Override
    public ClipOp gradientClipping(ClipSpec spec, List<Tensor> gradients) {
        memory.requireOpen("gradientClipping");
        return new CudaClip(context, spec, gradients);
    }

    @Override
    public OptimizerOp optimizer(OptimizerSpec spec, List<OptimizerOp.Slot> slots) {
        memory.requireOpen("optimizer");
        return new CudaOptimizer(context, spec, slots);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        int result = context.close();
        if (result != CUresult.CUDA_SUCCESS) {
            LOG.warn(
                    "closing the cuda backend: {} on {}",
                    CudaErrors.text(result),
                    context.device().name());
        }
    }
}
