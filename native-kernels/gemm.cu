// Matrix products for dense layers where cuBLAS is missing, and what dense layers need beside a product.
//
//   C[b] = f( op(A[b]) · op(B[b]) + bias ),    op(A): m×k, op(B): k×n, C: m×n, all row-major, b < batches
//
// op is the identity or the transpose, each by a flag: A is stored m×k, or k×m where trans_a; B k×n, or n×k where
// trans_b. The four cases share their kernels: only how a thread's loads walk through a tile differs, so that they are
// coalesced along whichever index is contiguous.
#include "tile.cuh"

// A block computes 4·TM × 32·TN of C, see tile.cuh, over one of `splits` parts of k (of `split_k` each, the last shorter):
// tall products with few tiles fill the GPU that way. With one split it applies bias (of length n, or null) and
// activation; with more, part s goes to C + (s·batches + b)·stride_c and gabor_gemm_finish adds the parts in order.
template <int TM, int TN>
GABOR_DEVICE void gemm_tile(int m, int n, int k, int trans_a, int trans_b, int batches, int stride_a, int stride_b,
                            int stride_c, int splits, int split_k, int activation, float slope,
                            const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ bias,
                            float* __restrict__ c) {
    using A = TileA<TM>;
    using B = TileB<TN>;
    constexpr int A_LOADS = (A::ROWS * TILE_K + TILE_THREADS - 1) / TILE_THREADS;
    constexpr int B_LOADS = B::COLS * TILE_K / TILE_THREADS;
    GABOR_SHARED(float, as, 2 * A::SIZE);
    GABOR_SHARED(float, bs, 2 * B::SIZE);

    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const int thread = threadIdx.x;
    const int n_tiles = (n + B::COLS - 1) / B::COLS;
    const int m_tiles = (m + A::ROWS - 1) / A::ROWS;
    int rest = blockIdx.x;
    const int n_first = rest % n_tiles * B::COLS;
    rest /= n_tiles;
    const int m_first = rest % m_tiles * A::ROWS;
    rest /= m_tiles;
    const int batch = rest % batches;
    const int split = rest / batches;
    const int k_begin = split * split_k;
    const int k_end = min(k, k_begin + split_k);
    a += batch * stride_a;
    b += batch * stride_b;
    c += (split * batches + batch) * stride_c;

    // this thread's elements of a tile: the first, and the way from each to the next
    const int a_row = trans_a ? thread % A::ROWS : thread / TILE_K;
    const int a_k = trans_a ? thread / A::ROWS : thread % TILE_K;
    const int a_row_next = trans_a ? 0 : TILE_THREADS / TILE_K;
    const int a_k_next = trans_a ? TILE_THREADS / A::ROWS : 0;
    const int b_col = trans_b ? thread / TILE_K : thread % B::COLS;
    const int b_k = trans_b ? thread % TILE_K : thread / B::COLS;
    const int b_col_next = trans_b ? TILE_THREADS / TILE_K : 0;
    const int b_k_next = trans_b ? 0 : TILE_THREADS / B::COLS;
    const int a_by_row = trans_a ? 1 : k;
    const int a_by_k = trans_a ? m : 1;
    const int b_by_col = trans_b ? k : 1;
    const int b_by_k = trans_b ? 1 : n;

    float a_next[A_LOADS];
    float b_next[B_LOADS];
    auto fetch = [&](int first) {
#pragma unroll
        for (int i = 0; i < A_LOADS; i++) {
            int row = m_first + a_row + i * a_row_next;
            int at = first + a_k + i * a_k_next;
            bool there = a_k + i * a_k_next < TILE_K && row < m && row < m_first + A::ROWS && at < k_end;
            a_next[i] = there ? a[row * a_by_row + at * a_by_k] : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < B_LOADS; i++) {
            int col = n_first + b_col + i * b_col_next;
            int at = first + b_k + i * b_k_next;
            b_next[i] = col < n && at < k_end ? b[col * b_by_col + at * b_by_k] : 0.0f;
        }
    };
    auto stage = [&](int buffer) {
#pragma unroll
        for (int i = 0; i < A_LOADS; i++) {
            int row = a_row + i * a_row_next;
            int at = a_k + i * a_k_next;
            if (row < A::ROWS && at < TILE_K) {
                as[buffer * A::SIZE + A::at(at, row)] = a_next[i];
            }
        }
#pragma unroll
        for (int i = 0; i < B_LOADS; i++) {
            bs[buffer * B::SIZE + B::at(b_k + i * b_k_next, b_col + i * b_col_next)] = b_next[i];
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
    fetch(k_begin);
    stage(0);
    __syncthreads();
    int buffer = 0;
    for (int first = k_begin; first < k_end; first += TILE_K) {
        bool more = first + TILE_K < k_end;
        if (more) {
            fetch(first + TILE_K);
        }
        tile_multiply<TM, TN>(as + buffer * A::SIZE, bs + buffer * B::SIZE, warp, lane, sum);
        buffer ^= 1;
        if (more) {
            stage(buffer);
        }
        __syncthreads();
    }

    int col_at[TN];
#pragma unroll
    for (int t = 0; t < TN; t++) {
        int col = n_first + lane + 32 * t;
        col_at[t] = col < n ? col : -1;
        if (bias != nullptr && splits == 1 && col < n) {
#pragma unroll
            for (int i = 0; i < TM; i++) {
                sum[i][t] += bias[col];
            }
        }
    }
    const int kind = splits == 1 ? activation : GABOR_IDENTITY;
    const int row_first = m_first + warp * TM;
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
        for (int t = 0; t < TN; t++) {
            if (row_first + i < m && col_at[t] >= 0) {
                c[(row_first + i) * n + col_at[t]] = tile_activate(kind, slope, sum[i][t]);
            }
        }
    }
    if (tile_is_late(kind)) {
        tile_activate_late<TM, TN>(kind, slope, m - row_first, n, col_at, c + row_first * n);
    }
}

// gabor_gemm_<rows>x<cols>: one tile. Grid: ceil(n / cols) · ceil(m / rows) · batches · splits blocks of 128 threads.
// m·n·k multiply-adds for each product; A is read ceil(n / cols) times, B ceil(m / rows) times, mostly from the cache.
#define GABOR_GEMM(name, TM, TN)                                                                                     \
    extern "C" __global__ void __launch_bounds__(TILE_THREADS)                                                       \
        name(int m, int n, int k, int trans_a, int trans_b, int batches, int stride_a, int stride_b, int stride_c,   \
             int splits, int split_k, int activation, float slope, const float* __restrict__ a,                      \
             const float* __restrict__ b, const float* __restrict__ bias, float* __restrict__ c) {                   \
        gemm_tile<TM, TN>(m, n, k, trans_a, trans_b, batches, stride_a, stride_b, stride_c, splits, split_k,         \
                          activation, slope, a, b, bias, c);                                                         \
    }

GABOR_GEMM(gabor_gemm_8x32, 2, 1)
GABOR_GEMM(gabor_gemm_64x32, 16, 1)
GABOR_GEMM(gabor_gemm_64x128, 16, 4)

// c[e] = f( Σ over splits in order of parts[s, e] + bias[e mod n] ) for e < count; bias may be null, parts may be c (then
// splits is 1: how bias and activation follow a product of cuBLAS). Grid-stride over count, blocks of 256 threads;
// splits + 1 floats of traffic for each element.
extern "C" __global__ void __launch_bounds__(256)
    gabor_gemm_finish(int count, int n, int splits, int activation, float slope, const float* parts,
                      const float* __restrict__ bias, float* c) {
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        float z = parts[e];
#pragma unroll 4
        for (int s = 1; s < splits; s++) {
            z += parts[s * count + e];
        }
        if (bias != nullptr) {
            z += bias[e % n];
        }
        c[e] = gabor_activate(activation, slope, z);
    }
}

