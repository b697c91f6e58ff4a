package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Tensor;

/**
 * Softmax and cross-entropy in one, from logits {@code x: N×C} and class numbers.
 *
 * <pre>
 * p        = softmax(x)
 * loss     = −1/n · Σ over n of log p[n, label[n]]
 * dx[n,c]  = (p[n,c] − [c = label[n]]) / n
 * </pre>
 *
 * <p>softmax's Jacobian and the logarithm's 1/p cancel, so the gradient is bounded however wrong the output is.
 */
public final class SoftmaxCrossEntropy extends Loss {
    @Override
    public String kind() {
        return "softmax-cross-entropy";
    }

    @Override
    public boolean takesLabels() {
        return true;
    }

    @Override
    public void compute(Backend backend, int n, Tensor output, Tensor target, Tensor loss, Tensor gradient) {
        backend.softmaxCrossEntropy(n, outputs(output), output, target, loss, gradient);
    }

    @Override
    public void probabilities(Backend backend, int n, Tensor output, Tensor result) {
        backend.softmax(n, outputs(output), output, result);
    }
}
