// Shared declarations of all kernels. The same .cu files are compiled twice: by nvcc to PTX for the GPU, and by g++ into
// the emulator (see emulator/cuda_shim.h), which runs them on a CPU and checks what a GPU does not.
//
// Rules for a kernel:
//   extern "C" __global__ void gabor_<family>_<what>(parameters), where a parameter is an int, a float, a double or a
//   plain pointer. Shared memory only through GABOR_SHARED. Warp operations with the full mask GABOR_WARP, reached by
//   every lane. No thread leaves before the last __syncthreads() of its block. No dynamic shared memory, no inline PTX,
//   no C++ library, no atomics on floats: every reduction has one order.
//   Name each kernel in GABOR_KERNELS(...), once, at the end of its file.
#pragma once

#ifdef GABOR_EMULATOR
#include "emulator/cuda_shim.h"
#else
#include <cstddef>
#include <cstdint>

// A shared-memory array of the block, one-dimensional: GABOR_SHARED(float, tile, 32 * 33); then tile[i]. Its content is
// undefined until it is written (the emulator fills it with NaN). It starts at a multiple of 16 bytes.
#define GABOR_SHARED(type, name, count) __shared__ __align__(16) type name[count]

// Makes the kernels of this file known to the emulator.
#define GABOR_KERNELS(...)

// Whether a float4 or int4 may be read from this address.
#define GABOR_ALIGNED16(pointer) ((reinterpret_cast<uintptr_t>(pointer) & 15u) == 0)
#endif

// All lanes of a warp: the only mask in use.
#define GABOR_WARP 0xffffffffu

// An inline function of the device. Not static for nvcc: into the names of static functions it puts a hash of the
// folder's name, which then decides about details of the PTX.
#ifdef GABOR_EMULATOR
#define GABOR_DEVICE static inline __attribute__((always_inline))
#else
#define GABOR_DEVICE __device__ __forceinline__
#endif

// ---- activations: io.gabor.backend.Activation -------------------------------------------------------------------------

// The codes are the ordinals of io.gabor.backend.Activation.Kind.
constexpr int GABOR_IDENTITY = 0;
constexpr int GABOR_RELU = 1;
constexpr int GABOR_LEAKY_RELU = 2;
constexpr int GABOR_SIGMOID = 3;
constexpr int GABOR_TANH = 4;

// y = f(x). The comparisons are written so that NaN stays NaN.
GABOR_DEVICE float gabor_activate(int kind, float slope, float x) {
    switch (kind) {
        case GABOR_RELU:
            return x <= 0.0f ? 0.0f : x;
        case GABOR_LEAKY_RELU:
            return x > 0.0f ? x : slope * x;
        case GABOR_SIGMOID:
            return 1.0f / (1.0f + expf(-x));
        case GABOR_TANH:
            return tanhf(x);
        default:
            return x;
    }
}

// f'(x), from y = f(x).
GABOR_DEVICE float gabor_activation_derivative(int kind, float slope, float y) {
    switch (kind) {
        case GABOR_RELU:
            return y > 0.0f ? 1.0f : 0.0f;
        case GABOR_LEAKY_RELU:
            return y > 0.0f ? 1.0f : slope;
        case GABOR_SIGMOID:
            return y * (1.0f - y);
        case GABOR_TANH:
            return 1.0f - y * y;
        default:
            return 1.0f;
    }
}

// ---- reductions in a fixed order ---------------------------------------------------------------------------------------

// The sum over the 32 lanes of a warp, in all of them. Every lane must call it.
GABOR_DEVICE float gabor_warp_sum(float value) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(GABOR_WARP, value, distance);
    }
    return value;
}

// The largest value of the 32 lanes of a warp, in all of them (fmaxf: a NaN loses). Every lane must call it.
GABOR_DEVICE float gabor_warp_max(float value) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        value = fmaxf(value, __shfl_xor_sync(GABOR_WARP, value, distance));
    }
    return value;
}