// What a dense layer's backward pass begins with: dz[r,c] = dy[r,c]·f'(y[r,c]), unless dz is null (no activation: dz is
// dy), and db[c] = Σ over r of dz[r,c], unless db is null. A block has 32 columns; its 8 warps each take every eighth row,
// in order, and their 8 sums are added in order. Grid: ceil(cols / 32) blocks of 256 threads; up to 3·rows·cols floats.
extern "C" __global__ void __launch_bounds__(256)
    gabor_gemm_bias_gradient(int rows, int cols, int activation, float slope, const float* __restrict__ y,
                             const float* __restrict__ dy, float* __restrict__ dz, float* __restrict__ db) {
    GABOR_SHARED(float, sums, 8 * 32);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    int col = blockIdx.x * 32 + lane;
    float sum = 0.0f;
    if (col < cols) {
#pragma unroll 4
        for (int row = warp; row < rows; row += 8) {
            int at = row * cols + col;
            float gradient = dy[at];
            if (dz != nullptr) {
                gradient *= gabor_activation_derivative(activation, slope, y[at]);
                dz[at] = gradient;
            }
            sum += gradient;
        }
    }
    sums[warp * 32 + lane] = sum;
    __syncthreads();
    if (warp == 0 && col < cols && db != nullptr) {
        float total = sums[lane];
#pragma unroll
        for (int w = 1; w < 8; w++) {
            total += sums[w * 32 + lane];
        }
        db[col] = total;
    }
}

GABOR_KERNELS(gabor_gemm_8x32, gabor_gemm_64x32, gabor_gemm_64x128, gabor_gemm_finish, gabor_gemm_bias_gradient)
