package io.gabor.backend.reference;

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
import io.gabor.backend.OutOfMemoryException;
import io.gabor.backend.Pointwise;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The statement of what every op of the seam means: plain loops in double precision, one thread, never optimised. Other
 * backends are checked against it, and gradients are checked with it by finite differences. Numbers keep all the bits of
 * a double from {@code upload(double[])} to {@code download(double[])}.
 *
 * <p>This class checks arguments, keeps the books of memory and hands over to the file of each family of ops:
 * {@link Convolution}, {@link Dense}, {@link MaxPool}, {@link AvgPool}, {@link Enlarge}, {@link BatchNorm},
 * {@link LayerNorm}, {@link Dropout}, {@link Activations}, {@link Pointwises}, {@link Softmax}, {@link Losses},
 * {@link Batches}, {@link Augmented}, {@link Clipping}, {@link Optimizers}. It is stricter
 * than a backend has to be: labels and the order of
 * samples are checked in every call.
 */
final class ReferenceBackend implements Backend {
    private final Set<ReferenceStorage> held = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean closed;

    @Override
    public String name() {
        return ReferenceProvider.NAME;
    }

    @Override
    public String device() {
        return ReferenceProvider.DEVICE;
    }

    @Override
    public int threads() {
        return 1;
    }

    boolean closed() {
        return closed;
    }

    /** Begins the check of one call's arguments. */
    Arguments arguments(String op) {
        return new Arguments(this, op);
    }

    // ---- memory -----------------------------------------------------------------------------------------------------

    @Override
    public Tensor allocate(ElementType type, Shape shape) {
        arguments("allocate");
        return new Tensor(type, shape, hold("allocate", type, shape));
    }

    /** Returns F32 storage that counts as held, for an op's workspace. */
    ReferenceStorage hold(String op, Shape shape) {
        return hold(op, ElementType.F32, shape);
    }

    private ReferenceStorage hold(String op, ElementType type, Shape shape) {
        try {
            ReferenceStorage storage = new ReferenceStorage(this, type, shape.size());
            held.add(storage);
            return storage;
        } catch (OutOfMemoryError e) {
            long bytes = (long) shape.size() * ReferenceStorage.bytesPerElement(type);
            throw new OutOfMemoryException(
                    op + ": " + type + " " + shape + " needs " + bytes + " bytes, and the Java heap holds at most "
                            + Runtime.getRuntime().maxMemory() + "; use a smaller batch or a larger heap (-Xmx)",
                    e);
        }
    }

    /** Gives up storage; a second time is allowed. */
    void drop(ReferenceStorage storage) {
        held.remove(storage);
        storage.release();
    }

    @Override
    public void release(Tensor tensor) {
        drop(arguments("release").anyInput("tensor", tensor, 0));
    }

    @Override
    public int bytesOf(ElementType type) {
        return ReferenceStorage.bytesPerElement(type);
    }

    @Override
    public long allocatedBytes() {
        return held.stream().mapToLong(ReferenceStorage::bytes).sum();
    }

    @Override
    public void upload(float[] source, int count, Tensor target) {
        Arguments args = arguments("upload");
        args.range("count", count, 0, source.length);
        double[] targets = args.output("target", target, count);
        for (int i = 0; i < count; i++) {
            targets[i] = source[i];
        }
    }

    @Override
    public void upload(double[] source, int count, Tensor target) {
        Arguments args = arguments("upload");
        args.range("count", count, 0, source.length);
        System.arraycopy(source, 0, args.output("target", target, count), 0, count);
    }

    @Override
    public void upload(int[] source, int count, Tensor target) {
        Arguments args = arguments("upload");
        args.range("count", count, 0, source.length);
        System.arraycopy(source, 0, args.intOutput("target", target, count), 0, count);
    }

    @Override
    public void upload(byte[] source, int count, Tensor target) {
        Arguments args = arguments("upload");
        args.range("count", count, 0, source.length);
        byte[] targets = args.output("target", target, ElementType.U8, count).bytesArray();
        System.arraycopy(source, 0, targets, 0, count);
    }

    @Override
    public void download(Tensor source, float[] target, int count) {
        Arguments args = arguments("download");
        args.range("count", count, 0, target.length);
        double[] sources = args.input("source", source, count);
        for (int i = 0; i < count; i++) {
            target[i] = (float) sources[i];
        }
    }

