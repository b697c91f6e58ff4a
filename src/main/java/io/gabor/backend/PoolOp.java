package io.gabor.backend;

import io.gabor.tensor.Tensor;

/**
 * A pooling op, planned for one geometry and a largest batch. Made by {@link Backend#maxPool2d} and
 * {@link Backend#avgPool2d}, which state the mathematics.
 */
public interface PoolOp extends AutoCloseable {
    /** Computes {@code y} for the first {@code n} samples of {@code x}. */
    void forward(int n, Tensor x, Tensor y);

    /**
     * Computes {@code dx}, the gradient of the input, from {@code dy}; overwritten. Where windows overlap their
     * contributions add; where no window reaches, the gradient is 0.
     *
     * @param x what {@link #forward} was given last
     * @param y what it wrote
     */
    void backward(int n, Tensor x, Tensor y, Tensor dy, Tensor dx);

    /** Returns the bytes of workspace that this op holds. */
    long workspaceBytes();

    /** Releases the workspace. */
    @Override
    void close();
}
