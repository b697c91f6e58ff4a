package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.backend.Pointwise;
import io.gabor.tensor.Shape;
import java.util.Map;

/**
 * An element-wise non-linearity whose derivative takes its input: any shape in, the same shape out.
 *
 * <pre>
 * forward    y[i]  = f(x[i])
 * backward   dx[i] = dy[i] · f'(x[i])
 * </pre>
 *
 * <p>Unlike an {@link ActivationLayer} it is never computed with the layer in front: the value between the two is needed.
 */
public abstract class PointwiseLayer extends Layer {
    private final Pointwise function;
    private Backend backend;

    protected PointwiseLayer(Pointwise function) {
        this.function = function;
    }

    /** Returns the function. */
    public final Pointwise function() {
        return function;
    }

    @Override
    public final Shape outputShape(Shape in) {
        return in;
    }

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        backend = context.backend();
        return context.flow(in.sampleShape(), in.gradient() != null);
    }

    @Override
    public final void forward(int n, Mode mode) {
        backend.pointwise(function, n * in().sampleSize(), in().value(), out().value());
    }

    @Override
    public final void backward(int n) {
        if (needsBackward()) {
            backend.pointwiseBackward(function, n * in().sampleSize(), in().value(), out().gradient(), in().gradient());
        }
    }

    @Override
    public Map<String, Object> config() {
        return Map.of();
    }
}
