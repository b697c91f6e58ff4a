package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
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

    /** Returns {@code ceil(a / b)}. */
    static int ceilDiv(int a, int b) {
        return (a - 1) / b + 1;
    }
}
