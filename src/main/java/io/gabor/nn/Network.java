package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Layers connected on a backend for a largest batch: every shape is checked, every buffer and op is made, and nothing is
 * allocated from then on. A network that cannot work fails here, with the name of the layer that does not fit.
 */
public final class Network implements AutoCloseable {
    private final Container root;
    private final Backend backend;
    private final BuildContext context;
    private final Flow in;
    /** The layers whose weights are to come from the samples and have not yet. */
    private final List<WeightedLayer> awaiting = new ArrayList<>();

    private boolean closed;

    private Network(
            Layer root, Shape sample, Backend backend, int maxBatch, boolean training, boolean fusing, long seed) {
        if (maxBatch < 1) {
            throw new ShapeException("a batch is at least 1, found " + maxBatch);
        }
        this.root = root instanceof Container container ? container : Sequential.of(root);
        this.root.requireNew(Collections.newSetFromMap(new IdentityHashMap<>()));
        this.root.outputShapeNamed(sample);
        this.backend = backend;
        this.context = new BuildContext(backend, maxBatch, training, fusing, seed);
        try {
            this.in = context.flow(sample, false);
            this.root.build(context, in);
            this.root.loaded();
            findAwaiting();
        } catch (OutOfMemoryException e) {
            abandon();
            throw explained(e, sample, fusing);
        } catch (RuntimeException | Error e) {
            abandon();
            throw e;
        }
    }

    private void findAwaiting() {
        for (Layer layer : leaves()) {
            if (layer instanceof WeightedLayer weighted
                    && weighted.weightInitializer().whitening().isPresent()) {
                if (!layer.in().equals(in)) {
                    throw new NamedShapeException(
                            layer,
                            "layer " + layer.name() + " (" + layer.kind() + "): the initialiser "
                                    + weighted.weightInitializer()
                                    + " looks at the samples themselves; it is for a layer in front"
                                    + " of all others");
                }
                awaiting.add(weighted);
            }
        }
    }

    private void abandon() {
        context.release();
        root.disconnect();
    }

    /** Adds what the plan for this batch needs and the largest batch that fits; as it is where there can be no plan. */
    private OutOfMemoryException explained(OutOfMemoryException e, Shape sample, boolean fusing) {
        IntFunction<MemoryPlan> plan =
                batch -> MemoryPlan.of(root, sample, BuildContext.dry(backend, batch, context.training(), fusing));
        try {
            return MemoryPlan.explain(
                    e,
                    plan.apply(context.maxBatch()).toString(),
                    batch -> plan.apply(batch).total(),
                    context.maxBatch(),
                    backend.freeBytes());
        } catch (BackendException noPlan) {
            return e;
        }
    }

    /**
     * Builds a network that can be trained.
     *
     * @param root usually a {@link Sequential}
     * @param sample the shape of one sample, such as 1×28×28
     * @param maxBatch the largest batch it will be given, in training or use
     * @param seed of the first parameters: the same seed gives the same bits
     * @throws ShapeException if a layer does not fit what comes before it; names the layer
     * @throws OutOfMemoryException if the memory is not enough; says what was asked for, what is free, what the network
     *     needs and the largest batch that fits. The layers are as new then
     */
    public static Network training(Layer root, Shape sample, Backend backend, int maxBatch, long seed) {
        return new Network(root, sample, backend, maxBatch, true, true, seed);
    }

    /** As {@link #training}, with every layer computed by itself, so that every intermediate value can be looked at. */
    public static Network trainingUnfused(Layer root, Shape sample, Backend backend, int maxBatch, long seed) {
        return new Network(root, sample, backend, maxBatch, true, false, seed);
    }

    /** Builds a network for use only: no gradients are kept. Its parameters are to be loaded ({@link #load}). */
    public static Network inference(Layer root, Shape sample, Backend backend, int maxBatch) {
        return new Network(root, sample, backend, maxBatch, false, true, 0);
    }

    public Layer root() {
        return root;
    }

    public Backend backend() {
        return backend;
    }

    public int maxBatch() {
        return context.maxBatch();
    }

    /** Returns whether it can be trained. */
    public boolean isTraining() {
        return context.training();
    }

    /** Returns where a batch is put and what it becomes: {@code value} is N×sample. */
    public Flow in() {
        return in;
    }

    /** Returns the output, and where a loss puts its gradient. */
    public Flow out() {
        return root.out();
    }

    /** Returns the parameters, in the order of the layers. */
    public List<Parameter> parameters() {
        return context.parameters();
    }

    /** Returns what is kept from batch to batch beside the parameters, in the order of the layers. */
    public List<Buffer> buffers() {
        return context.buffers();
    }

    /** Returns the number of values that the parameters hold. */
    public long parameterCount() {
        return parameters().stream().mapToLong(p -> p.shape().size()).sum();
    }

    /** Returns all layers that are no containers, in the order in which the forward pass runs them. */
    public List<Layer> leaves() {
        List<Layer> leaves = new ArrayList<>();
        collectLeaves(root, leaves);
        return leaves;
    }

    private static void collectLeaves(Layer layer, List<Layer> leaves) {
        if (layer.children().isEmpty()) {
            leaves.add(layer);
        }
        layer.children().forEach(child -> collectLeaves(child, leaves));
    }

    /**
     * Returns what counts the forward passes in training, I32, one element in backend memory; empty where no layer draws
     * random numbers. The masks of the next pass depend on it: whoever goes back to an earlier state restores it too.
     */
    public Optional<Tensor> passCounter() {
        return Optional.ofNullable(context.passes());
    }

