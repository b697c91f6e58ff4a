package io.gabor.optim;

import io.gabor.backend.OptimizerSpec;

/**
 * RMSProp (Hinton, 2012): each parameter's step is divided by the running deviation of its own gradient. As PyTorch's
 * {@code RMSprop}, not centred; ε is added to the root. Weight decay adds {@code λ·p} to the gradient.
 */
public final class RmsProp extends Optimizer {
    private final OptimizerSpec.RmsProp spec;

    /** α 0.99, ε 1e-8, no momentum, no weight decay: PyTorch's defaults. */
    public RmsProp(double rate) {
        this(rate, 0.99, 1e-8, 0, 0);
    }

    /** All of it; see {@link OptimizerSpec.RmsProp}. */
    public RmsProp(double rate, double alpha, double epsilon, double momentum, double weightDecay) {
        super(rate);
        spec = new OptimizerSpec.RmsProp(alpha, epsilon, momentum, weightDecay);
    }

    @Override
    public OptimizerSpec spec() {
        return spec;
    }
}
