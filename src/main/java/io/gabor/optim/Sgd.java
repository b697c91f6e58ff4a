package io.gabor.optim;

import io.gabor.backend.OptimizerSpec;

/**
 * Stochastic gradient descent, {@code p ← p − η·g}; with momentum μ, {@code v ← μ·v + g}, {@code p ← p − η·v}, or with
 * Nesterov's look-ahead {@code p ← p − η·(g + μ·v)} (Sutskever et al., 2013, in PyTorch's form). Weight decay adds
 * {@code λ·p} to the gradient.
 */
public final class Sgd extends Optimizer {
    private final OptimizerSpec.Sgd spec;

    /** Plain gradient descent. */
    public Sgd(double rate) {
        this(rate, 0, false, 0);
    }

    /** All of it; see the class comment. */
    public Sgd(double rate, double momentum, boolean nesterov, double weightDecay) {
        super(rate);
        spec = new OptimizerSpec.Sgd(momentum, nesterov, weightDecay);
    }

    @Override
    public OptimizerSpec spec() {
        return spec;
    }
}
