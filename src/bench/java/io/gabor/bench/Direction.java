package io.gabor.bench;

/** Which way an op is run. */
public enum Direction {
    FORWARD,
    /** All gradients that the layer needs in a net. */
    BACKWARD
}
