package io.gabor.backend;

/**
 * The rule by which parameters follow their gradients, as PyTorch's {@code torch.optim} defines it. With {@code p} a
 * parameter, {@code g} its gradient, {@code η} the rate and {@code t} the number of this step, from 1:
 *
 * <p>The rate and the step number are not part of the rule: they change from step to step and live in backend memory.
 */
public sealed interface OptimizerSpec {
    /** Returns how many tensors of state, each of the parameter's shape and starting at 0, the rule keeps per parameter. */
    int stateCount();

    /** Returns λ, the weight decay. */
    double weightDecay();

    /** Returns this rule with another weight decay. */
    OptimizerSpec withWeightDecay(double decay);

    /**
     * Stochastic gradient descent. {@code g ← g + weightDecay·p}. Without momentum {@code p ← p − η·g}. With momentum
     * μ: {@code v ← μ·v + g}, then {@code p ← p − η·v}, or for Nesterov {@code p ← p − η·(g + μ·v)}.
     */
    record Sgd(double momentum, boolean nesterov, double weightDecay) implements OptimizerSpec {
        public Sgd {
            require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1)", momentum);
            requireDecay(weightDecay);
            require(!nesterov || momentum > 0, "Nesterov needs a momentum above 0", momentum);
        }

        @Override
        public int stateCount() {
            return momentum == 0 ? 0 : 1;
        }

        @Override
        public Sgd withWeightDecay(double decay) {
            return new Sgd(momentum, nesterov, decay);
        }
    }

    /**
     * Adam (Kingma and Ba, 2015), or AdamW (Loshchilov and Hutter, 2019) where the weight decay is decoupled. Decoupled:
     * {@code p ← p − η·weightDecay·p} first; else {@code g ← g + weightDecay·p}. Then
     * {@code m ← β1·m + (1 − β1)·g}, {@code v ← β2·v + (1 − β2)·g²},
     * {@code p ← p − η/(1 − β1ᵗ) · m / (√v / √(1 − β2ᵗ) + ε)}: ε is added after the bias correction.
     */
    record Adam(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
            implements OptimizerSpec {
        public Adam {
            require(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1)", beta1);
            require(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1)", beta2);
            require(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY, "epsilon must be above 0", epsilon);
            requireDecay(weightDecay);
        }

        @Override
        public int stateCount() {
            return 2;
        }

        @Override
        public Adam withWeightDecay(double decay) {
            return new Adam(beta1, beta2, epsilon, decay, decoupled);
        }
    }

    /**
     * RMSProp (Hinton, 2012), not centred. {@code g ← g + weightDecay·p}, {@code v ← α·v + (1 − α)·g²},
     * {@code d = g / (√v + ε)}. Without momentum {@code p ← p − η·d}; with momentum μ: {@code u ← μ·u + d},
     * {@code p ← p − η·u}. The state is v, then u.
     */
    record RmsProp(double alpha, double epsilon, double momentum, double weightDecay) implements OptimizerSpec {
        public RmsProp {
            require(alpha >= 0 && alpha < 1, "alpha must be in [0, 1)", alpha);
            require(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY, "epsilon must be above 0", epsilon);
            require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1)", momentum);
            requireDecay(weightDecay);
        }

        @Override
        public int stateCount() {
            return momentum == 0 ? 1 : 2;
        }

        @Override
        public RmsProp withWeightDecay(double decay) {
            return new RmsProp(alpha, epsilon, momentum, decay);
        }
    }

    /**
     * Adagrad (Duchi et al., 2011). {@code g ← g + weightDecay·p}, {@code s ← s + g²}, {@code p ← p − η·g / (√s + ε)}.
     */
    record Adagrad(double epsilon, double weightDecay) implements OptimizerSpec {
        public Adagrad {
            require(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY, "epsilon must be above 0", epsilon);
            requireDecay(weightDecay);
        }

        @Override
        public int stateCount() {
            return 1;
        }

        @Override
        public Adagrad withWeightDecay(double decay) {
            return new Adagrad(epsilon, decay);
        }
    }

    /**
     * The exponential moving average (Polyak and Juditsky, 1992), with a warm-up as in TensorFlow: the value follows what stands
     * in the gradient's place, the tensor to average. {@code d = min(decay, (1 + t) / (10 + t))},
     * {@code a ← d·a + (1 − d)·p}. The rate is not read.
     */
    record Average(double decay) implements OptimizerSpec {
        public Average {
            require(decay > 0 && decay < 1, "the decay of an average must be in (0, 1)", decay);
        }

        /** Returns d in the step of number {@code t}, from 1. */
        public double decayAt(int t) {
            return Math.min(decay, (1.0 + t) / (10.0 + t));
        }

        @Override
        public int stateCount() {
            return 0;
        }

        @Override
        public double weightDecay() {
            return 0;
        }

        @Override
        public Average withWeightDecay(double weightDecay) {
            require(weightDecay == 0, "an average has no weight decay", weightDecay);
            return this;
        }
    }

    private static void requireDecay(double decay) {
        require(decay >= 0 && decay < Double.POSITIVE_INFINITY, "weight decay must be at least 0", decay);
    }

    private static void require(boolean holds, String rule, double found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", found " + found);
        }
    }
}
