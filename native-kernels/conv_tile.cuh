// One tile of a convolution's forward pass or of its gradient with respect to the input, as an implicit matrix product
// (the patches are never stored): both slide a window over planes. In this file's words, for each group
//
//   dst[n, m, r, s] = Σ over c, p, q of A[m, (c,p,q)] · src[n, c, r·stepRow + originRow + p·tapRow, ...]
//
//                forward                         backward with respect to the input
//   src          x, C/G channels c, H×W          dz, O/G filters c, OH×OW
//   dst          y, O/G filters m, OH×OW         dx, C/G channels m, H×W
//   A            w[m, c, p, q]                   w[c, m, p, q]
//   row in src   i·sH − padTop + p·dH            (h + padTop − p·dH) / sH, where that is whole
//
// Backward, with a stride: the rows h of one phase a = (h + padTop) mod sH share their taps: those p with
// p·dH ≡ a (mod sH), which are p0, p0 + s', p0 + 2s', ... with s' = sH / gcd(sH, dH). Along them the row in src falls by
// d' = dH / gcd(sH, dH), and from one h of the phase to the next it rises by 1. So each of the sH·sW phases is a dense
// problem of its own, and no tap is visited in vain. A phase without taps writes zeros.
//
// Matrix sizes: M = channels of dst per group, N = images · pixels (of a phase), K = channels of src per group · taps.
// A block computes 4·TM rows × 32·TN pixels of one group and phase, see tile.cuh; blockIdx.x counts pixel tiles fastest,
// then row tiles, groups, phases. K is walked in steps of 8 with the next step's operands on their way from global
// memory to registers while the present one is multiplied: one barrier for each step.
//
// A thread loads the patches of the same TN pixels throughout, so that a pixel's position is taken apart once. With a
// kernel known at compile time (KH×KW up to 32 taps) which taps lie in the padding is a bit mask for each pixel and
// taking k apart is a multiplication; KH = 0 stands for any kernel, stride and number of taps.
#pragma once

#include "tile.cuh"

struct ConvTile {
    int images;
    int src_channels, src_rows, src_cols;
    int dst_channels, dst_rows, dst_cols;
    int groups;
    int kernel_rows, kernel_cols;
    int stride_rows, stride_cols;
    int dilation_rows, dilation_cols;
    int pad_top, pad_left;
};

// How one axis of a tile's dst maps to src: position r of `count` is dst[first + r·every] and its tap p reads
// src[r·step + origin + p·tap]; tap p is tap kernel_first + p·kernel_every of the kernel, of `taps`.
struct ConvAxis {
    int first, every, count;
    int step, origin, tap;
    int kernel_first, kernel_every, taps;
};

GABOR_DEVICE ConvAxis conv_axis_forward(int out, int kernel, int stride, int dilation, int pad) {
    return {0, 1, out, stride, -pad, dilation, 0, 1, kernel};
}

GABOR_DEVICE ConvAxis conv_axis_stride1(int in, int kernel, int dilation, int pad) {
    return {0, 1, in, 1, pad, -dilation, 0, 1, kernel};
}

GABOR_DEVICE ConvAxis conv_axis_phase(int in, int kernel, int stride, int dilation, int pad, int phase) {
    int first = (phase - pad % stride + stride) % stride;
    int count = first < in ? (in - first + stride - 1) / stride : 0;
    int divisor = stride;  // becomes gcd(stride, dilation)
    for (int rest = dilation % stride; rest != 0;) {
        int next = divisor % rest;
        divisor = rest;
        rest = next;
    }
    int every = stride / divisor;
    int tap = 0;
    while (tap < every && tap < kernel && (tap * (dilation % stride)) % stride != phase) {
        tap++;
    }
    if (tap >= every || tap >= kernel) {
        return {first, stride, count, 1, 0, 0, 0, 0, 0};
    }
    return {first, stride, count, 1, (first + pad - tap * dilation) / stride, -(dilation / divisor), tap, every,
            (kernel - tap + every - 1) / every};
}

