// Kernels without mistakes, one for each part of CUDA that the shim has. What they compute is checked by selftest.cpp.
#include "gabor.cuh"

// y[i] = a * x[i] + y[i]
extern "C" __global__ void __launch_bounds__(256)
        gabor_sound_axpy(int n, float a, const float* __restrict__ x, float* __restrict__ y) {
    for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < n; i += static_cast<int>(gridDim.x * blockDim.x)) {
        y[i] = fmaf(a, x[i], y[i]);
    }
}

// One sum for each block of 256 elements: warps by shuffles, then the warps' sums through shared memory.
extern "C" __global__ void __launch_bounds__(256) gabor_sound_sum(int n, const float* __restrict__ x, float* __restrict__ sums) {
    GABOR_SHARED(float, of_warp, 8);
    int i = static_cast<int>(blockIdx.x * 256 + threadIdx.x);
    float sum = gabor_warp_sum(i < n ? x[i] : 0.0f);
    if (threadIdx.x % 32 == 0) {
        of_warp[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    if (threadIdx.x < 32) {
        sum = gabor_warp_sum(threadIdx.x < 8 ? of_warp[threadIdx.x] : 0.0f);
        if (threadIdx.x == 0) {
            sums[blockIdx.x] = sum;
        }
    }
}

// Each thread's place, as a number.
extern "C" __global__ void gabor_sound_places(int* __restrict__ places) {
    unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    places[block * blockDim.x * blockDim.y * blockDim.z + thread] =
            static_cast<int>(threadIdx.x + 10 * threadIdx.y + 100 * threadIdx.z + 1000 * blockIdx.x + 10000 * blockIdx.y
                             + 100000 * blockIdx.z);
}

// Transposes through a tile, with barriers in a loop.
extern "C" __global__ void gabor_sound_transpose(int n, const float* __restrict__ x, float* __restrict__ y) {
    GABOR_SHARED(float, tile, 16 * 17);
    for (int from = 0; from < n; from += 16) {
        tile[threadIdx.y * 17 + threadIdx.x] = x[(blockIdx.x * 16 + threadIdx.y) * n + from + threadIdx.x];
        __syncthreads();
        y[(from + threadIdx.y) * n + blockIdx.x * 16 + threadIdx.x] = tile[threadIdx.x * 17 + threadIdx.y];
        __syncthreads();
    }
}

// All warp operations; the last warp may be partial.
extern "C" __global__ void gabor_sound_warp(int* __restrict__ out) {
    int lane = static_cast<int>(threadIdx.x % 32);
    int value = static_cast<int>(threadIdx.x);
    int* mine = out + 8 * threadIdx.x;
    mine[0] = __shfl_sync(GABOR_WARP, value, 3);
    mine[1] = __shfl_up_sync(GABOR_WARP, value, 1);
    mine[2] = __shfl_down_sync(GABOR_WARP, value, 1, 8);
    mine[3] = static_cast<int>(__ballot_sync(GABOR_WARP, lane % 3 == 0));
    mine[4] = __any_sync(GABOR_WARP, lane == 5);
    mine[5] = __all_sync(GABOR_WARP, lane < 5);
    __syncwarp();
    mine[6] = static_cast<int>(__shfl_xor_sync(GABOR_WARP, static_cast<double>(value) + 0.5, 1) * 2);
    mine[7] = __popc(static_cast<unsigned>(value)) + __clz(value);
}

// Counts with an atomic, which gives the same whatever the order.
extern "C" __global__ void gabor_sound_count(int n, const unsigned char* __restrict__ x, int* count) {
    int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < n && x[i] >= 128) {
        atomicAdd(count, 1);
    }
}

// Vectors of four where the address allows it.
extern "C" __global__ void gabor_sound_vectors(int n, const float* __restrict__ x, float* __restrict__ y) {
    int i = static_cast<int>(4 * threadIdx.x);
    if (i + 3 < n && GABOR_ALIGNED16(x) && GABOR_ALIGNED16(y)) {
        float4 v = *reinterpret_cast<const float4*>(x + i);
        *reinterpret_cast<float4*>(y + i) = make_float4(v.w, v.z, v.y, v.x);
    } else {
        for (int k = 0; k < 4 && i + k < n; k++) {
            y[i + k] = -x[i + k];
        }
    }
}

// Scales every tensor of a table.
extern "C" __global__ void gabor_sound_table(const int* __restrict__ sizes, float* const* __restrict__ tensors, double by) {
    float* tensor = tensors[blockIdx.x];
    for (int i = static_cast<int>(threadIdx.x); i < sizes[blockIdx.x]; i += static_cast<int>(blockDim.x)) {
        tensor[i] = static_cast<float>(tensor[i] * by);
    }
}

// The activations and their derivatives.
extern "C" __global__ void gabor_sound_activation(int kind, float slope, int n, const float* __restrict__ x, float* __restrict__ y,
                                       float* __restrict__ dy) {
    int i = static_cast<int>(threadIdx.x);
    if (i < n) {
        y[i] = gabor_activate(kind, slope, x[i]);
        dy[i] = gabor_activation_derivative(kind, slope, y[i]);
    }
}

GABOR_KERNELS(gabor_sound_axpy, gabor_sound_sum, gabor_sound_places, gabor_sound_transpose, gabor_sound_warp,
              gabor_sound_count, gabor_sound_vectors, gabor_sound_table, gabor_sound_activation)
