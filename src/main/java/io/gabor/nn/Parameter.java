package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * What a layer learns.
 *
 * @param name unique in its network: the layer's name, a dot, and {@code weight} or {@code bias}
 * @param value the current values
 * @param gradient of the loss with respect to {@code value}, same shape, overwritten by every backward pass; null in a
 *     network that was built for inference
 */
public record Parameter(String name, Tensor value, Tensor gradient) {
    public Shape shape() {
        return value.shape();
    }

    @Override
    public String toString() {
        return name + " " + value.shape();
    }
}