    @Override
    public void download(Tensor source, double[] target, int count) {
        Arguments args = arguments("download");
        args.range("count", count, 0, target.length);
        System.arraycopy(args.input("source", source, count), 0, target, 0, count);
    }

    @Override
    public void download(Tensor source, int[] target, int count) {
        Arguments args = arguments("download");
        args.range("count", count, 0, target.length);
        System.arraycopy(args.intInput("source", source, count), 0, target, 0, count);
    }

    @Override
    public void copy(int count, Tensor source, Tensor target) {
        Arguments args = arguments("copy");
        args.range("count", count, 0, Integer.MAX_VALUE);
        ReferenceStorage from = args.anyInput("source", source, count);
        ReferenceStorage to = args.output("target", target, source.type(), count);
        switch (source.type()) {
            case F32 -> System.arraycopy(from.floats(), 0, to.floats(), 0, count);
            case I32 -> System.arraycopy(from.ints(), 0, to.ints(), 0, count);
            case U8 -> System.arraycopy(from.bytesArray(), 0, to.bytesArray(), 0, count);
        }
    }

    @Override
    public void fill(Tensor target, float value) {
        Arguments args = arguments("fill");
        ReferenceStorage storage = args.output("target", target, null, 0);
        for (int i = 0; i < target.size(); i++) {
            switch (storage.type()) {
                case F32 -> storage.floats()[i] = value;
                case I32 -> storage.ints()[i] = (int) value;
                case U8 -> throw args.error("target must be F32 or I32, found " + target);
            }
        }
    }

    // ---- layers -----------------------------------------------------------------------------------------------------

    @Override
    public WeightedOp conv2d(ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        arguments("conv2d").count("maxBatch", maxBatch);
        return new Convolution(this, geometry, epilogue, maxBatch);
    }

    @Override
    public WeightedOp dense(int in, int out, Epilogue epilogue, int maxBatch) {
        Arguments args = arguments("dense");
        args.count("in", in);
        args.count("out", out);
        args.count("maxBatch", maxBatch);
        return new Dense(this, in, out, epilogue, maxBatch);
    }

    @Override
    public PoolOp maxPool2d(PoolGeometry geometry, Ties ties, int maxBatch) {
        arguments("maxPool2d").count("maxBatch", maxBatch);
        return new MaxPool(this, geometry, ties, maxBatch);
    }

    @Override
    public PoolOp avgPool2d(PoolGeometry geometry, boolean countPadding, int maxBatch) {
        arguments("avgPool2d").count("maxBatch", maxBatch);
        return new AvgPool(this, geometry, countPadding, maxBatch);
    }

    @Override
    public EnlargeOp enlarge2d(EnlargeGeometry geometry, int maxBatch) {
        arguments("enlarge2d").count("maxBatch", maxBatch);
        return new Enlarge(this, geometry, maxBatch);
    }

    @Override
    public BatchNormOp batchNorm(int channels, int pixels, BatchNormSpec spec, int maxBatch) {
        Arguments args = arguments("batchNorm");
        args.count("channels", channels);
        args.count("pixels", pixels);
        args.count("maxBatch", maxBatch);
        return new BatchNorm(this, channels, pixels, spec, maxBatch);
    }

    @Override
    public LayerNormOp layerNorm(int features, double epsilon, int maxBatch) {
        Arguments args = arguments("layerNorm");
        args.count("features", features);
        args.count("maxBatch", maxBatch);
        return new LayerNorm(this, features, epsilon, maxBatch);
    }

    @Override
    public DropoutOp dropout(int units, int pixels, DropoutSpec spec, int maxBatch) {
        Arguments args = arguments("dropout");
        args.count("units", units);
        args.count("pixels", pixels);
        args.count("maxBatch", maxBatch);
        return new Dropout(this, units, pixels, spec, maxBatch);
    }

    @Override
    public void activation(Activation f, int count, Tensor x, Tensor y) {
        Arguments args = arguments("activation");
        args.count("count", count);
        Activations.forward(f, count, args.input("x", x, count), args.inPlaceOutput("y", y, count));
    }

    @Override
    public void activationBackward(Activation f, int count, Tensor y, Tensor dy, Tensor dx) {
        Arguments args = arguments("activationBackward");
        args.count("count", count);
        double[] dys = args.input("dy", dy, count);
        double[] dxs = args.inPlaceOutput("dx", dx, count);
        if (dx.storage() == y.storage()) {
            throw args.error("dx and y share one storage; dx may only share dy's");
        }
        Activations.backward(f, count, args.input("y", y, count), dys, dxs);
    }

