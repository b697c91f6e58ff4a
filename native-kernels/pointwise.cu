// Element-wise functions whose derivatives take the input: io.gabor.backend.Pointwise. As in elementwise.cu, a block has 256
// threads and each takes every (blocks · 256)-th element. Memory-bound, with one or two exponentials an element.
#include "gabor.cuh"

// The codes are the ordinals of io.gabor.backend.Pointwise.Kind.
constexpr int POINTWISE_GELU = 0;
constexpr int POINTWISE_SILU = 1;
constexpr int POINTWISE_ELU = 2;
constexpr int POINTWISE_SOFTPLUS = 3;

GABOR_DEVICE float pointwise_sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// The normal distribution at x; by erfc, which loses nothing where it is small.
GABOR_DEVICE float pointwise_normal(float x) { return 0.5f * erfcf(-0.70710678f * x); }

// The product, 0 where the factor is: at minus infinity too.
GABOR_DEVICE float pointwise_times(float x, float factor) { return factor == 0.0f ? 0.0f : x * factor; }

GABOR_DEVICE float pointwise_value(int kind, float alpha, float x) {
    switch (kind) {
        case POINTWISE_GELU:
            return pointwise_times(x, pointwise_normal(x));
        case POINTWISE_SILU:
            return pointwise_times(x, pointwise_sigmoid(x));
        case POINTWISE_ELU:
            return x > 0.0f ? x : alpha * expm1f(x);
        case POINTWISE_SOFTPLUS:
            return (x < 0.0f ? 0.0f : x) + log1pf(expf(-fabsf(x)));
        default:
            return x <= -3.0f ? 0.0f : x >= 3.0f ? x : x * (x + 3.0f) * (1.0f / 6.0f);
    }
}

GABOR_DEVICE float pointwise_slope(int kind, float alpha, float x) {
    switch (kind) {
        case POINTWISE_GELU:
            return pointwise_normal(x) + pointwise_times(x, expf(-0.5f * x * x)) * 0.39894228f;
        case POINTWISE_SILU: {
            float s = pointwise_sigmoid(x);
            return s + pointwise_times(pointwise_times(x, s), pointwise_sigmoid(-x));
        }
        case POINTWISE_ELU:
            return x > 0.0f ? 1.0f : alpha * expf(x);
        case POINTWISE_SOFTPLUS:
            return pointwise_sigmoid(x);
        default:
            return x <= -3.0f ? 0.0f : x >= 3.0f ? 1.0f : x * (1.0f / 3.0f) + 0.5f;
    }
}

// y[i] = f(x[i]), i < count; y may be x. Reads 4 and writes 4 bytes an element.
extern "C" __global__ void gabor_pointwise_forward(int count, int kind, float alpha, const float* x, float* y) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)count; i += gridDim.x * blockDim.x) {
        y[i] = pointwise_value(kind, alpha, x[i]);
    }
}

// dx[i] = dy[i] · f'(x[i]), i < count; dx may be dy. Reads 8 and writes 4 bytes an element.
extern "C" __global__ void gabor_pointwise_backward(
    int count, int kind, float alpha, const float* x, const float* dy, float* dx) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)count; i += gridDim.x * blockDim.x) {
        dx[i] = dy[i] * pointwise_slope(kind, alpha, x[i]);
    }
}

GABOR_KERNELS(gabor_pointwise_forward, gabor_pointwise_backward)
