package io.gabor.model;

import io.gabor.nn.Sequential;
import io.gabor.tensor.Shape;
import java.util.function.IntFunction;

/**
 * A model by name: its layers for a number of classes, and the recipe that trains it.
 *
 * @param name what to call it by
 * @param description one line for people
 * @param sampleShape the samples that its recipe's data set has
 * @param classes the classes that its recipe's data set has
 * @param architecture makes new layers for a number of outputs
 * @param recipe how it is trained
 */
public record Model(
        String name,
        String description,
        Shape sampleShape,
        int classes,
        IntFunction<Sequential> architecture,
        Recipe recipe) {
    /** Returns new layers with an output for each class. */
    public Sequential layers(int outputs) {
        return architecture.apply(outputs);
    }

    /** Returns new layers for the classes of the recipe's data set. */
    public Sequential layers() {
        return layers(classes);
    }
}
