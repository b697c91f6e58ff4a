package io.gabor.backend;

import io.gabor.tensor.Tensor;

/** Enlarging of images, planned for one geometry and a largest batch. Made by {@link Backend#enlarge2d}. */
public interface EnlargeOp extends AutoCloseable {
    /** Computes {@code y} for the first {@code n} samples of {@code x}. */
    void forward(int n, Tensor x, Tensor y);

    /** Computes {@code dx}, the gradient of the input, from {@code dy}; overwritten. */
    void backward(int n, Tensor dy, Tensor dx);

    /** Returns the bytes of workspace that this op holds. */
    long workspaceBytes();

    /** Releases the workspace. */
    @Override
    void close();
}
