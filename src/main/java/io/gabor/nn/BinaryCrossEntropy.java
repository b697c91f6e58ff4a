package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Tensor;

/**
 * Binary cross-entropy over all {@code count = n·outputs} probabilities: {@code loss = −Σ (t·log p + (1 − t)·log(1 − p)) /
 * count}, {@code dp = (p − t) / (p·(1 − p)) / count}. At exactly 0 and 1, where that is infinite, the logarithm stops at
 * −100 and the denominator at 1e-12. Behind a {@link Sigmoid}, {@link BinaryCrossEntropyWithLogits} without it is better.
 */
public final class BinaryCrossEntropy extends Loss {
    @Override
    public String kind() {
        return "bce";
    }

    @Override
    public boolean takesLabels() {
        return false;
    }

    @Override
    public void compute(Backend backend, int n, Tensor output, Tensor target, Tensor loss, Tensor gradient) {
        backend.binaryCrossEntropy(n * outputs(output), output, target, loss, gradient);
    }
}
