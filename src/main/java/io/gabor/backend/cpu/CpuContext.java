package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.Pointwise;
import io.gabor.backend.cpu.simd.Curve;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;

/** What every op of one backend shares. */
record CpuContext(Memory memory, WorkerPool pool, Kernels kernels) {
    /** Returns the kernels' name of an activation. */
    static Function function(Activation activation) {
        return switch (activation.kind()) {
            case IDENTITY -> Function.IDENTITY;
            case RELU -> Function.RELU;
            case LEAKY_RELU -> Function.LEAKY_RELU;
            case SIGMOID -> Function.SIGMOID;
            case TANH -> Function.TANH;
        };
    }

    /** Returns the kernels' name of a pointwise function. */
    static Curve curve(Pointwise function) {
        return switch (function.kind()) {
            case GELU -> Curve.GELU;
            case SILU -> Curve.SILU;
            case ELU -> Curve.ELU;
            case SOFTPLUS -> Curve.SOFTPLUS;
            case HARD_SWISH -> Curve.HARD_SWISH;
        };
    }

    /** Returns {@code ceil(a / b)}. */
    static int ceilDiv(int a, int b) {
        return (a - 1) / b + 1;
    }
}
