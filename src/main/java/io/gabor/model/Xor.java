package io.gabor.model;

import io.gabor.data.Dataset;
import io.gabor.tensor.Shape;

/** The exclusive or: four samples that no single layer can separate. */
public final class Xor {
    /** The name of the data set. */
    public static final String NAME = "xor";

    private Xor() {}

    /** Returns the four samples of two values with one target each. */
    public static Dataset dataset() {
        return Dataset.regression(
                NAME, Shape.of(2), new float[] {0, 0, 0, 1, 1, 0, 1, 1}, Shape.of(1), new float[] {0, 1, 1, 0});
    }
}
