package io.gabor.optim;

import io.gabor.backend.OptimizerSpec;

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019): {@code p ← p − η·λ·p} before Adam's own step. */
public final class AdamW extends Optimizer {
    private final OptimizerSpec.Adam spec;

    /** β1 0.9, β2 0.999, ε 1e-8, weight decay 0.01: PyTorch's defaults. */
    public AdamW(double rate) {
        this(rate, 0.9, 0.999, 1e-8, 0.01);
    }

    /** All of it; see {@link OptimizerSpec.Adam}. */
    public AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay) {
        super(rate);
        spec = new OptimizerSpec.Adam(beta1, beta2, epsilon, weightDecay, true);
    }

    @Override
    public OptimizerSpec spec() {
        return spec;
    }
}
