package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Storage;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What layers need while a network is built: the backend, the largest batch, and one place that hands out parameters,
 * activations and ops, so that the network can list and release them.
 */
public final class BuildContext {
    /** Parameters draw from the streams below, by their number. */
    private static final long FROZEN_STREAM = 1L << 32;
    /** The stream of {@link #drawSeed}; those of the parameters are small numbers. */
    private static final long SEEDS = 0x6472_6F70_6F75_74L;

    private final Backend backend;
    private final int maxBatch;
    private final boolean training;
    private final boolean fusing;
    private final long seed;
    /** Whether tensors get no memory: only their bytes are wanted. */
    private final boolean dry;

    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<AutoCloseable> ops = new ArrayList<>();
    /** How many training passes there have been, I32; null where no layer asks. */
    private Tensor passes;
    /** How many seeds have been drawn. */
    private int drawn;

    private long activationBytes;
    private long parameterBytes;
    private long bufferBytes;

    BuildContext(Backend backend, int maxBatch, boolean training, boolean fusing, long seed) {
        this(backend, maxBatch, training, fusing, seed, false);
    }

    private BuildContext(Backend backend, int maxBatch, boolean training, boolean fusing, long seed, boolean dry) {
        this.backend = backend;
        this.maxBatch = maxBatch;
        this.training = training;
        this.fusing = fusing;
        this.seed = seed;
        this.dry = dry;
    }

    /** Returns a context for a plan: parameters and activations have shapes and no memory. */
    static BuildContext dry(Backend backend, int maxBatch, boolean training, boolean fusing) {
        return new BuildContext(backend, maxBatch, training, fusing, 0, true);
    }

    public Backend backend() {
        return backend;
    }

    /** Returns N, the largest batch. */
    public int maxBatch() {
        return maxBatch;
    }

    /** Returns whether there will be backward passes. */
    public boolean training() {
        return training;
    }

    /** Returns whether a layer may compute the activation that follows it. */
    public boolean fusing() {
        return fusing;
    }

    /** Returns a new flow of {@code N×sample}; with a gradient if asked for and the network is to be trained. */
    public Flow flow(Shape sample, boolean gradient) {
        Tensor value = activation(sample.batched(maxBatch));
        return new Flow(value, gradient && training ? activation(value.shape()) : null);
    }

    /** Returns a new F32 tensor for what a layer keeps for itself; it counts with the activations. */
    public Tensor values(Shape shape) {
        return activation(shape);
    }

    private Tensor activation(Shape shape) {
        activationBytes += bytes(shape);
        return allocate(shape);
    }

    /**
     * Returns a new parameter.
     *
     * @param layer whose it is
     * @param role {@code weight} or {@code bias}
     * @param fanIn how many inputs one output is a sum over
     * @param fanOut how many outputs one input contributes to
     */
    public Parameter parameter(Layer layer, String role, Shape shape, Initializer initializer, int fanIn, int fanOut) {
        parameterBytes += bytes(shape);
        Tensor value = drawn(shape, initializer, fanIn, fanOut, parameters.size());
        Parameter parameter = new Parameter(layer.name() + "." + role, value, training ? allocate(shape) : null);
        parameters.add(parameter);
        return parameter;
    }

    /**
     * Returns a parameter that keeps the values it begins with. The network lists it among the buffers.
     *
     * @param room whether there is to be a gradient for an op to write to, which nobody reads
     */
    Parameter frozen(
            Layer layer, String role, Shape shape, Initializer initializer, int fanIn, int fanOut, boolean room) {
        bufferBytes += bytes(shape);
        Tensor value = drawn(shape, initializer, fanIn, fanOut, FROZEN_STREAM + buffers.size());
        Parameter parameter = new Parameter(layer.name() + "." + role, value, training && room ? values(shape) : null);
        buffers.add(new Buffer(parameter.name(), value, true));
        return parameter;
    }

    private Tensor drawn(Shape shape, Initializer initializer, int fanIn, int fanOut, long stream) {
        Tensor value = allocate(shape);
        if (!dry) {
            float[] values = new float[shape.size()];
            initializer.fill(values, shape, fanIn, fanOut, new Philox(seed, stream));
            backend.upload(values, values.length, value);
        }
        return value;
    }

    /** Returns what stands for a parameter that is not learned: the network does not know of it. */
    Parameter fixed(Layer layer, String role, Shape shape, float value) {
        return new Parameter(layer.name() + "." + role, filled(values(shape), value), training ? values(shape) : null);
    }

    /** Returns a new buffer, all of whose elements are {@code value}. */
    public Buffer buffer(Layer layer, String role, Shape shape, float value) {
        bufferBytes += bytes(shape);
        Buffer buffer = new Buffer(layer.name() + "." + role, filled(allocate(shape), value), false);
        buffers.add(buffer);
        return buffer;
    }

    /**
     * Returns the counter of the network's forward passes in training, I32, one element: what a layer draws anew for each of
     * them is to depend on it. It is in backend memory, so that a recorded step counts too, and no layer changes it.
     */
    public Tensor passCounter() {
        if (passes == null) {
            bufferBytes += backend.bytesOf(ElementType.I32);
            passes = allocate(ElementType.I32, Shape.of(1));
        }
        return passes;
    }

    /** Returns {@link #passCounter} if a layer has asked for it, else null. */
    Tensor passes() {
        return passes;
    }

    /** Returns a seed that depends on the network's and on how many were drawn before: one for each layer that needs one. */
    public long drawSeed() {
        int[] words = new int[4];
        Philox.block(seed, SEEDS, drawn++, words);
        return Integer.toUnsignedLong(words[0]) | (long) words[1] << 32;
    }

    private Tensor filled(Tensor tensor, float value) {
        if (!dry) {
            backend.fill(tensor, value);
        }
        return tensor;
    }

    /** Registers an op, so that closing the network closes it, and returns it. */
    public <T extends AutoCloseable> T op(T op) {
        ops.add(op);
        return op;
    }

    private Tensor allocate(Shape shape) {
        return allocate(ElementType.F32, shape);
    }

    private Tensor allocate(ElementType type, Shape shape) {
        if (dry) {
            return new Tensor(type, shape, new NoMemory(shape.size()));
        }
        Tensor tensor = backend.allocate(type, shape);
        tensors.add(tensor);
        return tensor;
    }

    /** What stands where a plan's tensors would have memory; no two are equal. */
    private static final class NoMemory implements Storage {
        private final int length;

        NoMemory(int length) {
            this.length = length;
        }

        @Override
        public int length() {
            return length;
        }
    }

    private long bytes(Shape shape) {
        return (long) shape.size() * backend.bytesOf(ElementType.F32);
    }

    List<Buffer> buffers() {
        return Collections.unmodifiableList(buffers);
    }

    /** Returns the bytes of the buffers, and of the counter of passes. */
    long bufferBytes() {
        return bufferBytes;
    }

    /** Returns the bytes of the parameters' values. */
    long parameterBytes() {
        return parameterBytes;
    }

    List<Parameter> parameters() {
        return Collections.unmodifiableList(parameters);
    }

    long activationBytes() {
        return activationBytes;
    }

    void release() {
        for (AutoCloseable op : ops) {
            try {
                op.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("an op could not be closed", e);
            }
        }
        tensors.forEach(backend::release);
        ops.clear();
        tensors.clear();
    }
}
