package io.gabor.backend;

/**
 * The settings of a dropout.
 *
 * @param probability p, with which a unit is dropped, in [0, 1)
 * @param seed what the masks are drawn from; two dropouts of one net have different ones
 */
public record DropoutSpec(double probability, long seed) {
    public DropoutSpec {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("the probability of dropping must be in [0, 1), found " + probability);
        }
    }

    /** Returns p·2³², rounded down: a unit is dropped if its 32 random bits, read as a number without sign, are below. */
    public long threshold() {
        return (long) (probability * 0x1p32);
    }

    /** Returns 1/(1 − p), by which what stays is multiplied. */
    public double scale() {
        return 1 / (1 - probability);
    }
}
