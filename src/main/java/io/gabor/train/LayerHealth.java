package io.gabor.train;

import java.util.List;

/**
 * A layer in one watched step, with the activation that it computes too. A unit is a value of its output, or a channel where
 * the output is an image.
 *
 * @param layer the layer's name
 * @param activation the kind of the activation, as {@code relu}; empty for none
 * @param mean of the outputs over the batch
 * @param deviation the outputs' standard deviation over the batch
 * @param gradient the norm of a sample's gradient at the output, as the root of the mean square over the batch; NaN where
 *     nothing needs that gradient
 * @param dead the share of units that are 0 for every sample of the batch; NaN where the activation is never exactly 0
 * @param saturated the share of outputs where the activation's slope is below a fiftieth of its steepest; NaN where it has no
 *     such bounds
 * @param parameters what the layer learns
 */
public record LayerHealth(
        String layer,
        String activation,
        double mean,
        double deviation,
        double gradient,
        double dead,
        double saturated,
        List<ParameterHealth> parameters) {
    public LayerHealth {
        parameters = List.copyOf(parameters);
    }

    /** Returns the norm of the gradient of all its parameters together; NaN if it has none. */
    public double weightGradient() {
        return parameters.isEmpty()
                ? Double.NaN
                : Math.sqrt(parameters.stream()
                        .mapToDouble(p -> p.gradient() * p.gradient())
                        .sum());
    }

    /** Returns ‖Δw‖ / ‖w‖ of the first of its parameters, the weights; NaN if it has none. */
    public double updateRatio() {
        return parameters.isEmpty() ? Double.NaN : parameters.get(0).updateRatio();
    }
}
