package io.gabor.train;

import java.util.List;

/**
 * What one watched step showed ({@link Trainer#watch}).
 *
 * @param epoch the epoch, from 1
 * @param step the step, counted from 1 over the whole run
 * @param rate the learning rate of that step
 * @param samples the samples of the batch whose outputs were looked at; of a step of several batches, the last one
 * @param layers the layers with parameters or an activation, from the input to the output
 * @param warnings what this step gave cause to say for the first time
 */
public record Health(
        int epoch, long step, double rate, int samples, List<LayerHealth> layers, List<HealthWarning> warnings) {
    public Health {
        layers = List.copyOf(layers);
        warnings = List.copyOf(warnings);
    }
}
