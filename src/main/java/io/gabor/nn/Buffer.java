package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * What a layer keeps from batch to batch without learning it from a gradient: saved with the parameters, unknown to the
 * optimizer.
 *
 * @param name unique in its network, as a {@link Parameter}'s
 * @param value the current values
 * @param frozen whether training never changes them
 */
public record Buffer(String name, Tensor value, boolean frozen) {
    public Shape shape() {
        return value.shape();
    }

    @Override
    public String toString() {
        return name + " " + value.shape();
    }
}
