package io.gabor.train;

/**
 * Where a training run is.
 *
 * @param epoch the epoch under way, from 1
 * @param epochs the epochs of the whole run
 * @param step the steps taken in this epoch
 * @param steps the steps of an epoch
 * @param samples the samples seen in this epoch
 * @param loss the mean loss of this epoch so far
 * @param imagesPerSecond the rate of this epoch so far
 */
public record Progress(int epoch, int epochs, int step, int steps, int samples, double loss, double imagesPerSecond) {}
