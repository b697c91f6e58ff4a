package io.gabor.train;

/**
 * One epoch of training.
 *
 * @param epoch its number, from 1
 * @param loss the mean loss over its samples, each taken while the parameters were what they were then
 * @param samples how many samples were seen: all, unless the run was stopped
 * @param seconds how long it took, without the validation
 * @param validation what the validation set gave at its end; null without one, or where the epoch was not completed
 */
public record EpochResult(int epoch, double loss, int samples, double seconds, TestResult validation) {
    EpochResult with(TestResult result) {
        return new EpochResult(epoch, loss, samples, seconds, result);
    }

    public double imagesPerSecond() {
        return samples / seconds;
    }
}
