// Bounds on gradients. The host cuts every gradient into chunks and writes a table into device memory, two words for each
// chunk: the address of its first element, and its number of elements. One block of 256 threads takes one chunk.
//
// By norm: gabor_clip_squares, gabor_clip_factor with one block, gabor_clip_scale. The sums are taken in double and in an
// order that depends on the chunks alone. The cost is that of the memory traffic: each element is read twice and written
// once; where nothing is to be bounded it is read once.
#include "reduce.cuh"

constexpr int CLIP_THREADS = 256;
constexpr int CLIP_WORDS = 2;

GABOR_DEVICE float* clip_pointer(const long long* table) {
    return reinterpret_cast<float*>(table[blockIdx.x * CLIP_WORDS]);
}

GABOR_DEVICE int clip_count(const long long* table) {
    return (int)table[blockIdx.x * CLIP_WORDS + 1];
}

// sums[chunk] = Σ g² over the chunk.
extern "C" __global__ void __launch_bounds__(CLIP_THREADS) gabor_clip_squares(const long long* table, double* sums) {
    GABOR_SHARED(double, warps, CLIP_THREADS / 32);
    const float* g = clip_pointer(table);
    const int count = clip_count(table);
    double sum = 0.0;
    for (int i = threadIdx.x; i < count; i += CLIP_THREADS) {
        sum += (double)g[i] * g[i];
    }
    sum = reduce_block_sum(gabor_warp_sum(sum), warps);
    if (threadIdx.x == 0) {
        sums[blockIdx.x] = sum;
    }
}

// sums[chunks] = min(1, most / (√(Σ sums[0 .. chunks)) + 1e-6)); NaN stays. One block.
extern "C" __global__ void __launch_bounds__(CLIP_THREADS) gabor_clip_factor(int chunks, double* sums, double most) {
    GABOR_SHARED(double, warps, CLIP_THREADS / 32);
    double sum = 0.0;
    for (int i = threadIdx.x; i < chunks; i += CLIP_THREADS) {
        sum += sums[i];
    }
    sum = reduce_block_sum(gabor_warp_sum(sum), warps);
    if (threadIdx.x == 0) {
        const double factor = most / (sqrt(sum) + 1e-6);
        sums[chunks] = factor > 1.0 ? 1.0 : factor;
    }
}

// g *= sums[chunks].
extern "C" __global__ void __launch_bounds__(CLIP_THREADS)
    gabor_clip_scale(const long long* table, const double* sums, int chunks) {
    float* g = clip_pointer(table);
    const int count = clip_count(table);
    const float factor = (float)sums[chunks];
    if (factor != 1.0f) {
        for (int i = threadIdx.x; i < count; i += CLIP_THREADS) {
            g[i] *= factor;
        }
    }
}

// g = min(max(g, −most), most), written so that NaN stays NaN.
extern "C" __global__ void __launch_bounds__(CLIP_THREADS) gabor_clip_value(const long long* table, float most) {
    float* g = clip_pointer(table);
    const int count = clip_count(table);
    for (int i = threadIdx.x; i < count; i += CLIP_THREADS) {
        const float value = g[i];
        g[i] = value > most ? most : value < -most ? -most : value;
    }
}

GABOR_KERNELS(gabor_clip_squares, gabor_clip_factor, gabor_clip_scale, gabor_clip_value)