    /**
     * Computes {@link #out} from the first {@code n} samples of {@link #in}. In training the random masks of all layers are drawn
     * anew; {@code root().forward} keeps those of the last pass.
     */
    public void forward(int n, Mode mode) {
        if (mode == Mode.TRAIN && context.passes() != null) {
            backend.increment(context.passes(), 1);
        }
        root.forward(n, mode);
    }

    /** Computes all parameters' gradients from {@code out().gradient()}; {@link #forward} must have run for this {@code n}. */
    public void backward(int n) {
        if (!context.training()) {
            throw new IllegalStateException("this network was built for inference; build it with Network.training");
        }
        root.backward(n);
    }

    /**
     * Computes the outputs for samples on the host, batch by batch: a convenience for a few samples.
     *
     * @param samples M×sample, row-major, already scaled as the network was trained
     * @return M×output
     */
    public float[] infer(float[] samples) {
        int size = in.sampleShape().size();
        if (samples.length == 0 || samples.length % size != 0) {
            throw new ShapeException("expected a multiple of " + size + " values (one sample is " + in.sampleShape()
                    + "), found " + samples.length);
        }
        int count = samples.length / size;
        int outputs = out().sampleShape().size();
        float[] result = new float[Math.multiplyExact(count, outputs)];
        float[] batch = new float[Math.min(count, maxBatch()) * size];
        float[] output = new float[Math.min(count, maxBatch()) * outputs];
        for (int start = 0; start < count; start += maxBatch()) {
            int n = Math.min(maxBatch(), count - start);
            System.arraycopy(samples, start * size, batch, 0, n * size);
            backend.upload(batch, n * size, in.value());
            forward(n, Mode.INFER);
            backend.download(out().value(), output, n * outputs);
            System.arraycopy(output, 0, result, start * outputs, n * outputs);
        }
        return result;
    }

    /** Copies all parameters and buffers to the host, by name. */
    public Map<String, float[]> weights() {
        Map<String, float[]> weights = new LinkedHashMap<>();
        tensors().forEach((name, tensor) -> {
            float[] values = new float[tensor.size()];
            backend.download(tensor, values, values.length);
            weights.put(name, values);
        });
        return weights;
    }

    /** Returns all that a model is saved with, by name: the parameters and buffers of each layer. */
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Layer layer : leaves()) {
            layer.parameters().forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
            layer.buffers().forEach(buffer -> tensors.put(buffer.name(), buffer.value()));
        }
        return tensors;
    }

    /** Returns the names of the tensors that training never changes. */
    public Set<String> frozenNames() {
        return leaves().stream()
                .flatMap(layer -> layer.buffers().stream())
                .filter(Buffer::frozen)
                .map(Buffer::name)
                .collect(Collectors.toSet());
    }

    /**
     * Returns the layers whose first weights are to be computed from samples ({@link Initializer#whitening}) and have not
     * been; none after {@link #load}.
     */
    public List<WeightedLayer> awaitingSamples() {
        return List.copyOf(awaiting);
    }

    /**
     * Gives a layer its first weights.
     *
     * @param layer one of {@link #awaitingSamples}
     */
    public void initialize(WeightedLayer layer, float[] weights) {
        if (!awaiting.contains(layer)) {
            throw new IllegalStateException("layer " + layer.name() + " awaits no weights");
        }
        Tensor weight = tensors().get(layer.name() + ".weight");
        backend.upload(weights, weight.size(), weight);
        awaiting.remove(layer);
        root.loaded();
    }

    /**
     * Sets all parameters and buffers.
     *
     * @throws IllegalArgumentException if one is missing, unknown or of another size; nothing is changed then
     */
    public void load(Map<String, float[]> weights) {
        Map<String, Tensor> tensors = tensors();
        tensors.forEach((name, tensor) -> {
            float[] values = weights.get(name);
            if (values == null || values.length != tensor.size()) {
                throw new IllegalArgumentException("parameter " + name + " needs " + tensor.size() + " values ("
                        + tensor.shape() + "), found " + (values == null ? "none" : values.length));
            }
        });
        if (weights.size() != tensors.size()) {
            List<String> extra = new ArrayList<>(weights.keySet());
            extra.removeAll(tensors.keySet());
            throw new IllegalArgumentException("the network has no parameters " + extra);
        }
        tensors.forEach((name, tensor) -> backend.upload(weights.get(name), tensor.size(), tensor));
        awaiting.clear();
        root.loaded();
    }

    /** Has this listener told of each layer that a pass goes through, but the outermost; null ends that. */
    public void listen(PassListener listener) {
        root.listen(listener);
    }

    /** Returns the floating-point operations of one sample's forward pass. */
    public long forwardFlops() {
        return leaves().stream().mapToLong(Layer::forwardFlops).sum();
    }

    /**
     * Returns the floating-point operations of one sample's training step: forward once, and again for the weights' and the
     * input's gradient where there is one.
     */
    public long trainingFlops() {
        return forwardFlops()
                + leaves().stream().mapToLong(Layer::backwardFlops).sum();
    }

    /** Returns the bytes of values and gradients between the layers, for the largest batch. */
    public long activationBytes() {
        return context.activationBytes();
    }

    /** Releases parameters, activations and ops; the backend stays open. Closing twice is allowed. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.release();
        }
    }
}
