package io.gabor.backend.cpu.simd;

/** The element-wise functions whose derivatives are written in terms of the input. */
public enum Curve {
    GELU,
    SILU,
    ELU,
    SOFTPLUS,
    HARD_SWISH
}
