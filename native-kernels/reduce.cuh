// Sums in double over a warp and over a block, in a fixed order.
#pragma once
#include "gabor.cuh"

// The sum of value over the warp, in all lanes. Every lane must call it.
GABOR_DEVICE double gabor_warp_sum(double value) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(GABOR_WARP, value, distance);
    }
    return value;
}

// The sum over the block of each warp's value, in thread 0. Every thread must call it, once for each array sums, which has
// room for a number of each warp.
GABOR_DEVICE double reduce_block_sum(double warp_value, double* sums) {
    if (threadIdx.x % 32 == 0) {
        sums[threadIdx.x / 32] = warp_value;
    }
    __syncthreads();
    double total = 0.0;
    if (threadIdx.x == 0) {
        for (int w = 0; w < (int)blockDim.x / 32; w++) {
            total += sums[w];
        }
    }
    return total;
}
