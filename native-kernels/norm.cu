// Batch normalisation: x, y are N×C×P. The m = n·P values of a channel are cut into slices; a block of 256 threads has one
// slice of one channel: blockIdx.x is the channel, blockIdx.y the slice, of which there are gridDim.y. Threads add in float,
// blocks in double; every sum has one order, which depends on m and the number of slices alone, and that on m.
//
// Two kernels make a pass: the first leaves two sums for each slice in partials: channels × slices × 2 doubles. In the
// second every block adds those of its channel again, which is less work than a third launch, and maps its slice. Both are
// memory-bound; a slice is small enough for the second-level cache.
#include "gabor.cuh"

constexpr int NORM_THREADS = 256;
constexpr int NORM_WARPS = NORM_THREADS / 32;

// The begin of a slice of m values.
GABOR_DEVICE int norm_slice(int m, int slice) { return (int)((long long)m * slice / (int)gridDim.y); }

// Where value e of a channel is.
GABOR_DEVICE int norm_at(int e, int channel, int channels, int pixels) {
    int sample = e / pixels;
    return (sample * channels + channel) * pixels + (e - sample * pixels);
}

GABOR_DEVICE double norm_warp_sum(double value) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(GABOR_WARP, value, distance);
    }
    return value;
}

// Replaces a and b by their sums over the block, in every thread. Every thread must call it.
GABOR_DEVICE void norm_block_sums(double& a, double& b, double* shared) {
    double warp_a = norm_warp_sum(a);
    double warp_b = norm_warp_sum(b);
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
        shared[threadIdx.x / 32 * 2] = warp_a;
        shared[threadIdx.x / 32 * 2 + 1] = warp_b;
    }
    __syncthreads();
    a = 0.0;
    b = 0.0;
    for (int w = 0; w < NORM_WARPS; w++) {
        a += shared[w * 2];
        b += shared[w * 2 + 1];
    }
}

// partials[c,s] = mean of the slice, and Σ (x − mean)² over it. Reads the slice twice.
extern "C" __global__ void __launch_bounds__(NORM_THREADS)
    gabor_norm_moments(int m, int channels, int pixels, const float* __restrict__ x, double* __restrict__ partials) {
    GABOR_SHARED(double, sums, NORM_WARPS * 2);
    const int channel = blockIdx.x;
    const int begin = norm_slice(m, blockIdx.y);
    const int end = norm_slice(m, blockIdx.y + 1);
    float sum = 0.0f;
    for (int e = begin + threadIdx.x; e < end; e += NORM_THREADS) {
        sum += x[norm_at(e, channel, channels, pixels)];
    }
    double total = sum;
    double unused = 0.0;
    norm_block_sums(total, unused, sums);
    const float centre = (float)(total / (end - begin));
    float distance = 0.0f;
    float square = 0.0f;
    for (int e = begin + threadIdx.x; e < end; e += NORM_THREADS) {
        const float d = x[norm_at(e, channel, channels, pixels)] - centre;
        distance += d;
        square += d * d;
    }
    double distances = distance;
    double squares = square;
    norm_block_sums(distances, squares, sums);
    if (threadIdx.x == 0) {
        const double rest = distances / (end - begin);
        double* out = partials + (channel * (int)gridDim.y + (int)blockIdx.y) * 2;
        out[0] = centre + rest;
        out[1] = squares - distances * rest;
    }
}

// y = activation((x − mean)·γ/√(variance + ε) + β), and what a channel's first block writes: the running statistics, and
// statistics[c] = the mean, what rounding took from it, 1/√(variance + ε). The means of the slices are combined by their
// lengths, the squares as Chan, Golub and LeVeque do.
extern "C" __global__ void __launch_bounds__(NORM_THREADS)
    gabor_norm_forward(int m, int channels, int pixels, double epsilon, double momentum, int kind, float slope,
                       const double* __restrict__ partials, const float* __restrict__ x,
                       const float* __restrict__ gamma, const float* __restrict__ beta, float* running_mean,
                       float* running_variance, float* statistics, float* __restrict__ y) {
    GABOR_SHARED(float, map, 3);
    const int channel = blockIdx.x;
    if (threadIdx.x == 0) {
        const double* in = partials + channel * (int)gridDim.y * 2;
        double mean = 0.0;
        for (int s = 0; s < (int)gridDim.y; s++) {
            mean += in[s * 2] * (norm_slice(m, s + 1) - norm_slice(m, s));
        }
        mean /= m;
        double squares = 0.0;
        for (int s = 0; s < (int)gridDim.y; s++) {
            const double d = in[s * 2] - mean;
            squares += in[s * 2 + 1] + d * d * (norm_slice(m, s + 1) - norm_slice(m, s));
        }
        const double variance = squares > 0.0 || squares != squares ? squares / m : 0.0;
        const double inverse = 1.0 / sqrt(variance + epsilon);
        const float centre = (float)mean;
        const double rest = mean - centre;
        map[0] = centre;
        map[1] = (float)(gamma[channel] * inverse);
        map[2] = (float)(beta[channel] - rest * gamma[channel] * inverse);
        if (blockIdx.y == 0) {
            statistics[channel * 3] = centre;
            statistics[channel * 3 + 1] = (float)rest;
            statistics[channel * 3 + 2] = (float)inverse;
            if (m > 1) {
                const double old_mean = running_mean[channel];
                const double old_variance = running_variance[channel];
                running_mean[channel] = (float)(old_mean + momentum * (mean - old_mean));
                running_variance[channel] =
                    (float)(old_variance + momentum * (variance * m / (m - 1.0) - old_variance));
            }
        }
    }
    __syncthreads();
    const float centre = map[0];
    const float scale = map[1];
    const float shift = map[2];
    const int end = norm_slice(m, blockIdx.y + 1);
    for (int e = norm_slice(m, blockIdx.y) + threadIdx.x; e < end; e += NORM_THREADS) {
        const int at = norm_at(e, channel, channels, pixels);
        y[at] = gabor_activate(kind, slope, (x[at] - centre) * scale + shift);
    }
}

