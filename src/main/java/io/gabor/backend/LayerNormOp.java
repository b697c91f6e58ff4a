package io.gabor.backend;

import io.gabor.tensor.Tensor;

/**
 * A layer normalisation, planned for a size of samples and a largest batch. Made by {@link Backend#layerNorm}, which states the
 * mathematics. It keeps the statistics of the last samples from forward to backward.
 */
public interface LayerNormOp extends AutoCloseable {
    /** Computes {@code y} for the first {@code n} samples of {@code x}. */
    void forward(int n, Tensor x, Tensor gamma, Tensor beta, Tensor y);

    /**
     * Computes the gradients from {@code dy}; all are overwritten. {@link #forward} has run last for the same samples.
     *
     * @param x what {@link #forward} was given
     * @param gamma what it was given
     * @param dx null where nobody needs it
     */
    void backward(int n, Tensor x, Tensor gamma, Tensor dy, Tensor dgamma, Tensor dbeta, Tensor dx);

    /** Returns the bytes of workspace that this op holds. */
    long workspaceBytes();

    /** Releases the workspace. */
    @Override
    void close();
}
