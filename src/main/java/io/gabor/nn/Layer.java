package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One step of a network: a function with a forward pass, a backward pass, shapes, and perhaps parameters.
 *
 * <p>A layer goes through two lives. As made by its constructor it is a description: it can say what shape it would turn
 * another into ({@link #outputShape}) and write itself down ({@link #config}). When a {@link Network} is built, the layer
 * is connected: it gets its input and output {@link Flow}, its parameters and its ops on the chosen backend, all of which
 * stay the same from then on. After that {@link #forward} and {@link #backward} only dispatch. A layer belongs to one
 * network.
 *
 * <p>Shapes here are those of one sample; the batch is the first axis of every tensor.
 */
public abstract class Layer {
    private String name;
    private Flow in;
    private Flow out;

    /** Returns the kind's name in model files, such as {@code conv2d}. */
    public abstract String kind();

    /** Returns what makes this layer differ from another of its kind: plain values under the names of the constructor. */
    public abstract Map<String, Object> config();

    /**
     * Returns the shape that a sample of shape {@code input} leaves this layer with.
     *
     * @throws ShapeException if the layer cannot take it; the message says what would fit
     */
    public abstract Shape outputShape(Shape input);

    /** Computes the output for the first {@code n} samples of the input. */
    public abstract void forward(int n, Mode mode);

    /**
     * Computes, from the output's gradient, the gradients of the parameters (overwritten) and of the input (where somebody
     * needs it). {@link #forward} must have run in {@link Mode#TRAIN} for the same {@code n}.
     */
    public abstract void backward(int n);

    /** Makes parameters and ops for {@code in}, and returns the output's flow. Called once, when a network is built. */
    protected abstract Flow connect(BuildContext context, Flow in);

    /** Returns the parameters, in a fixed order; empty before the network is built. */
    public List<Parameter> parameters() {
        return List.of();
    }

    /** Returns the buffers, in a fixed order; empty before the network is built. */
    public List<Buffer> buffers() {
        return List.of();
    }

    /** Returns the layers inside this one, in order. */
    public List<Layer> children() {
        return List.of();
    }

    /**
     * Returns the shapes of the parameters that this layer will have for a sample of shape {@code input}, by role
     * ({@code weight}, {@code bias}); containers put the names of their layers in front.
     *
     * @throws ShapeException if a layer cannot take what reaches it
     */
    public Map<String, Shape> parameterShapes(Shape input) {
        return Map.of();
    }

    /** As {@link #parameterShapes}, of the buffers. */
    public Map<String, Shape> bufferShapes(Shape input) {
        return Map.of();
    }

    /** Returns the floating-point operations of the forward pass of one sample; element-wise work is not counted. */
    public long flops(Shape input) {
        return 0;
    }

    /** Returns the floating-point operations of the forward pass of one sample, in the network that it belongs to. */
    public final long forwardFlops() {
        return flops(in().sampleShape());
    }

    /**
     * Returns the floating-point operations of the backward pass of one sample, in the network that it belongs to: as many
     * as forward for the weights' gradient, if it has weights, and as many for the input's, if somebody needs that.
     */
    public final long backwardFlops() {
        return ((parameters().isEmpty() ? 0 : 1) + (in().gradient() == null ? 0 : 1)) * forwardFlops();
    }

    /** Names this layer; names are unique within a container. Without a name it gets its kind and a number. */
    public final Layer named(String newName) {
        requireUnbuilt();
        if (!newName.matches("[A-Za-z0-9_-]+")) {
            throw new IllegalArgumentException(
                    "a layer's name has letters, digits, '_' and '-' only, found '" + newName + "'");
        }
        name = newName;
        return this;
    }

    /** Returns the name, with the names of the containers in front; null before it is given one. */
    public final String name() {
        return name;
    }

    /** Returns whether a network has been built with this layer. */
    public final boolean isBuilt() {
        return out != null;
    }

    /** Returns the input's flow. */
    public final Flow in() {
        return built(in);
    }

    /** Returns the output's flow. */
    public final Flow out() {
        return built(out);
    }

    /**
     * Returns whether the layer in front computes this one too. Then this one hands its flow through: its input and its output
     * are both what it would have put out.
     */
    public boolean isFused() {
        return false;
    }

    /** Returns whether a backward pass through this layer has anything to compute. */
    protected final boolean needsBackward() {
        return in.gradient() != null || !parameters().isEmpty();
    }

    final void rename(String fullName) {
        name = fullName;
    }

    final Flow build(BuildContext context, Flow input) {
        requireUnbuilt();
        in = Objects.requireNonNull(input, "input");
        if (!isFused()) {
            outputShapeNamed(input.sampleShape());
        }
        out = connect(context, input);
        return out;
    }

    /** Makes this layer and those inside it new again, as if no network had ever been built with them. */
    final void disconnect() {
        in = null;
        out = null;
        forget();
        children().forEach(Layer::disconnect);
    }

    /** The parameters and buffers have been given new values: computes what depends on nothing else. */
    void loaded() {
        children().forEach(Layer::loaded);
    }

    /** Lets go of what was made while it was connected, where somebody could see it. */
    void forget() {}

    /** As {@link #outputShape}, with this layer's name and input shape in front of what is wrong. */
    final Shape outputShapeNamed(Shape input) {
        try {
            return outputShape(input);
        } catch (NamedShapeException e) {
            throw e;
        } catch (ShapeException e) {
            throw new NamedShapeException(
                    this, label() + " cannot take an input of shape " + input + ": " + e.getMessage());
        }
    }

    /**
     * Checks, before anything is changed, that this layer and those inside it are new and that none of them stands in two
     * places.
     *
     * @param seen the layers met so far, by identity; those met here are added
     */
    final void requireNew(Set<Layer> seen) {
        requireUnbuilt();
        if (!seen.add(this)) {
            throw new IllegalStateException(label()
                    + " stands twice in one network; layers hold their own weights, so make one for each place");
        }
        children().forEach(child -> child.requireNew(seen));
    }

    private void requireUnbuilt() {
        if (in != null) {
            throw new IllegalStateException(
                    label() + " already belongs to a network; make a new layer for another one");
        }
    }

    /** Only the outermost layer has no name while a network is built. */
    private String label() {
        return name == null ? "the outermost " + kind() : "layer " + name + " (" + kind() + ")";
    }

    private <T> T built(T value) {
        if (value == null) {
            throw new IllegalStateException(
                    "layer " + (name == null ? kind() : name) + " is not part of a network yet");
        }
        return value;
    }

    @Override
    public String toString() {
        return (name == null ? "" : name + ": ") + kind() + " " + config();
    }
}