// y = activation((x − mean)·γ/√(variance + ε) + β) by the running statistics.
extern "C" __global__ void __launch_bounds__(NORM_THREADS)
    gabor_norm_infer(int m, int channels, int pixels, double epsilon, int kind, float slope,
                     const float* __restrict__ x, const float* __restrict__ gamma, const float* __restrict__ beta,
                     const float* __restrict__ mean, const float* __restrict__ variance, float* __restrict__ y) {
    const int channel = blockIdx.x;
    const float centre = mean[channel];
    const float scale = (float)(gamma[channel] / sqrt(variance[channel] + epsilon));
    const float shift = beta[channel];
    const int end = norm_slice(m, blockIdx.y + 1);
    for (int e = norm_slice(m, blockIdx.y) + threadIdx.x; e < end; e += NORM_THREADS) {
        const int at = norm_at(e, channel, channels, pixels);
        y[at] = gabor_activate(kind, slope, (x[at] - centre) * scale + shift);
    }
}

// partials[c,s] = Σ dz and Σ dz·(x − mean) over the slice, dz = dy·activation'. The mean here is the one rounded to float.
extern "C" __global__ void __launch_bounds__(NORM_THREADS) gabor_norm_products(
    int m, int channels, int pixels, int kind, float slope, const float* __restrict__ statistics,
    const float* __restrict__ x, const float* __restrict__ y, const float* __restrict__ dy,
    double* __restrict__ partials) {
    GABOR_SHARED(double, sums, NORM_WARPS * 2);
    const int channel = blockIdx.x;
    const float centre = statistics[channel * 3];
    const int end = norm_slice(m, blockIdx.y + 1);
    float sum = 0.0f;
    float product = 0.0f;
    for (int e = norm_slice(m, blockIdx.y) + threadIdx.x; e < end; e += NORM_THREADS) {
        const int at = norm_at(e, channel, channels, pixels);
        const float dz = dy[at] * gabor_activation_derivative(kind, slope, y[at]);
        sum += dz;
        product += dz * (x[at] - centre);
    }
    double total = sum;
    double products = product;
    norm_block_sums(total, products, sums);
    if (threadIdx.x == 0) {
        double* out = partials + (channel * (int)gridDim.y + (int)blockIdx.y) * 2;
        out[0] = total;
        out[1] = products;
    }
}

// dβ = Σ dz, dγ = Σ dz·x̂, dx = γ/√(variance + ε) · (dz − dβ/m − x̂·dγ/m); dx may be null.
extern "C" __global__ void __launch_bounds__(NORM_THREADS) gabor_norm_backward(
    int m, int channels, int pixels, int kind, float slope, const double* __restrict__ partials,
    const float* __restrict__ statistics, const float* __restrict__ x, const float* __restrict__ gamma,
    const float* __restrict__ y, const float* __restrict__ dy, float* __restrict__ dgamma, float* __restrict__ dbeta,
    float* __restrict__ dx) {
    GABOR_SHARED(float, map, 3);
    const int channel = blockIdx.x;
    if (threadIdx.x == 0) {
        const double* in = partials + channel * (int)gridDim.y * 2;
        double sum = 0.0;
        double products = 0.0;
        for (int s = 0; s < (int)gridDim.y; s++) {
            sum += in[s * 2];
            products += in[s * 2 + 1];
        }
        const double rest = statistics[channel * 3 + 1];
        const double inverse = statistics[channel * 3 + 2];
        const double product = (products - rest * sum) * inverse;
        const double scale = gamma[channel] * inverse;
        const double slant = -scale * inverse * product / m;
        map[0] = (float)scale;
        map[1] = (float)slant;
        map[2] = (float)(-scale * sum / m - slant * rest);
        if (blockIdx.y == 0) {
            dbeta[channel] = (float)sum;
            dgamma[channel] = (float)product;
        }
    }
    __syncthreads();
    const float centre = statistics[channel * 3];
    const float of_dz = map[0];
    const float of_x = map[1];
    const float term = map[2];
    const int end = dx == nullptr ? 0 : norm_slice(m, blockIdx.y + 1);
    for (int e = norm_slice(m, blockIdx.y) + threadIdx.x; e < end; e += NORM_THREADS) {
        const int at = norm_at(e, channel, channels, pixels);
        const float dz = dy[at] * gabor_activation_derivative(kind, slope, y[at]);
        dx[at] = of_dz * dz + (of_x * (x[at] - centre) + term);
    }
}

GABOR_KERNELS(gabor_norm_moments, gabor_norm_forward, gabor_norm_infer, gabor_norm_products, gabor_norm_backward)
