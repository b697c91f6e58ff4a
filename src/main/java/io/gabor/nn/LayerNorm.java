package io.gabor.nn;

import io.gabor.backend.LayerNormOp;
import io.gabor.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Layer normalisation (Ba, Kiros and Hinton, 2016): each sample is brought to mean 0 and deviation 1 over all its F values,
 * then stretched and shifted by γ and β, which are learned and have an element for each value. Any shape in, the same shape out.
 *
 * <pre>
 * forward    μ = 1/F · Σ x,  σ² = 1/F · Σ (x − μ)²,  x̂ = (x − μ) / √(σ² + ε),  y = γ·x̂ + β
 * backward   dβ = Σ over n of dy
 *            dγ = Σ over n of dy·x̂
 *            dx = (g − 1/F · Σ g − x̂ · 1/F · Σ g·x̂) / √(σ² + ε)    with g = γ·dy
 * </pre>
 *
 * <p>Training and use are the same: a sample does not depend on its neighbours. This is {@code torch.nn.LayerNorm} over all
 * dimensions behind the batch, with its defaults and names.
 */
public final class LayerNorm extends Layer {
    private static final double EPSILON = 1e-5;

    private double epsilon = EPSILON;
    private boolean affine = true;
    private Parameter weight;
    private Parameter bias;
    private LayerNormOp op;

    /** Sets what is added to the variance; 1e-5 if left out. */
    public LayerNorm epsilon(double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon must be finite and above 0, found " + value);
        }
        epsilon = value;
        return this;
    }

    /** Learns γ and β (the default) or leaves them at 1 and 0. */
    public LayerNorm affine(boolean on) {
        affine = on;
        return this;
    }

    @Override
    public Shape outputShape(Shape in) {
        return in;
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        Shape shape = in.sampleShape();
        if (affine) {
            weight = context.parameter(this, "weight", shape, Initializer.ONES, 1, 1);
            bias = context.parameter(this, "bias", shape, Initializer.ZEROS, 1, 1);
        } else {
            weight = context.fixed(this, "weight", shape, 1);
            bias = context.fixed(this, "bias", shape, 0);
        }
        op = context.op(context.backend().layerNorm(shape.size(), epsilon, context.maxBatch()));
        return context.flow(shape, affine || in.gradient() != null);
    }

    @Override
    void forget() {
        weight = null;
        bias = null;
        op = null;
    }

    @Override
    public void forward(int n, Mode mode) {
        op.forward(n, in().value(), weight.value(), bias.value(), out().value());
    }

    @Override
    public void backward(int n) {
        if (out().gradient() != null) {
            op.backward(
                    n,
                    in().value(),
                    weight.value(),
                    out().gradient(),
                    weight.gradient(),
                    bias.gradient(),
                    in().gradient());
        }
    }

    @Override
    public List<Parameter> parameters() {
        return weight == null || !affine ? List.of() : List.of(weight, bias);
    }

    @Override
    public Map<String, Shape> parameterShapes(Shape in) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        if (affine) {
            shapes.put("weight", in);
            shapes.put("bias", in);
        }
        return shapes;
    }

    @Override
    public String kind() {
        return "layer_norm";
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("epsilon", epsilon);
        config.put("affine", affine);
        return config;
    }

    static LayerNorm read(LayerConfig config) {
        return new LayerNorm().epsilon(config.number("epsilon", EPSILON)).affine(config.flag("affine", true));
    }
}
