// Kernels with one mistake each, of the kinds that the emulator must find. They are part of its libcuda.so.1, so that the
// tests in Java can run them too; no module of Gabor names them.
#include "gabor.cuh"

// Reads what a neighbour writes, with no barrier between.
extern "C" __global__ void gabor_broken_no_barrier(const float* __restrict__ x, float* __restrict__ y) {
    GABOR_SHARED(float, tile, 64);
    tile[threadIdx.x] = x[threadIdx.x];
    y[threadIdx.x] = tile[(threadIdx.x + 1) % 64];
}

// The barrier is there, but the tile is written again before all have read it.
extern "C" __global__ void gabor_broken_second_barrier(int rounds, const float* __restrict__ x, float* __restrict__ y) {
    GABOR_SHARED(float, tile, 64);
    float sum = 0;
    for (int r = 0; r < rounds; r++) {
        tile[threadIdx.x] = x[threadIdx.x] * static_cast<float>(r + 1);
        __syncthreads();
        sum += tile[63 - threadIdx.x];
    }
    y[threadIdx.x] = sum;
}

// Only half of the threads reach the barrier.
extern "C" __global__ void gabor_broken_barrier_in_branch(float* y) {
    if (threadIdx.x < blockDim.x / 2) {
        __syncthreads();
    }
    y[threadIdx.x] = 1;
}

// Only half of the lanes reach the shuffle.
extern "C" __global__ void gabor_broken_shuffle_in_branch(float* y) {
    float value = static_cast<float>(threadIdx.x);
    if (threadIdx.x % 32 < 16) {
        value = __shfl_xor_sync(GABOR_WARP, value, 1);
    }
    __syncthreads();
    y[threadIdx.x] = value;
}

// A mask that is not full.
extern "C" __global__ void gabor_broken_mask(float* y) {
    y[threadIdx.x] = __shfl_xor_sync(0xffffu, static_cast<float>(threadIdx.x), 1);
}

// Reads one element too far.
extern "C" __global__ void gabor_broken_read(int n, const float* __restrict__ x, float* __restrict__ y) {
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        y[i] = x[i + 1];
    }
}

// Writes `distance` elements beyond the end, or before the start when it is negative.
extern "C" __global__ void gabor_broken_write(int distance, int n, float* y) {
    if (threadIdx.x == 3) {
        y[distance < 0 ? distance : n - 1 + distance] = 1;
    }
}

// Follows a table of pointers, one of which may be stale.
extern "C" __global__ void gabor_broken_table(const float* const* __restrict__ table, float* __restrict__ y) {
    y[threadIdx.x] = table[0][threadIdx.x];
}

// Writes beyond the end of shared memory, or before its start.
extern "C" __global__ void gabor_broken_shared(int at, float* y) {
    GABOR_SHARED(float, tile, 48);
    tile[at] = 2;
    __syncthreads();
    y[threadIdx.x] = tile[0];
}

// Adds up shared memory that nobody wrote.
extern "C" __global__ void gabor_broken_shared_not_written(float* y) {
    GABOR_SHARED(float, tile, 64);
    if (threadIdx.x % 2 == 0) {
        tile[threadIdx.x] = 1;
    }
    __syncthreads();
    y[threadIdx.x] = tile[threadIdx.x];
}

// Leaves the last element as it was.
extern "C" __global__ void gabor_broken_not_written(int n, float* y) {
    for (int i = threadIdx.x; i < n - 1; i += blockDim.x) {
        y[i] = 0;
    }
}

// Every block writes the same element.
extern "C" __global__ void gabor_broken_blocks_race(float* y) {
    if (threadIdx.x == 0) {
        y[0] = static_cast<float>(blockIdx.x);
    }
}

// Adds in the order in which the threads happen to come.
extern "C" __global__ void gabor_broken_unordered_sum(const float* __restrict__ x, float* sum) {
    *sum += x[threadIdx.x];
}

// Reads a vector from an address that is no multiple of 16.
extern "C" __global__ void gabor_broken_vector(const float* x, float* y) {
    float4 v = *reinterpret_cast<const float4*>(x + 1);
    y[threadIdx.x] = v.x + v.w;
}

// Uses an array that is larger than a thread's stack in the emulator.
extern "C" __global__ void gabor_broken_stack(int n, float* y) {
    volatile float local[65536];
    for (int i = 0; i < n; i++) {
        local[i] = static_cast<float>(i);
    }
    y[threadIdx.x] = local[n / 2];
}

GABOR_KERNELS(gabor_broken_no_barrier, gabor_broken_second_barrier, gabor_broken_barrier_in_branch,
              gabor_broken_shuffle_in_branch, gabor_broken_mask, gabor_broken_read, gabor_broken_write,
              gabor_broken_table, gabor_broken_shared, gabor_broken_shared_not_written, gabor_broken_not_written,
              gabor_broken_blocks_race, gabor_broken_unordered_sum, gabor_broken_vector, gabor_broken_stack)
