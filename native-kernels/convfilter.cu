// Convolution, the gradients with respect to its weights and bias, as implicit matrix products over all pixels of the
// batch, cut into chunks that blocks sum side by side; then the chunks' sums are added in order. No atomics.
//
//   dw[o,c,p,q] = Σ over n,i,j of dz[n,o,i,j] · x[n, g·C/G + c, i·sH − padTop + p·dH, j·sW − padLeft + q·dW]
//   db[o]       = Σ over n,i,j of dz[n,o,i,j]                 per pixel: db[o,i,j] = Σ over n
//
// x: N×C×H×W, dz: N×O×OH×OW, dw: O×(C/G)×KH×KW. See convdata.cu for where dz comes from.
#include "tile.cuh"

// ---- chunks ------------------------------------------------------------------------------------------------------------

// Matrix sizes for each group: M = O/G filters, N = C/G·KH·KW weights of a filter, K = n·OH·OW pixels. Both operands run
// along the pixels, so both tiles keep 16 pixels of a row side by side in shared memory, 20 floats from one row to the
// next: rows are loaded and stored coalesced, and read back four pixels at a time, A as a broadcast, B by 32 lanes whose
// rows lie 20 floats apart, which touches all banks evenly.
//
// A block computes 4·TM filters × 32·TN weights over one chunk of pixels, thread by thread as in tile.cuh. Which channel
// and tap a weight belongs to is taken apart once for each block, into a table in shared memory, so that there is nothing
// to specialise by kernel size here; each thread takes its own pixel apart once for every 16.
//
// partial: chunks×O×(C/G)·KH·KW. partial_bias: chunks×O, or null where nobody needs it: the blocks of the first weights
// also sum the rows of dz that they hold anyway.
constexpr int FILTER_K = 16;
constexpr int FILTER_STRIDE = FILTER_K + 4;

