package io.gabor.optim;

import io.gabor.backend.OptimizerSpec;
import io.gabor.nn.Network;

/**
 * A rule by which parameters follow their gradients, with its rate. A description: {@link #attach} makes the state that it
 * keeps for a network.
 */
public abstract class Optimizer {
    private final double rate;

    /** Takes the learning rate, above 0. */
    protected Optimizer(double rate) {
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the learning rate must be finite and above 0, found " + rate);
        }
        this.rate = rate;
    }

    /** Returns the learning rate. */
    public final double rate() {
        return rate;
    }

    /** Returns the rule, with all its constants but the rate. */
    public abstract OptimizerSpec spec();

    /** Makes the state for a network's parameters, with all steps still to come. */
    public final OptimizerState attach(Network network) {
        return new OptimizerState(network, this);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " rate " + rate + " " + spec();
    }
}
