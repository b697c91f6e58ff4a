package io.gabor.backend;

import io.gabor.tensor.Shape;

/** How a bias is shared over the output of a convolution or dense layer. */
public enum Bias {
    /** No bias. */
    NONE,
    /** One value per filter (or output unit), shared by all pixels; its gradient is the sum over batch and pixels. */
    PER_FILTER,
    /** One value per filter and output pixel; its gradient is the sum over the batch. */
    PER_PIXEL;

    /**
     * Returns the bias's shape for one sample's output shape: {@code O} or {@code O×OH×OW}.
     *
     * @throws IllegalStateException for {@link #NONE}, which has no shape
     */
    public Shape shape(Shape output) {
        return switch (this) {
            case NONE -> throw new IllegalStateException("there is no bias, so it has no shape");
            case PER_FILTER -> Shape.of(output.dim(0));
            case PER_PIXEL -> output;
        };
    }
}
