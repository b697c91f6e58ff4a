// Layer normalisation: x, y are N×F, γ and β have F elements; mean and variance are those of a sample's F values. A block of
// 256 threads has one sample: blockIdx.x. Threads add in float, blocks in double; every sum has one order, which depends on
// F alone. Memory-bound: a sample is read three times forward and twice backward, from the second-level cache but for the
// first time.
#include "reduce.cuh"

constexpr int LAYERNORM_THREADS = 256;
constexpr int LAYERNORM_WARPS = LAYERNORM_THREADS / 32;

// y = (x − mean)/√(variance + ε)·γ + β, and statistics[n] = the mean, what rounding took from it, 1/√(variance + ε).
extern "C" __global__ void __launch_bounds__(LAYERNORM_THREADS)
    gabor_layernorm_forward(int features, double epsilon, const float* __restrict__ x, const float* __restrict__ gamma,
                            const float* __restrict__ beta, float* __restrict__ statistics, float* __restrict__ y) {
    GABOR_SHARED(double, sums, LAYERNORM_WARPS);
    GABOR_SHARED(double, distance_sums, LAYERNORM_WARPS);
    GABOR_SHARED(double, square_sums, LAYERNORM_WARPS);
    GABOR_SHARED(float, map, 3);
    const size_t begin = (size_t)blockIdx.x * features;
    float sum = 0.0f;
    for (int j = threadIdx.x; j < features; j += LAYERNORM_THREADS) {
        sum += x[begin + j];
    }
    const double total = reduce_block_sum(gabor_warp_sum((double)sum), sums);
    if (threadIdx.x == 0) {
        map[0] = (float)(total / features);
    }
    __syncthreads();
    const float centre = map[0];
    float distance = 0.0f;
    float square = 0.0f;
    for (int j = threadIdx.x; j < features; j += LAYERNORM_THREADS) {
        const float d = x[begin + j] - centre;
        distance += d;
        square += d * d;
    }
    const double distances = reduce_block_sum(gabor_warp_sum((double)distance), distance_sums);
    const double squares = reduce_block_sum(gabor_warp_sum((double)square), square_sums);
    if (threadIdx.x == 0) {
        const double rest = distances / features;
        const double mean_square = squares / features - rest * rest;
        const double variance = mean_square > 0.0 || mean_square != mean_square ? mean_square : 0.0;
        const double inverse = 1.0 / sqrt(variance + epsilon);
        map[1] = (float)inverse;
        map[2] = (float)(-rest * inverse);
        statistics[blockIdx.x * 3] = centre;
        statistics[blockIdx.x * 3 + 1] = (float)rest;
        statistics[blockIdx.x * 3 + 2] = (float)inverse;
    }
    __syncthreads();
    const float scale = map[1];
    const float shift = map[2];
    for (int j = threadIdx.x; j < features; j += LAYERNORM_THREADS) {
        y[begin + j] = ((x[begin + j] - centre) * scale + shift) * gamma[j] + beta[j];
    }
}

// dgamma[j] = Σ over n of dy·x̂, dbeta[j] = Σ over n of dy. One thread for each column, grid-stride; neighbours read
// neighbouring values.
extern "C" __global__ void __launch_bounds__(LAYERNORM_THREADS)
    gabor_layernorm_parameters(int n, int features, const float* __restrict__ statistics, const float* __restrict__ x,
                               const float* __restrict__ dy, float* __restrict__ dgamma, float* __restrict__ dbeta) {
    for (int j = blockIdx.x * LAYERNORM_THREADS + threadIdx.x; j < features; j += gridDim.x * LAYERNORM_THREADS) {
        float products = 0.0f;
        float sum = 0.0f;
        for (int s = 0; s < n; s++) {
            const size_t at = (size_t)s * features + j;
            const float rest = statistics[s * 3 + 1];
            const float inverse = statistics[s * 3 + 2];
            sum += dy[at];
            products += dy[at] * ((x[at] - statistics[s * 3]) * inverse - rest * inverse);
        }
        dgamma[j] = products;
        dbeta[j] = sum;
    }
}

// dx = (g − mean of g − x̂·mean of g·x̂)/√(variance + ε), with g = γ·dy.
extern "C" __global__ void __launch_bounds__(LAYERNORM_THREADS)
    gabor_layernorm_backward(int features, const float* __restrict__ statistics, const float* __restrict__ x,
                             const float* __restrict__ gamma, const float* __restrict__ dy, float* __restrict__ dx) {
    GABOR_SHARED(double, gradient_sums, LAYERNORM_WARPS);
    GABOR_SHARED(double, product_sums, LAYERNORM_WARPS);
    GABOR_SHARED(float, map, 2);
    const size_t begin = (size_t)blockIdx.x * features;
    const float centre = statistics[blockIdx.x * 3];
    const double rest = statistics[blockIdx.x * 3 + 1];
    const double inverse = statistics[blockIdx.x * 3 + 2];
    float gradient = 0.0f;
    float product = 0.0f;
    for (int j = threadIdx.x; j < features; j += LAYERNORM_THREADS) {
        const float g = dy[begin + j] * gamma[j];
        gradient += g;
        product += g * (x[begin + j] - centre);
    }
    const double sum = reduce_block_sum(gabor_warp_sum((double)gradient), gradient_sums);
    const double products = reduce_block_sum(gabor_warp_sum((double)product), product_sums);
    if (threadIdx.x == 0) {
        const double slope = -inverse * inverse * inverse * (products - rest * sum) / features;
        map[0] = (float)slope;
        map[1] = (float)(-inverse * sum / features - slope * rest);
    }
    __syncthreads();
    const float scale = (float)inverse;
    const float slope = map[0];
    const float term = map[1];
    for (int j = threadIdx.x; j < features; j += LAYERNORM_THREADS) {
        dx[begin + j] = scale * (dy[begin + j] * gamma[j]) + (slope * (x[begin + j] - centre) + term);
    }
}

GABOR_KERNELS(gabor_layernorm_forward, gabor_layernorm_parameters, gabor_layernorm_backward)
