package io.gabor.backend;

/**
 * The settings of a batch normalisation.
 *
 * @param epsilon added to the variance, so that a channel of equal values does not divide by 0; above 0
 * @param momentum how much of a batch's statistics goes into the running ones, in [0, 1]
 * @param activation computed with it, behind it
 */
public record BatchNormSpec(double epsilon, double momentum, Activation activation) {
    public BatchNormSpec {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon must be finite and above 0, found " + epsilon);
        }
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("the momentum must be in [0, 1], found " + momentum);
        }
    }
}