template <int TM, int TN>
GABOR_DEVICE void conv_filter_tile(int images, int channels, int height, int width, int filters, int out_height,
                                   int out_width, int groups, int kernel_rows, int kernel_cols, int stride_rows,
                                   int stride_cols, int dilation_rows, int dilation_cols, int pad_top, int pad_left,
                                   int chunk_pixels, const float* __restrict__ x, const float* __restrict__ dz,
                                   float* __restrict__ partial, float* __restrict__ partial_bias) {
    constexpr int ROWS = TILE_WARPS * TM;
    constexpr int COLS = 32 * TN;
    constexpr int A_SIZE = ROWS * FILTER_STRIDE;
    constexpr int B_SIZE = COLS * FILTER_STRIDE;
    constexpr int LOAD_ROWS = TILE_THREADS / FILTER_K;
    constexpr int A_LOADS = (ROWS + LOAD_ROWS - 1) / LOAD_ROWS;
    constexpr int B_LOADS = COLS / LOAD_ROWS;
    GABOR_SHARED(float, as, 2 * A_SIZE);
    GABOR_SHARED(float, bs, 2 * B_SIZE);
    GABOR_SHARED(int, col_offset, COLS);
    GABOR_SHARED(int, col_down, COLS);
    GABOR_SHARED(int, col_right, COLS);

    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const int m_count = filters / groups;
    const int c_count = channels / groups;
    const int taps = kernel_rows * kernel_cols;
    const int n_count = c_count * taps;
    const int in_plane = height * width;
    const int out_plane = out_height * out_width;

    const int n_tiles = (n_count + COLS - 1) / COLS;
    const int m_tiles = (m_count + ROWS - 1) / ROWS;
    int rest = blockIdx.x;
    const int n_first = rest % n_tiles * COLS;
    rest /= n_tiles;
    const int m_first = rest % m_tiles * ROWS;
    rest /= m_tiles;
    const int group = rest % groups;
    const int chunk = rest / groups;
    const int pixel_begin = chunk * chunk_pixels;
    const int pixel_end = min(images * out_plane, pixel_begin + chunk_pixels);

    for (int col = threadIdx.x; col < COLS; col += TILE_THREADS) {
        int weight = n_first + col;
        int c = weight / taps;
        int tap = weight - c * taps;
        int down = tap / kernel_cols * dilation_rows;
        int right = tap % kernel_cols * dilation_cols;
        bool inside = weight < n_count;
        col_offset[col] = inside ? c * in_plane + down * width + right : 0;
        col_down[col] = inside ? down : 1 << 29;  // beyond the image, whatever the pixel
        col_right[col] = right;
    }
    __syncthreads();

    float a_next[A_LOADS];
    float b_next[B_LOADS];
    const int load_k = threadIdx.x % FILTER_K;
    const int load_row = threadIdx.x / FILTER_K;

    auto fetch = [&](int first) {
        int index = first + load_k;
        bool inside = index < pixel_end;
        int image = inside ? index / out_plane : 0;
        int pixel = inside ? index - image * out_plane : 0;
        int i = pixel / out_width;
        int row = i * stride_rows - pad_top;
        int col = (pixel - i * out_width) * stride_cols - pad_left;
        int dz_at = (image * filters + group * m_count + m_first) * out_plane + pixel;
        int x_at = (image * channels + group * c_count) * in_plane + row * width + col;
        if (!inside) {
            row = 1 << 29;
        }
#pragma unroll
        for (int r = 0; r < A_LOADS; r++) {
            int m = load_row + r * LOAD_ROWS;
            a_next[r] = inside && m < ROWS && m_first + m < m_count ? dz[dz_at + m * out_plane] : 0.0f;
        }
#pragma unroll
        for (int r = 0; r < B_LOADS; r++) {
            int n = load_row + r * LOAD_ROWS;
            int h = row + col_down[n];
            int v = col + col_right[n];
            bool there = h >= 0 && h < height && v >= 0 && v < width;
            b_next[r] = there ? x[x_at + col_offset[n]] : 0.0f;
        }
    };
    auto stage = [&](int buffer) {
#pragma unroll
        for (int r = 0; r < A_LOADS; r++) {
            int m = load_row + r * LOAD_ROWS;
            if (m < ROWS) {
                as[buffer * A_SIZE + m * FILTER_STRIDE + load_k] = a_next[r];
            }
        }
#pragma unroll
        for (int r = 0; r < B_LOADS; r++) {
            bs[buffer * B_SIZE + (load_row + r * LOAD_ROWS) * FILTER_STRIDE + load_k] = b_next[r];
        }
    };

    float sum[TM][TN];
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
        for (int t = 0; t < TN; t++) {
            sum[i][t] = 0.0f;
        }
    }
    const bool sums_bias = partial_bias != nullptr && n_first == 0 && threadIdx.x < ROWS;
    float bias = 0.0f;
    fetch(pixel_begin);
    stage(0);
    __syncthreads();
    int buffer = 0;
    for (int first = pixel_begin; first < pixel_end; first += FILTER_K) {
        bool more = first + FILTER_K < pixel_end;
        if (more) {
            fetch(first + FILTER_K);
        }
        const float* a_tile = as + buffer * A_SIZE + warp * TM * FILTER_STRIDE;
        const float* b_tile = bs + buffer * B_SIZE + lane * FILTER_STRIDE;
#pragma unroll
        for (int k = 0; k < FILTER_K; k += 4) {
            float4 b[TN];
#pragma unroll
            for (int t = 0; t < TN; t++) {
                b[t] = *reinterpret_cast<const float4*>(b_tile + 32 * t * FILTER_STRIDE + k);
            }
#pragma unroll
            for (int i = 0; i < TM; i++) {
                float4 a = *reinterpret_cast<const float4*>(a_tile + i * FILTER_STRIDE + k);
#pragma unroll
                for (int t = 0; t < TN; t++) {
                    sum[i][t] = fmaf(a.x, b[t].x, sum[i][t]);
                    sum[i][t] = fmaf(a.y, b[t].y, sum[i][t]);
                    sum[i][t] = fmaf(a.z, b[t].z, sum[i][t]);
                    sum[i][t] = fmaf(a.w, b[t].w, sum[i][t]);
                }
            }
        }
        if (sums_bias) {
#pragma unroll
            for (int k = 0; k < FILTER_K; k += 4) {
                float4 a = *reinterpret_cast<const float4*>(as + buffer * A_SIZE + threadIdx.x * FILTER_STRIDE + k);
                bias += (a.x + a.y) + (a.z + a.w);
            }
        }
        buffer ^= 1;
        if (more) {
            stage(buffer);
        }
        __syncthreads();
    }

#pragma unroll
    for (int i = 0; i < TM; i++) {
        int m = m_first + warp * TM + i;
#pragma unroll
        for (int t = 0; t < TN; t++) {
            int n = n_first + lane + 32 * t;
            if (m < m_count && n < n_count) {
                partial[(chunk * filters + group * m_count + m) * n_count + n] = sum[i][t];
            }
        }
    }
    if (sums_bias && m_first + static_cast<int>(threadIdx.x) < m_count) {
        partial_bias[chunk * filters + group * m_count + m_first + threadIdx.x] = bias;
    }
}

