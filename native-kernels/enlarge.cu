// Enlarging of images: each pixel of a plane H×W becomes a square of factor × factor equal ones in a plane OH×OW, with rows
// of zeros above and below and columns of zeros on both sides. Each of the N·C planes by itself. Blocks of 256 threads, one
// thread for each element of the result, grid-stride; memory-bound.
#include "gabor.cuh"

// y[p,i,j] = x[p,(i − top)/factor,(j − left)/factor], or 0 outside of that.
extern "C" __global__ void __launch_bounds__(256)
    gabor_enlarge_forward(int planes, int height, int width, int out_height, int out_width, int factor, int top, int left,
                          const float* __restrict__ x, float* __restrict__ y) {
    const unsigned count = (unsigned)planes * out_height * out_width;
    for (unsigned e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        const int row = e / out_width;
        const int j = (int)(e - (unsigned)row * out_width) - left;
        const int plane = row / out_height;
        const int i = row - plane * out_height - top;
        const bool inside = i >= 0 && j >= 0 && i < height * factor && j < width * factor;
        y[e] = inside ? x[(plane * height + i / factor) * width + j / factor] : 0.0f;
    }
}

// dx[p,h,v] = Σ over the square that the pixel became of dy, row by row.
extern "C" __global__ void __launch_bounds__(256)
    gabor_enlarge_backward(int planes, int height, int width, int out_height, int out_width, int factor, int top,
                           int left, const float* __restrict__ dy, float* __restrict__ dx) {
    const unsigned count = (unsigned)planes * height * width;
    for (unsigned e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        const int row = e / width;
        const int v = (int)(e - (unsigned)row * width);
        const int plane = row / height;
        const int h = row - plane * height;
        const float* square = dy + (plane * out_height + top + h * factor) * out_width + left + v * factor;
        float sum = 0.0f;
        for (int a = 0; a < factor; a++) {
            for (int b = 0; b < factor; b++) {
                sum += square[a * out_width + b];
            }
        }
        dx[e] = sum;
    }
}

GABOR_KERNELS(gabor_enlarge_forward, gabor_enlarge_backward)