    @Override
    public void pointwise(Pointwise f, int count, Tensor x, Tensor y) {
        Arguments args = arguments("pointwise");
        args.count("count", count);
        Pointwises.forward(f, count, args.input("x", x, count), args.inPlaceOutput("y", y, count));
    }

    @Override
    public void pointwiseBackward(Pointwise f, int count, Tensor x, Tensor dy, Tensor dx) {
        Arguments args = arguments("pointwiseBackward");
        args.count("count", count);
        double[] dys = args.input("dy", dy, count);
        double[] dxs = args.inPlaceOutput("dx", dx, count);
        if (dx.storage() == x.storage()) {
            throw args.error("dx and x share one storage; dx may only share dy's");
        }
        Pointwises.backward(f, count, args.input("x", x, count), dys, dxs);
    }

    @Override
    public void add(int count, Tensor a, Tensor b, Tensor sum) {
        Arguments args = arguments("add");
        args.count("count", count);
        double[] as = args.input("a", a, count);
        double[] bs = args.input("b", b, count);
        double[] sums = args.inPlaceOutput("sum", sum, count);
        for (int i = 0; i < count; i++) {
            sums[i] = as[i] + bs[i];
        }
    }

    @Override
    public void blend(int count, float a, Tensor x, float b, Tensor y) {
        Arguments args = arguments("blend");
        args.count("count", count);
        double[] xs = args.input("x", x, count);
        double[] ys = args.output("y", y, count);
        for (int i = 0; i < count; i++) {
            ys[i] = a * xs[i] + (b == 0 ? 0 : b * ys[i]);
        }
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
        Arguments args = arguments("copyRows");
        args.count("rows", rows);
        args.count("length", length);
        args.range("sourceOffset", sourceOffset, 0, sourcePitch - length);
        args.range("targetOffset", targetOffset, 0, targetPitch - length);
        double[] from = args.input("source", source, (long) rows * sourcePitch);
        double[] to = args.output("target", target, (long) rows * targetPitch);
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < length; j++) {
                to[r * targetPitch + targetOffset + j] = from[r * sourcePitch + sourceOffset + j];
            }
        }
    }

    @Override
    public void softmax(int rows, int cols, Tensor x, Tensor y) {
        Arguments args = arguments("softmax");
        long size = matrix(args, "rows", rows, "cols", cols);
        Softmax.forward(rows, cols, args.input("x", x, size), args.output("y", y, size));
    }

    @Override
    public void softmaxBackward(int rows, int cols, Tensor y, Tensor dy, Tensor dx) {
        Arguments args = arguments("softmaxBackward");
        long size = matrix(args, "rows", rows, "cols", cols);
        Softmax.backward(rows, cols, args.input("y", y, size), args.input("dy", dy, size), args.output("dx", dx, size));
    }

    // ---- losses -----------------------------------------------------------------------------------------------------

    @Override
    public void softmaxCrossEntropy(
            int n, int classes, Tensor x, Tensor labels, Tensor weights, double smoothing, Tensor loss, Tensor dx) {
        Arguments args = arguments("softmaxCrossEntropy");
        long size = matrix(args, "n", n, "classes", classes);
        args.share("smoothing", smoothing);
        double[] xs = args.input("x", x, size);
        int[] labelled = args.labels("labels", labels, n, classes);
        double[] ws = weights == null ? new double[classes] : args.input("weights", weights, classes);
        if (weights == null) {
            Arrays.fill(ws, 1);
        }
        double[] losses = args.output("loss", loss, 1);
        double[] dxs = args.outputOrNull("dx", dx, size);
        losses[0] = Losses.softmaxCrossEntropy(n, classes, xs, labelled, ws, smoothing, dxs);
    }

    @Override
    public void softTargetCrossEntropy(
            int n, int classes, Tensor x, Tensor target, Tensor weights, double smoothing, Tensor loss, Tensor dx) {
        Arguments args = arguments("softTargetCrossEntropy");
        long size = matrix(args, "n", n, "classes", classes);
        args.share("smoothing", smoothing);
        double[] xs = args.input("x", x, size);
        double[] targets = args.input("target", target, size);
        double[] ws = weights == null ? null : args.input("weights", weights, classes);
        double[] losses = args.output("loss", loss, 1);
        double[] dxs = args.outputOrNull("dx", dx, size);
        losses[0] = Losses.softTargetCrossEntropy(n, classes, xs, targets, ws, smoothing, dxs);
    }

    @Override
    public void meanSquaredError(int count, Tensor p, Tensor target, Tensor loss, Tensor dp) {
        elementLoss("meanSquaredError", Losses::meanSquaredError, count, p, target, loss, dp);
    }

    @Override
    public void binaryCrossEntropy(int count, Tensor p, Tensor target, Tensor loss, Tensor dp) {
        elementLoss("binaryCrossEntropy", Losses::binaryCrossEntropy, count, p, target, loss, dp);
    }

    @Override
    public void binaryCrossEntropyWithLogits(int count, Tensor x, Tensor target, Tensor loss, Tensor dx) {
        elementLoss("binaryCrossEntropyWithLogits", Losses::binaryCrossEntropyWithLogits, count, x, target, loss, dx);
    }

    private interface ElementLoss {
        double mean(int count, double[] p, double[] target, double[] dp);
    }

    private void elementLoss(String op, ElementLoss f, int count, Tensor p, Tensor target, Tensor loss, Tensor dp) {
        Arguments args = arguments(op);
        args.count("count", count);
        double[] ps = args.input("p", p, count);
        double[] targets = args.input("target", target, count);
        double[] losses = args.output("loss", loss, 1);
        losses[0] = f.mean(count, ps, targets, args.outputOrNull("dp", dp, count));
    }

    // ---- data and bookkeeping of a step -----------------------------------------------------------------------------

    @Override
    public void gather(int n, Tensor samples, Tensor order, Tensor cursor, Tensor scale, Tensor shift, Tensor out) {
        Batches.gather(arguments("gather"), n, samples, order, cursor, scale, shift, out);
    }

    @Override
    public void augment(
            int n, Tensor samples, Tensor order, Tensor cursor, Tensor edits, Tensor scale, Tensor shift, Tensor out) {
        Augmented.augment(arguments("augment"), n, samples, order, cursor, edits, scale, shift, out);
    }

    @Override
    public void mixTargets(int n, int width, Tensor target, Tensor edits, Tensor out) {
        Augmented.mixTargets(arguments("mixTargets"), n, width, target, edits, out);
    }

    @Override
    public void gatherLabels(int n, Tensor labels, Tensor order, Tensor cursor, Tensor out) {
        Batches.gatherLabels(arguments("gatherLabels"), n, labels, order, cursor, out);
    }

    @Override
    public void oneHot(int n, int classes, Tensor labels, Tensor target) {
        Arguments args = arguments("oneHot");
        long size = matrix(args, "n", n, "classes", classes);
        Batches.oneHot(n, classes, args.labels("labels", labels, n, classes), args.output("target", target, size));
    }

    @Override
    public void countCorrect(int n, int classes, Tensor scores, Tensor labels, Tensor correct) {
        Arguments args = arguments("countCorrect");
        double[] ss = args.input("scores", scores, matrix(args, "n", n, "classes", classes));
        int[] labelled = args.labels("labels", labels, n, classes);
        args.intOutput("correct", correct, 1)[0] += Batches.countCorrect(n, classes, ss, labelled);
    }

    @Override
    public void increment(Tensor counter, int by) {
        arguments("increment").intOutput("counter", counter, 1)[0] += by;
    }

    @Override
    public void store(Tensor value, Tensor index, Tensor log) {
        Arguments args = arguments("store");
        double[] values = args.input("value", value, 1);
        int[] indices = args.intInput("index", index, 1);
        args.output("log", log, 1)[Math.floorMod(indices[0], log.size())] = values[0];
    }

    @Override
    public ClipOp gradientClipping(ClipSpec spec, List<Tensor> gradients) {
        return new Clipping(this, spec, gradients);
    }

    @Override
    public OptimizerOp optimizer(OptimizerSpec spec, List<OptimizerOp.Slot> slots) {
        arguments("optimizer");
        return new Optimizers(this, spec, slots);
    }

    private static long matrix(Arguments args, String rowsName, int rows, String colsName, int cols) {
        args.count(rowsName, rows);
        args.count(colsName, cols);
        return (long) rows * cols;
    }

    @Override
    public void close() {
        closed = true;
        held.forEach(ReferenceStorage::release);
        held.clear();
    }
}
