// Optimizer rules over all parameters of a net in one launch. The host cuts every parameter into chunks and writes a table
// into device memory, five words for each chunk: the addresses of its first value, gradient, first state and second state
// (0 where the rule has none), and its number of elements. One block of 256 threads updates one chunk. The learning rate
// and the number of the step are read from device memory, so that a step can be replayed.
//
// The cost is that of the memory traffic: value and gradient are read, value is written; each state is read and written.
#include "gabor.cuh"

constexpr int CHUNK_WORDS = 5;

GABOR_DEVICE float* optimizer_pointer(const long long* table, int word) {
    return reinterpret_cast<float*>(table[blockIdx.x * CHUNK_WORDS + word]);
}

GABOR_DEVICE int optimizer_count(const long long* table) {
    return (int)table[blockIdx.x * CHUNK_WORDS + 4];
}

// g = gradient + decay·p;  p −= rate·g.
extern "C" __global__ void gabor_optimizer_sgd(const long long* table, const float* rate, float decay) {
    float* values = optimizer_pointer(table, 0);
    const float* gradients = optimizer_pointer(table, 1);
    const int count = optimizer_count(table);
    const float eta = rate[0];
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        const float p = values[i];
        values[i] = p - eta * fmaf(decay, p, gradients[i]);
    }
}

// g = gradient + decay·p;  v = momentum·v + g;  p −= rate·v, or for Nesterov p −= rate·(g + momentum·v).
extern "C" __global__ void gabor_optimizer_momentum(const long long* table, const float* rate, float decay,
                                                    float momentum, int nesterov) {
    float* values = optimizer_pointer(table, 0);
    const float* gradients = optimizer_pointer(table, 1);
    float* velocities = optimizer_pointer(table, 2);
    const int count = optimizer_count(table);
    const float eta = rate[0];
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        const float p = values[i];
        const float g = fmaf(decay, p, gradients[i]);
        const float v = fmaf(momentum, velocities[i], g);
        velocities[i] = v;
        values[i] = p - eta * (nesterov ? fmaf(momentum, v, g) : v);
    }
}

// base^exponent by repeated squaring; 1 for an exponent below 1.
GABOR_DEVICE double optimizer_power(double base, int exponent) {
    double result = 1.0;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1) {
            result *= base;
        }
        base *= base;
    }
    return result;
}

// With t = step[0], from 1:
//   decoupled: p −= rate·decay·p, else g += decay·p
//   m = β1·m + (1 − β1)·g;  v = β2·v + (1 − β2)·g²
//   p −= rate/(1 − β1^t) · m / (√v / √(1 − β2^t) + ε)
// The bias corrections are the same for all elements: thread 0 of each block computes them in double.
extern "C" __global__ void gabor_optimizer_adam(const long long* table, const float* rate, const int* step,
                                                double beta1, double beta2, float epsilon, double decay,
                                                int decoupled) {
    GABOR_SHARED(float, corrected, 3);
    if (threadIdx.x == 0) {
        const double eta = rate[0];
        corrected[0] = (float)(eta / (1.0 - optimizer_power(beta1, step[0])));
        corrected[1] = (float)(1.0 / sqrt(1.0 - optimizer_power(beta2, step[0])));
        corrected[2] = decoupled ? (float)(1.0 - eta * decay) : 1.0f;
    }
    __syncthreads();
    const float eta = corrected[0];
    const float scale = corrected[1];
    const float shrink = corrected[2];
    const float added = decoupled ? 0.0f : (float)decay;
    const float keep1 = (float)beta1;
    const float gain1 = (float)(1.0 - beta1);
    const float keep2 = (float)beta2;
    const float gain2 = (float)(1.0 - beta2);
    float* values = optimizer_pointer(table, 0);
    const float* gradients = optimizer_pointer(table, 1);
    float* means = optimizer_pointer(table, 2);
    float* squares = optimizer_pointer(table, 3);
    const int count = optimizer_count(table);
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        const float g = fmaf(added, values[i], gradients[i]);
        const float m = fmaf(keep1, means[i], gain1 * g);
        const float v = fmaf(keep2, squares[i], gain2 * g * g);
        means[i] = m;
        squares[i] = v;
        values[i] = shrink * values[i] - eta * m / fmaf(sqrtf(v), scale, epsilon);
    }
}

// g = gradient + decay·p;  v = α·v + (1 − α)·g²;  d = g / (√v + ε);  with a second state u = momentum·u + d and p −= rate·u,
// without one p −= rate·d.
extern "C" __global__ void gabor_optimizer_rmsprop(const long long* table, const float* rate, float decay, double alpha,
                                                   float epsilon, float momentum) {
    float* values = optimizer_pointer(table, 0);
    const float* gradients = optimizer_pointer(table, 1);
    float* squares = optimizer_pointer(table, 2);
    float* velocities = optimizer_pointer(table, 3);
    const int count = optimizer_count(table);
    const float eta = rate[0];
    const float keep = (float)alpha;
    const float gain = (float)(1.0 - alpha);
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        const float p = values[i];
        const float g = fmaf(decay, p, gradients[i]);
        const float v = fmaf(keep, squares[i], gain * g * g);
        squares[i] = v;
        float direction = g / (sqrtf(v) + epsilon);
        if (velocities != nullptr) {
            direction = fmaf(momentum, velocities[i], direction);
            velocities[i] = direction;
        }
        values[i] = p - eta * direction;
    }
}

// g = gradient + decay·p;  s = s + g²;  p −= rate·g / (√s + ε).
extern "C" __global__ void gabor_optimizer_adagrad(const long long* table, const float* rate, float decay,
                                                   float epsilon) {
    float* values = optimizer_pointer(table, 0);
    const float* gradients = optimizer_pointer(table, 1);
    float* sums = optimizer_pointer(table, 2);
    const int count = optimizer_count(table);
    const float eta = rate[0];
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        const float p = values[i];
        const float g = fmaf(decay, p, gradients[i]);
        const float s = fmaf(g, g, sums[i]);
        sums[i] = s;
        values[i] = p - eta * (g / (sqrtf(s) + epsilon));
    }
}

// With t = step[0], from 1, and p in the gradient's place: d = min(decay, (1 + t) / (10 + t));  a = d·a + (1 − d)·p.
// The two weights add up to 1 as floats, too: else an average would drift away from a value that stays.
extern "C" __global__ void gabor_optimizer_average(const long long* table, const int* step, double decay) {
    float* averages = optimizer_pointer(table, 0);
    const float* followed = optimizer_pointer(table, 1);
    const int count = optimizer_count(table);
    const double begin = (1.0 + step[0]) / (10.0 + step[0]);
    const float keep = (float)(begin < decay ? begin : decay);
    const float gain = 1.0f - keep;
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        averages[i] = fmaf(keep, averages[i], gain * followed[i]);
    }
}

GABOR_KERNELS(gabor_optimizer_sgd, gabor_optimizer_momentum, gabor_optimizer_adam, gabor_optimizer_rmsprop,
              gabor_optimizer_adagrad, gabor_optimizer_average)
