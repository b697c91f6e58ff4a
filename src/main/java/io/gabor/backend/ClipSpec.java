package io.gabor.backend;

/** How large gradients may be, as {@code torch.nn.utils} has it. With {@code g} all gradients of a step: */
public sealed interface ClipSpec {
    /** Returns the bound, above 0. */
    double most();

    /**
     * By their common norm (Pascanu et al., 2013): {@code n = √(Σ g²)} over all of them, then
     * {@code g ← g · min(1, most / (n + 1e-6))} ({@code clip_grad_norm_}).
     */
    record Norm(double most) implements ClipSpec {
        /** What keeps the quotient finite. */
        public static final double EPSILON = 1e-6;

        public Norm {
            require(most);
        }
    }

    /** Each number by itself: {@code g ← min(max(g, −most), most)} ({@code clip_grad_value_}); NaN stays. */
    record Value(double most) implements ClipSpec {
        public Value {
            require(most);
        }
    }

    private static void require(double most) {
        if (!(most > 0 && most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gradients are clipped at a finite number above 0, found " + most);
        }
    }
}
