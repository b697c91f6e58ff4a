package io.gabor.backend.cpu.simd;

/** The element-wise functions that the kernels know; their derivatives are written in terms of the output. */
public enum Function {
    IDENTITY,
    RELU,
    LEAKY_RELU,
    SIGMOID,
    TANH
}
