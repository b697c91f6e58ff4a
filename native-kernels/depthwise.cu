// Depthwise convolutions: each channel has filters of its own, so there is no product of matrices to tile. The work is as
// good as the memory's: every value is read once from the device's memory, and once for each tap from the caches.
//
// All kernels begin with the geometry as in convforward.cu. A filter o reads channel o / (filters / channels).
#include "gabor.cuh"

// ---- forward -------------------------------------------------------------------------------------------------------------

// y[n,o,i,j] = f(Σ over p,q of x[n,c,i·s − pad + p·d, j·s − pad + q·d] · w[o,p,q] + bias), taps in the padding left out.
// KERNEL is the kernel's extent both ways, or 0 for any. One thread for each output, grid-stride, blocks of 256:
// neighbours read neighbours. The bias is none (0), per filter (1) or per pixel (2).
template <int KERNEL>
GABOR_DEVICE void depthwise_forward(int images, int channels, int height, int width, int filters, int out_height,
                                    int out_width, int kernel_rows, int kernel_cols, int stride_rows, int stride_cols,
                                    int dilation_rows, int dilation_cols, int pad_top, int pad_left, int bias,
                                    int activation, float slope, const float* __restrict__ x,
                                    const float* __restrict__ w, const float* __restrict__ b, float* __restrict__ y) {
    const int rows = KERNEL > 0 ? KERNEL : kernel_rows;
    const int cols = KERNEL > 0 ? KERNEL : kernel_cols;
    const int multiplier = filters / channels;
    const int count = images * filters * out_height * out_width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int j = e % out_width;
        int rest = e / out_width;
        int i = rest % out_height;
        int plane = rest / out_height;
        int filter = plane % filters;
        const float* from = x + (plane / filters * channels + filter / multiplier) * (height * width);
        const float* weights = w + filter * (rows * cols);
        int top = i * stride_rows - pad_top;
        int left = j * stride_cols - pad_left;
        float sum = 0.0f;
#pragma unroll
        for (int p = 0; p < rows; p++) {
            int h = top + p * dilation_rows;
#pragma unroll
            for (int q = 0; q < cols; q++) {
                int v = left + q * dilation_cols;
                if (h >= 0 && h < height && v >= 0 && v < width) {
                    sum += from[h * width + v] * weights[p * cols + q];
                }
            }
        }
        if (bias == 1) {
            sum += b[filter];
        } else if (bias == 2) {
            sum += b[(filter * out_height + i) * out_width + j];
        }
        y[e] = gabor_activate(activation, slope, sum);
    }
}

#define GABOR_DEPTHWISE_FORWARD(name, KERNEL)                                                                        \
    extern "C" __global__ void __launch_bounds__(256) name(                                                          \
        int images, int channels, int height, int width, int filters, int out_height, int out_width, int /* groups */,     \
        int kernel_rows, int kernel_cols, int stride_rows, int stride_cols, int dilation_rows, int dilation_cols,    \
        int pad_top, int pad_left, int bias, int activation, float slope, const float* __restrict__ x,               \
        const float* __restrict__ w, const float* __restrict__ b, float* __restrict__ y) {                           \
        depthwise_forward<KERNEL>(images, channels, height, width, filters, out_height, out_width, kernel_rows,      \
                                  kernel_cols, stride_rows, stride_cols, dilation_rows, dilation_cols, pad_top,      \
                                  pad_left, bias, activation, slope, x, w, b, y);                                    \
    }

GABOR_DEPTHWISE_FORWARD(gabor_depthwise_forward_3x3, 3)
GABOR_DEPTHWISE_FORWARD(gabor_depthwise_forward_5x5, 5)
GABOR_DEPTHWISE_FORWARD(gabor_depthwise_forward_any, 0)

// ---- the gradient of the input -------------------------------------------------------------------------------------------

// dx[n,c,h,v] = Σ over the channel's filters o and the taps (p,q) of an output (i,j) that reads (h,v) of
// dz[n,o,i,j] · w[o,p,q]. One thread for each input, grid-stride, blocks of 256.
template <int KERNEL>
GABOR_DEVICE void depthwise_data(int images, int channels, int height, int width, int filters, int out_height,
                                 int out_width, int kernel_rows, int kernel_cols, int stride_rows, int stride_cols,
                                 int dilation_rows, int dilation_cols, int pad_top, int pad_left,
                                 const float* __restrict__ dz, const float* __restrict__ w, float* __restrict__ dx) {
    const int rows = KERNEL > 0 ? KERNEL : kernel_rows;
    const int cols = KERNEL > 0 ? KERNEL : kernel_cols;
    const int multiplier = filters / channels;
    const int count = images * channels * height * width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int v = e % width;
        int rest = e / width;
        int h = rest % height;
        int plane = rest / height;
        int channel = plane % channels;
        float sum = 0.0f;
        for (int m = 0; m < multiplier; m++) {
            const float* weights = w + (channel * multiplier + m) * (rows * cols);
            const float* from = dz + (plane * multiplier + m) * (out_height * out_width);
#pragma unroll
            for (int p = 0; p < rows; p++) {
                int down = h + pad_top - p * dilation_rows;
                int i = down / stride_rows;
                bool row = down >= 0 && i < out_height && i * stride_rows == down;
#pragma unroll
                for (int q = 0; q < cols; q++) {
                    int across = v + pad_left - q * dilation_cols;
                    int j = across / stride_cols;
                    if (row && across >= 0 && j < out_width && j * stride_cols == across) {
                        sum += from[i * out_width + j] * weights[p * cols + q];
                    }
                }
            }
        }
        dx[e] = sum;
    }
}

