package io.gabor.train;

/**
 * How well a network does on a data set.
 *
 * @param loss the mean loss
 * @param correct the number of samples whose largest output is at the label; for targets, whose outputs, as
 *     probabilities where the loss has them, are all on the target's side of 0.5
 * @param samples the number of samples
 * @param seconds how long the test took
 */
public record TestResult(double loss, int correct, int samples, double seconds) {
    /** Returns the share of correct samples, 0 to 1. */
    public double accuracy() {
        return (double) correct / samples;
    }

    public double imagesPerSecond() {
        return samples / seconds;
    }
}
