package io.gabor.nn;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import java.util.Map;

/**
 * An element-wise non-linearity: any shape in, the same shape out.
 *
 * <pre>
 * forward    y[i]  = f(x[i])
 * backward   dx[i] = dy[i] · f'(x[i]), with f' written in terms of y
 * </pre>
 *
 * <p>Behind a {@link WeightedLayer} the network usually fuses it: that layer then computes it in the same pass, and this one
 * hands its flow through.
 */
public abstract class ActivationLayer extends Layer {
    private final Activation function;
    private boolean fused;
    private Backend backend;

    protected ActivationLayer(Activation function) {
        this.function = function;
    }

    /** Returns the function. */
    public final Activation function() {
        return function;
    }

    @Override
    public final boolean isFused() {
        return fused;
    }

    final void markFused() {
        fused = true;
    }

    @Override
    final void forget() {
        fused = false;
    }

    @Override
    public final Shape outputShape(Shape in) {
        return in;
    }

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        backend = context.backend();
        return fused ? in : context.flow(in.sampleShape(), in.gradient() != null);
    }

    @Override
    public final void forward(int n, Mode mode) {
        if (!fused) {
            backend.activation(function, n * in().sampleSize(), in().value(), out().value());
        }
    }

    @Override
    public final void backward(int n) {
        if (!fused && needsBackward()) {
            backend.activationBackward(
                    function, n * in().sampleSize(), out().value(), out().gradient(), in().gradient());
        }
    }

    @Override
    public Map<String, Object> config() {
        return Map.of();
    }
}
