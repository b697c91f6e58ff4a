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

    /**
     * Stochastic gradient descent. {@code g ← g + weightDecay·p}. Without momentum {@code p ← p − η·g}. With momentum
     * μ: {@code v ← μ·v + g}, then {@code p ← p − η·v}, or for Nesterov {@code p ← p − η·(g + μ·v)}.
     */
    record Sgd(double momentum, boolean nesterov, double weightDecay) implements OptimizerSpec {
        public Sgd {
            require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1)", momentum);
            require(
                    weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY,
                    "weight decay must be at least 0",
                    weightDecay);
            require(!nesterov || momentum > 0, "Nesterov needs a momentum above 0", momentum);
        }

        @Override
        public int stateCount() {
            return momentum == 0 ? 0 : 1;
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
            require(
                    weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY,
                    "weight decay must be at least 0",
                    weightDecay);
        }

        @Override
        public int stateCount() {
            return 2;
        }
    }

    private static void require(boolean holds, String rule, double found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", found " + found);
        }
    }
}
