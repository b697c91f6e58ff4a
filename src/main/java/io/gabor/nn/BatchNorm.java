package io.gabor.nn;

import io.gabor.backend.Activation;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015): each channel is brought to mean β and deviation γ, which are learned. What
 * {@link BatchNorm1d} and {@link BatchNorm2d} share. With m the values of a channel in the batch, over these:
 *
 * <pre>
 * forward    μ = 1/m · Σ x,  σ² = 1/m · Σ (x − μ)²,  x̂ = (x − μ) / √(σ² + ε),  y = γ·x̂ + β
 * backward   dβ = Σ dy
 *            dγ = Σ dy·x̂
 *            dx = γ / √(σ² + ε) · (dy − dβ/m − x̂·dγ/m)
 * </pre>
 *
 * <p>In training the running mean and variance follow those of the batches: {@code r ← (1 − momentum)·r + momentum·batch}, the
 * variance with m − 1 for m. In use they take the place of μ and σ², so that an image's result does not depend on its
 * neighbours. All defaults and names are PyTorch's.
 *
 * <p>A network for use computes no normalisation behind a {@link Conv2d} or {@link Dense}: it goes into their weights
 * ({@link FoldedNorm}). In training an activation behind this layer is computed with it.
 */
public abstract class BatchNorm extends Layer implements FusingLayer {
    private static final double EPSILON = 1e-5;
    private static final double MOMENTUM = 0.1;

    private double epsilon = EPSILON;
    private double momentum = MOMENTUM;
    private boolean affine = true;
    private boolean scaling = true;
    private Activation activation = Activation.IDENTITY;
    private boolean folded;

    private Parameter weight;
    private Parameter bias;
    private Buffer runningMean;
    private Buffer runningVariance;
    private BatchNormOp op;

    final void setEpsilon(double value) {
        epsilon = new BatchNormSpec(value, momentum, activation).epsilon();
    }

    final void setMomentum(double value) {
        momentum = new BatchNormSpec(epsilon, value, activation).momentum();
    }

    final void setAffine(boolean on) {
        affine = on;
    }

    final void setScale(boolean on) {
        scaling = on;
    }

    /** Returns whether γ is learned. */
    private boolean learnsScale() {
        return affine && scaling;
    }

    final double epsilon() {
        return epsilon;
    }

    @Override
    public final void fuse(Activation following) {
        activation = following;
    }

    /** Leaves this layer to the weighted layer in front of it. */
    final void markFolded() {
        folded = true;
    }

    @Override
    public final boolean isFused() {
        return folded;
    }

    @Override
    void forget() {
        activation = Activation.IDENTITY;
        folded = false;
        weight = null;
        bias = null;
        runningMean = null;
        runningVariance = null;
        op = null;
    }

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        Shape channels = Shape.of(in.sampleShape().dim(0));
        weight = learnsScale()
                ? context.parameter(this, "weight", channels, Initializer.ONES, 1, 1)
                : context.fixed(this, "weight", channels, 1);
        bias = affine
                ? context.parameter(this, "bias", channels, Initializer.ZEROS, 1, 1)
                : context.fixed(this, "bias", channels, 0);
        runningMean = context.buffer(this, "running_mean", channels, 0);
        runningVariance = context.buffer(this, "running_var", channels, 1);
        if (folded) {
            return in;
        }
        int pixels = in.sampleSize() / channels.size();
        BatchNormSpec spec = new BatchNormSpec(epsilon, momentum, activation);
        op = context.op(context.backend().batchNorm(channels.size(), pixels, spec, context.maxBatch()));
        return context.flow(in.sampleShape(), affine || in.gradient() != null);
    }

    @Override
    public final void forward(int n, Mode mode) {
        if (folded) {
            return;
        }
        Tensor x = in().value();
        Tensor y = out().value();
        Tensor mean = runningMean.value();
        Tensor variance = runningVariance.value();
        if (mode == Mode.TRAIN) {
            op.forward(n, x, weight.value(), bias.value(), mean, variance, y);
        } else {
            op.infer(n, x, weight.value(), bias.value(), mean, variance, y);
        }
    }

    @Override
    public final void backward(int n) {
        if (out().gradient() != null) {
            op.backward(
                    n,
                    in().value(),
                    weight.value(),
                    out().value(),
                    out().gradient(),
                    weight.gradient(),
                    bias.gradient(),
                    in().gradient());
        }
    }

    /** Returns γ, β, the running mean and the running variance. */
    final List<Tensor> values() {
        return List.of(weight.value(), bias.value(), runningMean.value(), runningVariance.value());
    }

    @Override
    public final List<Parameter> parameters() {
        if (weight == null || !affine) {
            return List.of();
        }
        return scaling ? List.of(weight, bias) : List.of(bias);
    }

    @Override
    public final List<Buffer> buffers() {
        return runningMean == null ? List.of() : List.of(runningMean, runningVariance);
    }

    @Override
    public final Map<String, Shape> parameterShapes(Shape in) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        if (learnsScale()) {
            shapes.put("weight", Shape.of(in.dim(0)));
        }
        if (affine) {
            shapes.put("bias", Shape.of(in.dim(0)));
        }
        return shapes;
    }

    @Override
    public final Map<String, Shape> bufferShapes(Shape in) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("running_mean", Shape.of(in.dim(0)));
        shapes.put("running_var", Shape.of(in.dim(0)));
        return shapes;
    }

    @Override
    public final Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("epsilon", epsilon);
        config.put("momentum", momentum);
        config.put("affine", affine);
        if (!scaling) {
            config.put("scale", false);
        }
        return config;
    }

    final void readSettings(LayerConfig config) {
        setEpsilon(config.number("epsilon", EPSILON));
        setMomentum(config.number("momentum", MOMENTUM));
        setAffine(config.flag("affine", true));
        setScale(config.flag("scale", true));
    }
}
