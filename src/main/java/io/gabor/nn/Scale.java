package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import java.util.Map;

/**
 * Multiplies every value by the same constant, any shape: {@code y = f·x}, {@code dx = f·dy}. Behind the last layer it makes
 * logits smaller, and with them the gradients, without making the weights smaller.
 */
public final class Scale extends Layer {
    private final float factor;
    private Backend backend;

    /** Takes f, finite and not 0. */
    public Scale(double factor) {
        this.factor = (float) factor;
        if (!Float.isFinite(this.factor) || this.factor == 0) {
            throw new IllegalArgumentException("a scale's factor must be finite and not 0, found " + factor);
        }
    }

    @Override
    public Shape outputShape(Shape in) {
        return in;
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        backend = context.backend();
        return context.flow(in.sampleShape(), in.gradient() != null);
    }

    @Override
    public void forward(int n, Mode mode) {
        backend.blend(n * in().sampleSize(), factor, in().value(), 0, out().value());
    }

    @Override
    public void backward(int n) {
        if (needsBackward()) {
            backend.blend(n * in().sampleSize(), factor, out().gradient(), 0, in().gradient());
        }
    }

    @Override
    public String kind() {
        return "scale";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of("factor", factor);
    }

    static Scale read(LayerConfig config) {
        return new Scale(config.requiredNumber("factor"));
    }
}
