package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Tensor;

/**
 * Mean squared error over all {@code count = n·outputs} values: {@code loss = Σ (p − t)² / count},
 * {@code dp = 2·(p − t) / count}.
 */
public final class MeanSquaredError extends Loss {
    @Override
    public String kind() {
        return "mse";
    }

    @Override
    public boolean takesLabels() {
        return false;
    }

    @Override
    public void compute(Backend backend, int n, Tensor output, Tensor target, Tensor loss, Tensor gradient) {
        backend.meanSquaredError(n * outputs(output), output, target, loss, gradient);
    }
}
