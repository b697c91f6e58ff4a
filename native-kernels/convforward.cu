// Convolution, forward, with bias and activation: the implicit matrix product of conv_tile.cuh.
//
//   y[n,o,i,j] = f( Σ over c,p,q of x[n, g·C/G + c, i·sH − padTop + p·dH, j·sW − padLeft + q·dW] · w[o,c,p,q] + bias )
//
// x: N×C×H×W, w: O×(C/G)×KH×KW, bias: O or O×OH×OW, y: N×O×OH×OW. N·O·OH·OW·(C/G)·KH·KW multiply-adds; from memory each
// operand once if the cache holds the patches' overlap. Grid: ceil(N·OH·OW / pixels) · ceil(O/G / filters) · G blocks of
// 128 threads, for the filters×pixels of the kernel's name. Which of the kernels computes it makes no difference to the
// bits. Each filter's wide tile has a narrow sibling for problems that would not fill the GPU with blocks.
#include "conv_tile.cuh"

#define GABOR_CONVFORWARD(name, KH, KW, TM, TN)                                                                     \
    extern "C" __global__ void __launch_bounds__(TILE_THREADS, 3) name(                                               \
        int images, int channels, int height, int width, int filters, int out_height, int out_width, int groups,     \
        int kernel_rows, int kernel_cols, int stride_rows, int stride_cols, int dilation_rows, int dilation_cols,    \
        int pad_top, int pad_left, int bias_kind, int activation, float slope, const float* __restrict__ x,          \
        const float* __restrict__ w, const float* __restrict__ bias, float* __restrict__ y) {                        \
        conv_tile<KH, KW, TM, TN, false>({images, channels, height, width, filters, out_height, out_width, groups,   \
                                          kernel_rows, kernel_cols, stride_rows, stride_cols, dilation_rows,         \
                                          dilation_cols, pad_top, pad_left},                                         \
                                         bias_kind, activation, slope, x, w, bias, y);                               \
    }

// gabor_convforward_<kernel>_<filters>x<pixels>
GABOR_CONVFORWARD(gabor_convforward_1x1_8x128, 1, 1, 2, 4)
GABOR_CONVFORWARD(gabor_convforward_1x1_32x128, 1, 1, 8, 4)
GABOR_CONVFORWARD(gabor_convforward_1x1_32x32, 1, 1, 8, 1)
GABOR_CONVFORWARD(gabor_convforward_1x1_64x128, 1, 1, 16, 4)
GABOR_CONVFORWARD(gabor_convforward_1x1_64x32, 1, 1, 16, 1)

GABOR_CONVFORWARD(gabor_convforward_3x3_8x128, 3, 3, 2, 4)
GABOR_CONVFORWARD(gabor_convforward_3x3_32x128, 3, 3, 8, 4)
GABOR_CONVFORWARD(gabor_convforward_3x3_32x32, 3, 3, 8, 1)
GABOR_CONVFORWARD(gabor_convforward_3x3_64x128, 3, 3, 16, 4)
GABOR_CONVFORWARD(gabor_convforward_3x3_64x32, 3, 3, 16, 1)

// 20 and 52 rows are for LeNet's 20 and 50 filters: 64 would waste 69 and 22 % of the arithmetic
GABOR_CONVFORWARD(gabor_convforward_5x5_8x128, 5, 5, 2, 4)
GABOR_CONVFORWARD(gabor_convforward_5x5_20x128, 5, 5, 5, 4)
GABOR_CONVFORWARD(gabor_convforward_5x5_20x32, 5, 5, 5, 1)
GABOR_CONVFORWARD(gabor_convforward_5x5_32x128, 5, 5, 8, 4)
GABOR_CONVFORWARD(gabor_convforward_5x5_52x128, 5, 5, 13, 4)
GABOR_CONVFORWARD(gabor_convforward_5x5_52x32, 5, 5, 13, 1)
GABOR_CONVFORWARD(gabor_convforward_5x5_64x128, 5, 5, 16, 4)

GABOR_CONVFORWARD(gabor_convforward_any_8x128, 0, 0, 2, 4)
GABOR_CONVFORWARD(gabor_convforward_any_32x128, 0, 0, 8, 4)
GABOR_CONVFORWARD(gabor_convforward_any_32x32, 0, 0, 8, 1)
GABOR_CONVFORWARD(gabor_convforward_any_64x128, 0, 0, 16, 4)

GABOR_KERNELS(gabor_convforward_1x1_8x128, gabor_convforward_1x1_32x128, gabor_convforward_1x1_32x32,
              gabor_convforward_1x1_64x128, gabor_convforward_1x1_64x32, gabor_convforward_3x3_8x128,
              gabor_convforward_3x3_32x128, gabor_convforward_3x3_32x32, gabor_convforward_3x3_64x128,
              gabor_convforward_3x3_64x32, gabor_convforward_5x5_8x128, gabor_convforward_5x5_20x128,
              gabor_convforward_5x5_20x32, gabor_convforward_5x5_32x128, gabor_convforward_5x5_52x128,
              gabor_convforward_5x5_52x32, gabor_convforward_5x5_64x128, gabor_convforward_any_8x128,
              gabor_convforward_any_32x128, gabor_convforward_any_32x32, gabor_convforward_any_64x128)
