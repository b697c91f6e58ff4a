package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * What runs between two layers: values forward, and their gradient backward.
 *
 * @param value {@code N×...}, N the largest batch that the network was built for
 * @param gradient of the loss with respect to {@code value}, same shape; null where nothing before this point needs it
 */
public record Flow(Tensor value, Tensor gradient) {
    /** Returns the shape of one sample: {@code value}'s without the batch. */
    public Shape sampleShape() {
        return value.shape().sample();
    }

    /** Returns the number of values in one sample. */
    public int sampleSize() {
        return value.size() / value.shape().dim(0);
    }

    /** Returns the same flow under another sample shape of the same size; nothing is copied. */
    public Flow reshaped(Shape sample) {
        Shape shape = sample.batched(value.shape().dim(0));
        return new Flow(value.reshaped(shape), gradient == null ? null : gradient.reshaped(shape));
    }
}
