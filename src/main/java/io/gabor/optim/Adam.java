package io.gabor.optim;

import io.gabor.backend.OptimizerSpec;

/**
 * Adam (Kingma and Ba, 2015): each parameter's step is scaled by the running mean and deviation of its own gradient. Weight
 * decay adds {@code λ·p} to the gradient; {@link AdamW} decouples it. As in PyTorch, ε is added after the bias correction.
 */
public final class Adam extends Optimizer {
    private final OptimizerSpec.Adam spec;

    /** β1 0.9, β2 0.999, ε 1e-8, no weight decay. */
    public Adam(double rate) {
        this(rate, 0.9, 0.999, 1e-8, 0);
    }

    /** All of it; see {@link OptimizerSpec.Adam}. */
    public Adam(double rate, double beta1, double beta2, double epsilon, double weightDecay) {
        super(rate);
        spec = new OptimizerSpec.Adam(beta1, beta2, epsilon, weightDecay, false);
    }

    @Override
    public OptimizerSpec spec() {
        return spec;
    }
}
