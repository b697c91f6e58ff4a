package io.gabor.optim;

import io.gabor.backend.OptimizerSpec;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;

/**
 * A rule by which parameters follow their gradients, with its rate. A description: {@link #attach} makes the state that it
 * keeps for a network.
 */
public abstract class Optimizer {
    private final double rate;
    private double weightDecay = -1;
    private boolean sparesBiases;

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

    /** Takes another weight decay than that of the rule. */
    public final Optimizer weightDecay(double decay) {
        spec().withWeightDecay(decay);
        weightDecay = decay;
        return this;
    }

    /**
     * Says that weight decay is for weights alone: biases, and whatever else has one number per channel, keep their
     * values. In PyTorch's words, they are a group of their own with {@code weight_decay=0}.
     */
    public final Optimizer decayWeightsOnly() {
        sparesBiases = true;
        return this;
    }

    /** Returns the rule for a parameter. */
    final OptimizerSpec specFor(Parameter parameter) {
        if (sparesBiases && (parameter.shape().rank() == 1 || parameter.name().endsWith(".bias"))) {
            return spec().withWeightDecay(0);
        }
        return weightDecay < 0 ? spec() : spec().withWeightDecay(weightDecay);
    }

    /** Returns the rule, with all its constants but the rate. */
    public abstract OptimizerSpec spec();

    /** Makes the state for a network's parameters, with all steps still to come. */
    public final OptimizerState attach(Network network) {
        return new OptimizerState(network, this);
    }

    @Override
    public String toString() {
        OptimizerSpec spec = weightDecay < 0 ? spec() : spec().withWeightDecay(weightDecay);
        return getClass().getSimpleName() + " rate " + rate + " " + spec + (sparesBiases ? ", biases spared" : "");
    }
}
