package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Map;

/**
 * Softmax over a vector of classes, as a layer of its own. {@code x, y: N×C}.
 *
 * <pre>
 * forward    y[n,c]  = exp(x[n,c]) / Σ over k of exp(x[n,k])          (with the row's maximum subtracted first)
 * backward   dx[n,·] = J · dy[n,·], J[i,j] = y[i]·(δij − y[j]), so
 *            dx[n,c] = y[n,c] · (dy[n,c] − Σ over k of y[n,k]·dy[n,k])
 * </pre>
 *
 * <p>For training a classifier leave it out and use {@link SoftmaxCrossEntropy} on the logits: the two together have the
 * gradient {@code y − t}, which neither overflows nor divides by a vanishing probability.
 */
public final class Softmax extends Layer {
    private Backend backend;

    @Override
    public Shape outputShape(Shape in) {
        if (in.rank() != 1) {
            throw new ShapeException("softmax takes a vector of classes, found " + in + "; put a Flatten in front");
        }
        return in;
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        backend = context.backend();
        return context.flow(in.sampleShape(), in.gradient() != null);
    }

    @Override
    public void forward(int n, Mode mode) {
        backend.softmax(n, in().sampleSize(), in().value(), out().value());
    }

    @Override
    public void backward(int n) {
        if (needsBackward()) {
            backend.softmaxBackward(n, in().sampleSize(), out().value(), out().gradient(), in().gradient());
        }
    }

    @Override
    public String kind() {
        return "softmax";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of();
    }
}
