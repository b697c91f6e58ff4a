// Element-wise functions. Every kernel maps count elements, one after the other in memory, to count elements; a block has
// 256 threads, and each thread takes every (blocks · 256)-th element (a grid-stride loop), so that any grid computes the
// same. The cost is that of the memory traffic: each element is read once from every input and written once.
#include "gabor.cuh"

// y[i] = f(x[i]), i < count; y may be x. Reads 4 and writes 4 bytes an element.
extern "C" __global__ void gabor_elementwise_activation(int count, int kind, float slope, const float* x, float* y) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)count; i += gridDim.x * blockDim.x) {
        y[i] = gabor_activate(kind, slope, x[i]);
    }
}

// dx[i] = dy[i] · f', with f' from y[i], i < count; dx may be dy. Reads 8 and writes 4 bytes an element.
extern "C" __global__ void gabor_elementwise_activation_backward(
    int count, int kind, float slope, const float* y, const float* dy, float* dx) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)count; i += gridDim.x * blockDim.x) {
        dx[i] = dy[i] * gabor_activation_derivative(kind, slope, y[i]);
    }
}

// sum[i] = a[i] + b[i], i < count; sum may be a or b. Reads 8 and writes 4 bytes an element.
extern "C" __global__ void gabor_elementwise_add(int count, const float* a, const float* b, float* sum) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)count; i += gridDim.x * blockDim.x) {
        sum[i] = a[i] + b[i];
    }
}

// y[i] = a·x[i] + b·y[i], i < count; for b = 0, y is not read. Reads 8 and writes 4 bytes an element.
extern "C" __global__ void gabor_elementwise_blend(int count, float a, const float* x, float b, float* y) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)count; i += gridDim.x * blockDim.x) {
        const float scaled = a * x[i];
        y[i] = b == 0.0f ? scaled : fmaf(b, y[i], scaled);
    }
}

// target[r·target_pitch + j] = source[r·source_pitch + j], r < rows, j < length. Reads 4 and writes 4 bytes an element.
extern "C" __global__ void gabor_elementwise_copy_rows(
    int rows, int length, const float* source, int source_pitch, float* target, int target_pitch) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)(rows * length); i += gridDim.x * blockDim.x) {
        unsigned r = i / length;
        unsigned j = i - r * length;
        target[r * target_pitch + j] = source[r * source_pitch + j];
    }
}

GABOR_KERNELS(gabor_elementwise_activation, gabor_elementwise_activation_backward, gabor_elementwise_add,
              gabor_elementwise_blend, gabor_elementwise_copy_rows)