// bias_kind: the ordinal of io.gabor.backend.Bias; 0 none, 1 one for each filter, 2 one for each filter and pixel.
template <int KH, int KW, int TM, int TN, bool BACKWARD>
GABOR_DEVICE void conv_tile(const ConvTile& g, int bias_kind, int activation, float slope,
                            const float* __restrict__ src, const float* __restrict__ weights,
                            const float* __restrict__ bias, float* __restrict__ dst) {
    using A = TileA<TM>;
    using B = TileB<TN>;
    constexpr bool FIXED = KH > 0;
    constexpr int TAPS = FIXED ? KH * KW : 1;
    constexpr int A_LOADS = (A::ROWS * TILE_K + TILE_THREADS - 1) / TILE_THREADS;
    constexpr int B_ROWS = TILE_K / TILE_WARPS;
    GABOR_SHARED(float, as, 2 * A::SIZE);
    GABOR_SHARED(float, bs, 2 * B::SIZE);

    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    const int m_count = g.dst_channels / g.groups;
    const int c_count = g.src_channels / g.groups;
    const int src_plane = g.src_rows * g.src_cols;
    const int dst_plane = g.dst_rows * g.dst_cols;

    // which tile
    const int phases = BACKWARD && !FIXED ? g.stride_rows * g.stride_cols : 1;
    const int phase_rows = BACKWARD && !FIXED ? (g.dst_rows + g.stride_rows - 1) / g.stride_rows : g.dst_rows;
    const int phase_cols = BACKWARD && !FIXED ? (g.dst_cols + g.stride_cols - 1) / g.stride_cols : g.dst_cols;
    const int pixel_tiles = (g.images * phase_rows * phase_cols + B::COLS - 1) / B::COLS;
    const int m_tiles = (m_count + A::ROWS - 1) / A::ROWS;
    int rest = blockIdx.x;
    const int pixel_tile = rest % pixel_tiles;
    rest /= pixel_tiles;
    const int m_first = rest % m_tiles * A::ROWS;
    rest /= m_tiles;
    const int group = rest % g.groups;
    const int phase = phases > 1 ? rest / g.groups : 0;

    ConvAxis rows, cols;
    if (!BACKWARD) {
        rows = conv_axis_forward(g.dst_rows, FIXED ? KH : g.kernel_rows, g.stride_rows, g.dilation_rows, g.pad_top);
        cols = conv_axis_forward(g.dst_cols, FIXED ? KW : g.kernel_cols, g.stride_cols, g.dilation_cols, g.pad_left);
    } else if (FIXED) {
        rows = conv_axis_stride1(g.dst_rows, KH, g.dilation_rows, g.pad_top);
        cols = conv_axis_stride1(g.dst_cols, KW, g.dilation_cols, g.pad_left);
    } else {
        rows = conv_axis_phase(g.dst_rows, g.kernel_rows, g.stride_rows, g.dilation_rows, g.pad_top,
                               phase / g.stride_cols);
        cols = conv_axis_phase(g.dst_cols, g.kernel_cols, g.stride_cols, g.dilation_cols, g.pad_left,
                               phase % g.stride_cols);
    }
    const int pixels = rows.count * cols.count;
    const int columns = g.images * pixels;
    const int taps = FIXED ? TAPS : rows.taps * cols.taps;
    const int depth = c_count * taps;

    // this thread's pixels: where their patches start in src, where they go in dst, which of their taps are real
    int src_at[TN];
    int dst_at[TN];
    unsigned real[TN];
    int row_at[TN];
    int col_at[TN];
#pragma unroll
    for (int t = 0; t < TN; t++) {
        int column = pixel_tile * B::COLS + lane + 32 * t;
        bool inside = column < columns;
        int image = inside ? column / pixels : 0;
        int pixel = inside ? column - image * pixels : 0;
        int r = inside ? pixel / cols.count : 0;
        int s = pixel - r * cols.count;
        row_at[t] = r * rows.step + rows.origin;
        col_at[t] = s * cols.step + cols.origin;
        src_at[t] = (image * g.src_channels + group * c_count) * src_plane + row_at[t] * g.src_cols + col_at[t];
        dst_at[t] = inside ? (image * g.dst_channels + group * m_count) * dst_plane
                                     + (rows.first + r * rows.every) * g.dst_cols + cols.first + s * cols.every
                           : -1;
        if (FIXED) {
            real[t] = 0;
#pragma unroll
            for (int tap = 0; tap < TAPS; tap++) {
                int row = row_at[t] + tap / (FIXED ? KW : 1) * rows.tap;
                int col = col_at[t] + tap % (FIXED ? KW : 1) * cols.tap;
                bool there = inside && row >= 0 && row < g.src_rows && col >= 0 && col < g.src_cols;
                real[t] |= there ? 1u << tap : 0u;
            }
        } else if (!inside) {
            row_at[t] = -(1 << 30);
        }
    }
    const int row_step = rows.tap * g.src_cols;

    // the next step's operands: A by rows of 8 k's, B by one k and 32 pixels for each warp
    float a_next[A_LOADS];
    float b_next[B_ROWS][TN];
    const int a_k = threadIdx.x % TILE_K;
    const int a_row = threadIdx.x / TILE_K;

    auto fetch = [&](int k_first) {
        int k = k_first + a_k;
        int at;
        int row_distance;
        if (!BACKWARD) {
            at = (group * m_count + m_first + a_row) * depth + k;
            row_distance = depth;
        } else {
            int c = FIXED ? k / TAPS : k / taps;
            int tap = k - c * taps;
            if (!FIXED) {
                int p = tap / cols.taps;
                int q = tap - p * cols.taps;
                tap = (rows.kernel_first + p * rows.kernel_every) * g.kernel_cols + cols.kernel_first
                        + q * cols.kernel_every;
            }
            row_distance = FIXED ? TAPS : g.kernel_rows * g.kernel_cols;
            at = ((group * c_count + c) * m_count + m_first + a_row) * row_distance + tap;
        }
#pragma unroll
        for (int i = 0; i < A_LOADS; i++) {
            int row = a_row + i * (TILE_THREADS / TILE_K);
            bool there = row < A::ROWS && m_first + row < m_count && k < depth;
            a_next[i] = there ? weights[at + i * (TILE_THREADS / TILE_K) * row_distance] : 0.0f;
        }
#pragma unroll
        for (int j = 0; j < B_ROWS; j++) {
            int kb = k_first + warp + TILE_WARPS * j;
            int c = FIXED ? kb / TAPS : kb / taps;
            int tap = kb - c * taps;
            int p = FIXED ? tap / (FIXED ? KW : 1) : tap / cols.taps;
            int q = tap - p * (FIXED ? KW : cols.taps);
            int offset = c * src_plane + p * row_step + q * cols.tap;
#pragma unroll
            for (int t = 0; t < TN; t++) {
                bool there;
                if (FIXED) {
                    there = (real[t] >> tap & 1u) != 0;
                } else {
                    int row = row_at[t] + p * rows.tap;
                    int col = col_at[t] + q * cols.tap;
                    there = row >= 0 && row < g.src_rows && col >= 0 && col < g.src_cols;
                }
                b_next[j][t] = there && kb < depth ? src[src_at[t] + offset] : 0.0f;
            }
        }
    };
    auto stage = [&](int buffer) {
#pragma unroll
        for (int i = 0; i < A_LOADS; i++) {
            int row = a_row + i * (TILE_THREADS / TILE_K);
            if (row < A::ROWS) {
                as[buffer * A::SIZE + A::at(a_k, row)] = a_next[i];
            }
        }
#pragma unroll
        for (int j = 0; j < B_ROWS; j++) {
#pragma unroll
            for (int t = 0; t < TN; t++) {
                bs[buffer * B::SIZE + B::at(warp + TILE_WARPS * j, lane + 32 * t)] = b_next[j][t];
            }
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
    if (depth > 0) {
        fetch(0);
        stage(0);
    }
    __syncthreads();
    int buffer = 0;
    for (int k = 0; k < depth; k += TILE_K) {
        bool more = k + TILE_K < depth;
        if (more) {
            fetch(k + TILE_K);
        }
        tile_multiply<TM, TN>(as + buffer * A::SIZE, bs + buffer * B::SIZE, warp, lane, sum);
        buffer ^= 1;
        if (more) {
            stage(buffer);
        }
        __syncthreads();
    }

    if (!BACKWARD && bias_kind != 0) {
        const int bias_distance = bias_kind == 2 ? dst_plane : 1;
#pragma unroll
        for (int t = 0; t < TN; t++) {
            int at = bias_kind == 2 ? dst_at[t] % (g.dst_channels * dst_plane) : group * m_count;
#pragma unroll
            for (int i = 0; i < TM; i++) {
                int m = m_first + warp * TM + i;
                if (m < m_count && dst_at[t] >= 0) {
                    sum[i][t] += bias[at + m * bias_distance];
                }
            }
        }
    }
#pragma unroll
    for (int i = 0; i < TM; i++) {
        int m = m_first + warp * TM + i;
#pragma unroll
        for (int t = 0; t < TN; t++) {
            if (m < m_count && dst_at[t] >= 0) {
                dst[dst_at[t] + m * dst_plane] = BACKWARD ? sum[i][t] : tile_activate(activation, slope, sum[i][t]);
            }
        }
    }
    if (!BACKWARD && tile_is_late(activation)) {
        tile_activate_late<TM, TN>(activation, slope, m_count - m_first - warp * TM, dst_plane, dst_at,
                                   dst + (m_first + warp * TM) * dst_plane);
    }
}
