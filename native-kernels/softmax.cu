// Softmax of each row of a matrix and its backward pass; x, y, dy, dx: rows × cols.
//
// One warp computes one row: lane l takes columns l, l + 32, ...; maxima and sums go over the lanes in one fixed order. A
// block has 8 warps; a warp takes every (blocks · 8)-th row. A row is read three times forward (the second and third time
// from the cache) and twice backward.
#include "gabor.cuh"

// y[r,c] = exp(x[r,c] − max) / Σ exp(x[r,·] − max). Subtracting the maximum keeps exp from overflowing. A row with a NaN
// becomes NaN: the maximum passes it over, and the sum does not.
extern "C" __global__ void gabor_softmax_forward(int rows, int cols, const float* x, float* y) {
    const int lane = threadIdx.x % 32;
    const int warps = gridDim.x * (blockDim.x / 32);
    for (int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; row < rows; row += warps) {
        const float* in = x + (size_t)row * cols;
        float* out = y + (size_t)row * cols;
        float max = -INFINITY;
        for (int c = lane; c < cols; c += 32) {
            max = fmaxf(max, in[c]);
        }
        max = gabor_warp_max(max);
        float sum = 0.0f;
        for (int c = lane; c < cols; c += 32) {
            sum += expf(in[c] - max);
        }
        sum = gabor_warp_sum(sum);
        for (int c = lane; c < cols; c += 32) {
            out[c] = expf(in[c] - max) / sum;
        }
    }
}

// dx[r,c] = y[r,c] · (dy[r,c] − Σ over k of y[r,k]·dy[r,k]).
extern "C" __global__ void gabor_softmax_backward(int rows, int cols, const float* y, const float* dy, float* dx) {
    const int lane = threadIdx.x % 32;
    const int warps = gridDim.x * (blockDim.x / 32);
    for (int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; row < rows; row += warps) {
        const size_t at = (size_t)row * cols;
        float dot = 0.0f;
        for (int c = lane; c < cols; c += 32) {
            dot = fmaf(y[at + c], dy[at + c], dot);
        }
        dot = gabor_warp_sum(dot);
        for (int c = lane; c < cols; c += 32) {
            dx[at + c] = y[at + c] * (dy[at + c] - dot);
        }
    }
}

GABOR_KERNELS(gabor_softmax_forward, gabor_softmax_backward)
