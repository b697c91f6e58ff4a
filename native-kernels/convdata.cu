// Convolution, the gradient with respect to its input: the implicit matrix product of conv_tile.cuh, in gather form: each
// element of dx is computed by one thread, which looks for the outputs that it took part in; no atomics.
//
//   dx[n,k,h,v] = Σ over all (o,p,q,i,j) whose tap it is of dz[n,o,i,j] · w[o,c,p,q],    k = g·C/G + c
//
// dz: N×O×OH×OW, w: O×(C/G)×KH×KW, dx: N×C×H×W, every element of it written. N·C·H·W·(O/G)·KH·KW multiply-adds, divided
// by the stride along both axes. Grid: ceil(N·ceil(H/sH)·ceil(W/sW) / pixels) · ceil(C/G / channels) · G · sH·sW blocks of
// 128 threads, for the channels×pixels of the kernel's name. The kernels for one size are for stride 1 (any padding,
// dilation and groups); _any is for everything. Which of them computes it makes no difference to the bits.
//
// dz = dy·f'(y) comes from a pass of its own (and is dy itself where there is no activation): each dz is read here
// KH·KW times by different blocks and again by the filter gradient, which would each load y too and derive f' again.
#include "conv_tile.cuh"

#define GABOR_CONVDATA(name, KH, KW, TM, TN)                                                               \
    extern "C" __global__ void __launch_bounds__(TILE_THREADS) name(                                                 \
        int images, int channels, int height, int width, int filters, int out_height, int out_width, int groups,     \
        int kernel_rows, int kernel_cols, int stride_rows, int stride_cols, int dilation_rows, int dilation_cols,    \
        int pad_top, int pad_left, const float* __restrict__ dz, const float* __restrict__ w,                        \
        float* __restrict__ dx) {                                                                                    \
        conv_tile<KH, KW, TM, TN, true>({images, filters, out_height, out_width, channels, height, width, groups,    \
                                         kernel_rows, kernel_cols, stride_rows, stride_cols, dilation_rows,          \
                                         dilation_cols, pad_top, pad_left},                                          \
                                        0, GABOR_IDENTITY, 0.0f, dz, w, nullptr, dx);                                \
    }

// gabor_convdata_<kernel>_<channels>x<pixels>
GABOR_CONVDATA(gabor_convdata_1x1_8x128, 1, 1, 2, 4)
GABOR_CONVDATA(gabor_convdata_1x1_32x128, 1, 1, 8, 4)
GABOR_CONVDATA(gabor_convdata_1x1_32x32, 1, 1, 8, 1)
GABOR_CONVDATA(gabor_convdata_1x1_64x128, 1, 1, 16, 4)
GABOR_CONVDATA(gabor_convdata_1x1_64x32, 1, 1, 16, 1)

GABOR_CONVDATA(gabor_convdata_3x3_8x128, 3, 3, 2, 4)
GABOR_CONVDATA(gabor_convdata_3x3_32x128, 3, 3, 8, 4)
GABOR_CONVDATA(gabor_convdata_3x3_32x32, 3, 3, 8, 1)
GABOR_CONVDATA(gabor_convdata_3x3_64x128, 3, 3, 16, 4)
GABOR_CONVDATA(gabor_convdata_3x3_64x32, 3, 3, 16, 1)

// LeNet's second convolution reads 20 channels
GABOR_CONVDATA(gabor_convdata_5x5_8x128, 5, 5, 2, 4)
GABOR_CONVDATA(gabor_convdata_5x5_20x128, 5, 5, 5, 4)
GABOR_CONVDATA(gabor_convdata_5x5_20x32, 5, 5, 5, 1)
GABOR_CONVDATA(gabor_convdata_5x5_32x128, 5, 5, 8, 4)
GABOR_CONVDATA(gabor_convdata_5x5_64x128, 5, 5, 16, 4)

GABOR_CONVDATA(gabor_convdata_any_8x128, 0, 0, 2, 4)
GABOR_CONVDATA(gabor_convdata_any_32x128, 0, 0, 8, 4)
GABOR_CONVDATA(gabor_convdata_any_32x32, 0, 0, 8, 1)
GABOR_CONVDATA(gabor_convdata_any_64x128, 0, 0, 16, 4)

GABOR_KERNELS(gabor_convdata_1x1_8x128, gabor_convdata_1x1_32x128,
              gabor_convdata_1x1_32x32, gabor_convdata_1x1_64x128,
              gabor_convdata_1x1_64x32, gabor_convdata_3x3_8x128,
              gabor_convdata_3x3_32x128, gabor_convdata_3x3_32x32,
              gabor_convdata_3x3_64x128, gabor_convdata_3x3_64x32,
              gabor_convdata_5x5_8x128, gabor_convdata_5x5_20x128,
              gabor_convdata_5x5_20x32, gabor_convdata_5x5_32x128,
              gabor_convdata_5x5_64x128, gabor_convdata_any_8x128,
              gabor_convdata_any_32x128, gabor_convdata_any_32x32,
              gabor_convdata_any_64x128)
