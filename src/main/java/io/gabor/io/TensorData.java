package io.gabor.io;

import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.Objects;

/**
 * The numbers of one tensor in Java memory, as files hold them: row-major, {@code values.length == shape.size()}. The
 * array is not copied; equality is by shape and by value, a NaN equal to a NaN.
 */
public record TensorData(Shape shape, float[] values) {
    /**
     * @throws IllegalArgumentException if the number of values is not the shape's size
     */
    public TensorData {
        Objects.requireNonNull(shape, "shape");
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(
                    "a tensor of shape " + shape + " needs " + shape.size() + " values, found " + values.length);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorData data && shape.equals(data.shape) && Arrays.equals(values, data.values);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "TensorData[" + shape + "]";
    }
}
