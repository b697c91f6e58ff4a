package io.gabor.backend;

/** Which inputs receive a max-pooling window's gradient when several hold the maximum. */
public enum Ties {
    /** The first in row-major order, as in PyTorch and cuDNN. */
    FIRST,
    /** Each of them receives the full gradient: what {@code (window == max) * gradient} computes. */
    ALL
}