#define GABOR_DEPTHWISE_DATA(name, KERNEL)                                                                           \
    extern "C" __global__ void __launch_bounds__(256) name(                                                          \
        int images, int channels, int height, int width, int filters, int out_height, int out_width, int /* groups */,     \
        int kernel_rows, int kernel_cols, int stride_rows, int stride_cols, int dilation_rows, int dilation_cols,    \
        int pad_top, int pad_left, const float* __restrict__ dz, const float* __restrict__ w,                        \
        float* __restrict__ dx) {                                                                                    \
        depthwise_data<KERNEL>(images, channels, height, width, filters, out_height, out_width, kernel_rows,         \
                               kernel_cols, stride_rows, stride_cols, dilation_rows, dilation_cols, pad_top,         \
                               pad_left, dz, w, dx);                                                                 \
    }

GABOR_DEPTHWISE_DATA(gabor_depthwise_data_3x3, 3)
GABOR_DEPTHWISE_DATA(gabor_depthwise_data_5x5, 5)
GABOR_DEPTHWISE_DATA(gabor_depthwise_data_any, 0)

// ---- the gradient of the weights -----------------------------------------------------------------------------------------

// Taps whose sums a thread keeps in registers at a time.
constexpr int DEPTHWISE_TAPS = 9;

// partial[chunk, o, p, q] = Σ over the chunk's outputs of dz[n,o,i,j] · x[n,c,i·s − pad + p·d, j·s − pad + q·d], and
// partial_bias[chunk, o] = Σ of dz[n,o,i,j] unless that is null. A chunk is chunk_pixels of the images·OH·OW outputs of a
// filter; gabor_convfilter_sum adds the chunks. Grid: one block of 256 threads for each chunk and filter, the filters
// first. A thread adds every 256th output for nine taps at a time, then come a tree over the lanes of each warp and the
// 8 warps in order. For nine taps dz is read once, and x nine times from the caches.
extern "C" __global__ void __launch_bounds__(256)
    gabor_depthwise_filter(int images, int channels, int height, int width, int filters, int out_height, int out_width,
                           int /* groups */, int kernel_rows, int kernel_cols, int stride_rows, int stride_cols,
                           int dilation_rows, int dilation_cols, int pad_top, int pad_left, int chunk_pixels,
                           const float* __restrict__ x, const float* __restrict__ dz, float* __restrict__ partial,
                           float* __restrict__ partial_bias) {
    GABOR_SHARED(float, sums, 8 * (DEPTHWISE_TAPS + 1));
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const int filter = blockIdx.x % filters;
    const int chunk = blockIdx.x / filters;
    const int channel = filter / (filters / channels);
    const int pixels = out_height * out_width;
    const int taps = kernel_rows * kernel_cols;
    const int first = chunk * chunk_pixels;
    const int end = min(first + chunk_pixels, images * pixels);
    for (int tap = 0; tap < taps; tap += DEPTHWISE_TAPS) {
        float sum[DEPTHWISE_TAPS] = {};
        float bias = 0.0f;
        for (int t = first + (int)threadIdx.x; t < end; t += 256) {
            int image = t / pixels;
            int pixel = t - image * pixels;
            int i = pixel / out_width;
            int j = pixel - i * out_width;
            float gradient = dz[(image * filters + filter) * pixels + pixel];
            bias += gradient;
            const float* from = x + (image * channels + channel) * (height * width);
            int top = i * stride_rows - pad_top;
            int left = j * stride_cols - pad_left;
            int p = tap / kernel_cols;
            int q = tap - p * kernel_cols;
#pragma unroll
            for (int k = 0; k < DEPTHWISE_TAPS; k++) {
                int h = top + p * dilation_rows;
                int v = left + q * dilation_cols;
                if (p < kernel_rows && h >= 0 && h < height && v >= 0 && v < width) {
                    sum[k] += gradient * from[h * width + v];
                }
                q++;
                if (q == kernel_cols) {
                    q = 0;
                    p++;
                }
            }
        }
#pragma unroll
        for (int k = 0; k < DEPTHWISE_TAPS; k++) {
            float total = gabor_warp_sum(sum[k]);
            if (lane == 0) {
                sums[warp * (DEPTHWISE_TAPS + 1) + k] = total;
            }
        }
        bias = gabor_warp_sum(bias);
        if (lane == 0) {
            sums[warp * (DEPTHWISE_TAPS + 1) + DEPTHWISE_TAPS] = bias;
        }
        __syncthreads();
        int k = threadIdx.x;
        if (k <= DEPTHWISE_TAPS) {
            float total = sums[k];
#pragma unroll
            for (int other = 1; other < 8; other++) {
                total += sums[other * (DEPTHWISE_TAPS + 1) + k];
            }
            if (k < DEPTHWISE_TAPS && tap + k < taps) {
                partial[(chunk * filters + filter) * taps + tap + k] = total;
            } else if (k == DEPTHWISE_TAPS && tap == 0 && partial_bias != nullptr) {
                partial_bias[chunk * filters + filter] = total;
            }
        }
        __syncthreads();
    }
}

GABOR_KERNELS(gabor_depthwise_forward_3x3, gabor_depthwise_forward_5x5, gabor_depthwise_forward_any,
              gabor_depthwise_data_3x3, gabor_depthwise_data_5x5, gabor_depthwise_data_any, gabor_depthwise_filter)
