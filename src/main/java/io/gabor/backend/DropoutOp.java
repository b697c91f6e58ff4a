package io.gabor.backend;

import io.gabor.tensor.Tensor;

/** A dropout, planned for one size and a largest batch. Made by {@link Backend#dropout}, which states the mathematics. */
public interface DropoutOp extends AutoCloseable {
    /**
     * Multiplies the units of {@code n} samples by the mask of {@code counter[0]}. With x it is the forward pass, with dy for x
     * and dx for y the backward pass. Nothing is kept between them: the same counter gives the same mask.
     *
     * @param counter I32, one element: the number of the step
     * @param y may be {@code x}
     */
    void apply(int n, Tensor counter, Tensor x, Tensor y);

    /** Returns the bytes of workspace that this op holds. */
    long workspaceBytes();

    /** Releases the workspace. */
    @Override
    void close();
}
