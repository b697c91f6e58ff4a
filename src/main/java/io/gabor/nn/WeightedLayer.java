package io.gabor.nn;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A layer with weights and perhaps a bias, {@code y = activation(x ∗ w + b)}: what {@link Conv2d} and {@link Dense} share.
 * The activation is the identity unless the layer behind this one is an {@link ActivationLayer} and the network fuses it.
 *
 * <p>A frozen layer keeps the weights and bias that it begins with: they are buffers of the network, saved with it and unknown
 * to optimizers, bounds on gradients and averages. In front of everything else it has no backward pass at all.
 */
public abstract class WeightedLayer extends Layer implements FusingLayer {
    private Bias bias = Bias.PER_FILTER;
    private Initializer weightInitializer = Initializer.HE_UNIFORM;
    private Initializer biasInitializer = Initializer.ZEROS;
    private Activation activation = Activation.IDENTITY;
    private Parameter weight;
    private Parameter biasParameter;
    private boolean frozen;
    private WeightedOp op;
    /** The normalisation that this layer computes too; null for none. */
    private BatchNorm following;

    private FoldedNorm folded;

    /** Plans the op for a sample of shape {@code in}. */
    protected abstract WeightedOp plan(BuildContext context, Shape in, Epilogue epilogue);

    /** Returns the shape of a sample that the planned op puts out, where the layer's own output has shape {@code output}. */
    Shape plannedShape(Shape output) {
        return output;
    }

    /** Returns the weights' shape for a sample of shape {@code in}, outermost axis the output's. */
    protected abstract Shape weightShape(Shape in);

    /** Returns {fanIn, fanOut} for a sample of shape {@code in}. */
    protected abstract int[] fans(Shape in);

    protected final Bias bias() {
        return bias;
    }

    protected final void setBias(Bias value) {
        bias = Objects.requireNonNull(value, "bias");
    }

    /** Returns where the weights' first values come from. */
    public final Initializer weightInitializer() {
        return weightInitializer;
    }

    protected final Initializer biasInitializer() {
        return biasInitializer;
    }

    protected final void setInitializers(Initializer forWeight, Initializer forBias) {
        weightInitializer = Objects.requireNonNull(forWeight, "weight initialiser");
        biasInitializer = Objects.requireNonNull(forBias, "bias initialiser");
    }

    protected final void setFrozen(boolean on) {
        frozen = on;
    }

    /** Returns whether the weights and the bias stay as they are. */
    public final boolean isFrozen() {
        return frozen;
    }

    @Override
    public final void fuse(Activation function) {
        activation = function;
    }

    /** Makes this layer compute the batch normalisation that follows it, with the running statistics. */
    final void fold(BatchNorm norm) {
        following = norm;
    }

    /** Returns the activation that this layer computes itself. */
    public final Activation fusedActivation() {
        return activation;
    }

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        Shape sample = in.sampleShape();
        Shape output = outputShape(sample);
        boolean gradient = !frozen || in.gradient() != null;
        weight = parameter(context, "weight", weightShape(sample), weightInitializer, gradient);
        if (bias != Bias.NONE) {
            biasParameter = parameter(context, "bias", bias.shape(output), biasInitializer, gradient);
        }
        Bias computed = bias;
        if (following != null) {
            computed = bias == Bias.NONE ? Bias.PER_FILTER : bias;
            folded = new FoldedNorm(context, following, weightShape(sample), computed.shape(output));
        }
        op = context.op(plan(context, sample, new Epilogue(computed, activation)));
        return context.flow(plannedShape(output), gradient);
    }

    private Parameter parameter(
            BuildContext context, String role, Shape shape, Initializer initializer, boolean gradient) {
        int[] fans = fans(in().sampleShape());
        return frozen
                ? context.frozen(this, role, shape, initializer, fans[0], fans[1], gradient)
                : context.parameter(this, role, shape, initializer, fans[0], fans[1]);
    }

    @Override
    public final void forward(int n, Mode mode) {
        Tensor w = folded == null ? weight.value() : folded.weight();
        Tensor b = folded == null ? biasValue() : folded.bias();
        op.forward(n, in().value(), w, b, out().value());
    }

    @Override
    final void loaded() {
        if (folded != null) {
            folded.compute(weight.value(), biasValue());
        }
    }

    @Override
    public final void backward(int n) {
        if (out().gradient() == null) {
            return;
        }
        op.backward(
                n,
                in().value(),
                weight.value(),
                out().value(),
                out().gradient(),
                weight.gradient(),
                biasParameter == null ? null : biasParameter.gradient(),
                in().gradient());
    }

    @Override
    public final Map<String, Shape> parameterShapes(Shape in) {
        return frozen ? Map.of() : shapes(in);
    }

    @Override
    public final Map<String, Shape> bufferShapes(Shape in) {
        return frozen ? shapes(in) : Map.of();
    }

    private Map<String, Shape> shapes(Shape in) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("weight", weightShape(in));
        if (bias != Bias.NONE) {
            shapes.put("bias", bias.shape(outputShape(in)));
        }
        return shapes;
    }

    @Override
    void forget() {
        activation = Activation.IDENTITY;
        weight = null;
        biasParameter = null;
        op = null;
        following = null;
        folded = null;
    }

    private Tensor biasValue() {
        return biasParameter == null ? null : biasParameter.value();
    }

    @Override
    public final List<Parameter> parameters() {
        return frozen ? List.of() : weightAndBias();
    }

    @Override
    public final List<Buffer> buffers() {
        return frozen
                ? weightAndBias().stream()
                        .map(parameter -> new Buffer(parameter.name(), parameter.value(), true))
                        .toList()
                : List.of();
    }

    private List<Parameter> weightAndBias() {
        if (weight == null) {
            return List.of();
        }
        return biasParameter == null ? List.of(weight) : List.of(weight, biasParameter);
    }
}
