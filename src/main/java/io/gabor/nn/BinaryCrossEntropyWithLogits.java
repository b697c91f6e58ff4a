package io.gabor.nn;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.tensor.Tensor;

/**
 * Sigmoid and binary cross-entropy in one, from logits: {@code loss = Σ (max(x, 0) − x·t + log(1 + exp(−|x|))) / count},
 * {@code dx = (sigmoid(x) − t) / count}. Finite for logits of any size.
 */
public final class BinaryCrossEntropyWithLogits extends Loss {
    @Override
    public String kind() {
        return "bce-logits";
    }

    @Override
    public boolean takesLabels() {
        return false;
    }

    @Override
    public void compute(Backend backend, int n, Tensor output, Tensor target, Tensor loss, Tensor gradient) {
        backend.binaryCrossEntropyWithLogits(n * outputs(output), output, target, loss, gradient);
    }

    @Override
    public void probabilities(Backend backend, int n, Tensor output, Tensor result) {
        backend.activation(Activation.SIGMOID, n * outputs(output), output, result);
    }
}
