// The inner product that convolution and GEMM share: the register tile of one thread and the shared-memory layouts that
// feed it. A block has 4 warps and computes a tile of C = A·B of BM = 4·TM rows and BN = 32·TN columns, BK steps of the
// sum at a time:
//
//   warp w, lane l, i < TM, t < TN:   C[w·TM + i, l + 32·t] += Σ over k of A[w·TM + i, k] · B[k, l + 32·t]
//
// All lanes of a warp read the same TM values of A (a broadcast, four at a time) and 32 consecutive ones of B, so that
// shared memory is free of bank conflicts and stores to C are coalesced whatever the extents. Per step of k a thread
// issues TM·TN multiply-adds for about TM/4 + TN loads. TM is free: 4·TM can fit 20 or 50 filters as well as 64.
//
// Each element of C is summed by one thread over k in ascending order, by fmaf whatever the compiler: its bits depend on
// neither TM, TN nor the grid.
#pragma once

#include "gabor.cuh"

constexpr int TILE_THREADS = 128;
constexpr int TILE_WARPS = 4;
constexpr int TILE_K = 8;

// The layout of one A tile in shared memory, k-major. A warp's TM rows start at a multiple of four floats, for the
// vector loads; the distance of two k is 4 mod 8, so that 8 lanes that hold one row's 8 values of k and 4 such rows meet
// 32 different banks when they store.
template <int TM>
struct TileA {
    static constexpr int WARP_ROWS = (TM + 3) / 4 * 4;
    static constexpr int STRIDE = TILE_WARPS * WARP_ROWS + 4;
    static constexpr int ROWS = TILE_WARPS * TM;
    static constexpr int SIZE = TILE_K * STRIDE;
    static __device__ __forceinline__ int at(int k, int row) {
        return k * STRIDE + row / TM * WARP_ROWS + row % TM;
    }
};

// The layout of one B tile in shared memory, k-major, with the same property.
template <int TN>
struct TileB {
    static constexpr int COLS = 32 * TN;
    static constexpr int STRIDE = COLS + 4;
    static constexpr int SIZE = TILE_K * STRIDE;
    static __device__ __forceinline__ int at(int k, int col) { return k * STRIDE + col; }
};

// sum[i][t] += the product of one A tile and one B tile.
template <int TM, int TN>
GABOR_DEVICE void tile_multiply(const float* as, const float* bs, int warp, int lane, float (&sum)[TM][TN]) {
#pragma unroll
    for (int k = 0; k < TILE_K; k++) {
        const float* from = as + k * TileA<TM>::STRIDE + warp * TileA<TM>::WARP_ROWS;
        float a[TM];
#pragma unroll
        for (int i = 0; i + 4 <= TM; i += 4) {
            float4 four = *reinterpret_cast<const float4*>(from + i);
            a[i] = four.x;
            a[i + 1] = four.y;
            a[i + 2] = four.z;
            a[i + 3] = four.w;
        }
#pragma unroll
        for (int i = TM / 4 * 4; i < TM; i++) {
            a[i] = from[i];
        }
        float b[TN];
#pragma unroll
        for (int t = 0; t < TN; t++) {
            b[t] = bs[TileB<TN>::at(k, lane + 32 * t)];
        }
#pragma unroll
        for (int i = 0; i < TM; i++) {
#pragma unroll
            for (int t = 0; t < TN; t++) {
                sum[i][t] = fmaf(a[i], b[t], sum[i][t]);
            }
        }
    }
}

// The activations that cost a comparison, without a branch; the others leave x as it is, see tile_is_late.
GABOR_DEVICE float tile_activate(int kind, float slope, float x) {
    float low = kind == GABOR_RELU ? 0.0f : (kind == GABOR_LEAKY_RELU ? slope : 1.0f) * x;
    return x <= 0.0f ? low : x;
}

// Whether an activation is applied after the tile has been stored, each thread to what it stored itself: sigmoid and
// tanh would else be unrolled TM·TN times, and the sums are in registers, which a loop cannot index.
GABOR_DEVICE bool tile_is_late(int kind) { return kind == GABOR_SIGMOID || kind == GABOR_TANH; }

// c[at[t] + i·distance] = f(itself), for this thread's rows i < rows and columns t; at[t] < 0 is no column.
template <int TM, int TN>
GABOR_DEVICE void tile_activate_late(int kind, float slope, int rows, int distance, const int (&at)[TN], float* c) {
#pragma unroll
    for (int t = 0; t < TN; t++) {
        if (at[t] >= 0) {
#pragma unroll 1
            for (int i = 0; i < TM && i < rows; i++) {
                float* z = c + at[t] + i * distance;
                *z = gabor_activate(kind, slope, *z);
            }
        }
    }
}
