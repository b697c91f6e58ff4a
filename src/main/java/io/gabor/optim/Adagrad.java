package io.gabor.optim;

import io.gabor.backend.OptimizerSpec;

/**
 * Adagrad (Duchi et al., 2011): each parameter's step is divided by the root of the sum of all its squared gradients, so
 * steps become ever smaller. As PyTorch's {@code Adagrad}, with {@code lr_decay=0}: for that there are schedules.
 */
public final class Adagrad extends Optimizer {
    private final OptimizerSpec.Adagrad spec;

    /** ε 1e-10, no weight decay: PyTorch's defaults. */
    public Adagrad(double rate) {
        this(rate, 1e-10, 0);
    }

    /** All of it; see {@link OptimizerSpec.Adagrad}. */
    public Adagrad(double rate, double epsilon, double weightDecay) {
        super(rate);
        spec = new OptimizerSpec.Adagrad(epsilon, weightDecay);
    }

    @Override
    public OptimizerSpec spec() {
        return spec;
    }
}
