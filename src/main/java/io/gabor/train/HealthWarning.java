package io.gabor.train;

/**
 * A sign that training stalls or is about to blow up, said once for each layer.
 *
 * @param kind what it is a sign of
 * @param step the step that showed it, counted from 1
 * @param layer the layer's name; of several, the one where it is worst
 * @param factor how much: the quotient of two gradients, above 1; the share of units or outputs; the ratio of update and
 *     weights
 * @param text the same in words, with what usually helps
 */
public record HealthWarning(Kind kind, long step, String layer, double factor, String text) {
    /** What a warning is about. */
    public enum Kind {
        /** Gradients that become smaller from layer to layer on their way to the input. */
        VANISHING_GRADIENT,
        /** Gradients that become larger on their way to the input, or from step to step. */
        EXPLODING_GRADIENT,
        /** Units that put out 0 for every sample, and so learn nothing. */
        DEAD_UNITS,
        /** Outputs at the flat ends of a sigmoid or tanh. */
        SATURATION,
        /** Steps that change the weights too much. */
        LARGE_UPDATE,
        /** Steps that hardly change the weights. */
        SMALL_UPDATE
    }
}
