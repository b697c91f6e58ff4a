package io.gabor.train;

/**
 * A parameter in one watched step. Norms are Euclidean.
 *
 * @param name the parameter's name, as {@code conv1.weight}
 * @param norm of its values before the step, ‖w‖
 * @param gradient the norm of the gradient that the step followed, clipped where gradients are
 * @param update the norm of what the step added, ‖Δw‖
 */
public record ParameterHealth(String name, double norm, double gradient, double update) {
    /** Returns ‖Δw‖ / ‖w‖; NaN where all values were 0, as biases are at first. */
    public double updateRatio() {
        return norm == 0 ? Double.NaN : update / norm;
    }
}