// gabor_convfilter_partial_<filters>x<weights>: one chunk. Grid: ceil(C/G·KH·KW / weights) · ceil(O/G / filters) · G ·
// chunks blocks of 128 threads. n·OH·OW·O·(C/G)·KH·KW multiply-adds.
#define GABOR_CONVFILTER(name, TM, TN)                                                                               \
    extern "C" __global__ void __launch_bounds__(TILE_THREADS, 3) name(                                              \
        int images, int channels, int height, int width, int filters, int out_height, int out_width, int groups,     \
        int kernel_rows, int kernel_cols, int stride_rows, int stride_cols, int dilation_rows, int dilation_cols,    \
        int pad_top, int pad_left, int chunk_pixels, const float* __restrict__ x, const float* __restrict__ dz,      \
        float* __restrict__ partial, float* __restrict__ partial_bias) {                                             \
        conv_filter_tile<TM, TN>(images, channels, height, width, filters, out_height, out_width, groups,            \
                                 kernel_rows, kernel_cols, stride_rows, stride_cols, dilation_rows, dilation_cols,   \
                                 pad_top, pad_left, chunk_pixels, x, dz, partial, partial_bias);                     \
    }

GABOR_CONVFILTER(gabor_convfilter_partial_8x32, 2, 1)
GABOR_CONVFILTER(gabor_convfilter_partial_20x32, 5, 1)
GABOR_CONVFILTER(gabor_convfilter_partial_32x64, 8, 2)
GABOR_CONVFILTER(gabor_convfilter_partial_52x64, 13, 2)
GABOR_CONVFILTER(gabor_convfilter_partial_64x64, 16, 2)

// ---- the sum of the chunks -----------------------------------------------------------------------------------------------

// dw[e] = Σ over chunks of partial[chunk, e] for e < weights, and db[e − weights] likewise for the `biases` behind. A
// block adds 32 elements: its 8 warps each every eighth chunk, in order, then their 8 sums in order. Grid:
// ceil((weights + biases) / 32) blocks of 256 threads. chunks·(weights + biases) additions and as many floats read.
extern "C" __global__ void __launch_bounds__(256)
    gabor_convfilter_sum(int chunks, int weights, int biases, const float* __restrict__ partial,
                         const float* __restrict__ partial_bias, float* __restrict__ dw, float* __restrict__ db) {
    GABOR_SHARED(float, sums, 8 * 32);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    int element = blockIdx.x * 32 + lane;
    bool is_weight = element < weights;
    int at = is_weight ? element : element - weights;
    int size = is_weight ? weights : biases;
    const float* from = is_weight ? partial : partial_bias;
    float sum = 0.0f;
    if (at < size) {
#pragma unroll 4
        for (int chunk = warp; chunk < chunks; chunk += 8) {
            sum += from[chunk * size + at];
        }
    }
    sums[warp * 32 + lane] = sum;
    __syncthreads();
    if (warp == 0 && at < size) {
        float total = sums[lane];
#pragma unroll
        for (int w = 1; w < 8; w++) {
            total += sums[w * 32 + lane];
        }
        if (is_weight) {
            dw[at] = total;
        } else {
            db[at] = total;
        }
    }
}

// ---- bias per pixel ------------------------------------------------------------------------------------------------------

// db[e] = Σ over n of dz[n,e], for the `size` outputs e of one image, as above: 8 warps each take every eighth image.
// Grid: ceil(size / 32) blocks of 256 threads. n·size additions and floats read, coalesced.
extern "C" __global__ void __launch_bounds__(256)
    gabor_convfilter_pixel_bias(int images, int size, const float* __restrict__ dz, float* __restrict__ db) {
    GABOR_SHARED(float, sums, 8 * 32);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    int at = blockIdx.x * 32 + lane;
    float sum = 0.0f;
    if (at < size) {
#pragma unroll 4
        for (int image = warp; image < images; image += 8) {
            sum += dz[image * size + at];
        }
    }
    sums[warp * 32 + lane] = sum;
    __syncthreads();
    if (warp == 0 && at < size) {
        float total = sums[lane];
#pragma unroll
        for (int w = 1; w < 8; w++) {
            total += sums[w * 32 + lane];
        }
        db[at] = total;
    }
}

GABOR_KERNELS(gabor_convfilter_partial_8x32, gabor_convfilter_partial_20x32, gabor_convfilter_partial_32x64,
              gabor_convfilter_partial_52x64, gabor_convfilter_partial_64x64, gabor_convfilter_sum,
              gabor_convfilter_pixel_bias)
