package io.gabor.backend.cpu.simd;

/** What Adam's update needs in one step, already rounded to float. Mutable, so that a step allocates nothing. */
public final class AdamConstants {
    /** {@code 1 − η·weightDecay} where the decay is decoupled, else 1. */
    public float shrink;
    /** The weight decay added to the gradient; 0 where it is decoupled. */
    public float decay;

    public float beta1;
    /** {@code 1 − β1}. */
    public float gain1;

    public float beta2;
    /** {@code 1 − β2}. */
    public float gain2;
    /** {@code η / (1 − β1ᵗ)}. */
    public float rate;
    /** {@code 1 / √(1 − β2ᵗ)}. */
    public float scale;

    public float epsilon;
}
