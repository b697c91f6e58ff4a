package io.gabor.backend;

import io.gabor.tensor.Tensor;

/**
 * A batch normalisation, planned for a number of channels and pixels and a largest batch. Made by
 * {@link Backend#batchNorm}, which states the mathematics. It keeps the statistics of the last batch from forward to backward.
 */
public interface BatchNormOp extends AutoCloseable {
    /**
     * Normalises by the statistics of these {@code n} samples, and moves the running ones towards them.
     *
     * @param runningMean C elements, read and written
     * @param runningVariance C elements, read and written
     */
    void forward(int n, Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVariance, Tensor y);

    /** Normalises by the running statistics, which stay as they are. Those of the last batch are kept. */
    void infer(int n, Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVariance, Tensor y);

    /**
     * Computes the gradients from {@code dy}; all are overwritten. {@link #forward} has run last for the same samples.
     *
     * @param x what {@link #forward} was given
     * @param gamma what it was given
     * @param y what it wrote
     * @param dx null where nobody needs it
     */
    void backward(int n, Tensor x, Tensor gamma, Tensor y, Tensor dy, Tensor dgamma, Tensor dbeta, Tensor dx);

    /** Returns the bytes of workspace that this op holds. */
    long workspaceBytes();

    /** Releases the workspace. */
    @Override
    void close();
}
