package io.gabor.backend;

import io.gabor.tensor.Tensor;

/**
 * A convolution or dense op, planned for one geometry, one epilogue and a largest batch; it owns whatever workspace it
 * needs and allocates nothing when called. Made by {@link Backend#conv2d} and {@link Backend#dense}, which state the
 * mathematics and shapes.
 */
public interface WeightedOp extends AutoCloseable {
    /**
     * Computes {@code y = activation(x ∗ w + b)} for the first {@code n} samples.
     *
     * @param n the number of samples, 1 to the planned largest batch
     * @param b the bias, or null where the epilogue has none
     */
    void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y);

    /**
     * Computes the gradients of a loss from {@code dy}, its gradient with respect to {@code y}. All results are
     * overwritten, not added to; they are sums over the {@code n} samples.
     *
     * @param y what {@link #forward} wrote for the same {@code x}, {@code w} and {@code b}
     * @param dw receives the gradient of the weights
     * @param db receives the gradient of the bias; null where the epilogue has none
     * @param dx receives the gradient of the input; null where nobody needs it (a net's first layer)
     */
    void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx);

    /**
     * Computes the gradient of the input alone, which needs no {@code x}: {@code dx} as {@link #backward} does. Forward, this
     * is a transposed convolution.
     *
     * @throws UnsupportedOperationException unless this is a convolution with {@link Epilogue#NONE}
     */
    default void inputGradient(int n, Tensor w, Tensor dy, Tensor dx) {
        throw new UnsupportedOperationException(
                "only a convolution without bias, activation and pooling computes its input's gradient alone");
    }

    /** Returns the bytes of workspace that this op holds beside the tensors passed to it. */
    long workspaceBytes();

    /** Releases the workspace. */
    @Override
    void close();
}
