// Max and average pooling, forward and backward. Each of the N·C planes by itself: x plane H×W, y plane OH×OW; output
// pixel (i,j) covers rows i·sH − padTop + [0, KH) and columns j·sW − padLeft + [0, KW), cut to the image.
//
// All kernels are memory-bound. Backward is in gather form: one thread for each element of dx, which goes over the
// windows that cover it in ascending order, so that sums have one order and there are no atomics. Nothing is remembered
// from the forward pass: whether a window chose an element shows in x and y.
#include "gabor.cuh"

GABOR_DEVICE bool pool_is_nan(float value) { return value != value; }

// The windows along one axis that cover position at: [begin, end).
GABOR_DEVICE int pool_first_window(int at, int kernel, int stride, int pad) {
    int beyond = at + pad - kernel;
    return beyond < 0 ? 0 : beyond / stride + 1;
}
GABOR_DEVICE int pool_end_window(int at, int stride, int pad, int out) { return min(out, (at + pad) / stride + 1); }

// ---- max -----------------------------------------------------------------------------------------------------------------

// y[p,i,j] = max of the window; NaN if there is one. One thread for each of planes·OH·OW outputs, grid-stride, blocks of
// 256. KH·KW loads for each output, which the cache serves where windows overlap.
extern "C" __global__ void __launch_bounds__(256)
    gabor_pool_max(int planes, int height, int width, int out_height, int out_width, int kernel_rows, int kernel_cols,
                   int stride_rows, int stride_cols, int pad_top, int pad_left, const float* __restrict__ x,
                   float* __restrict__ y) {
    int count = planes * out_height * out_width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int j = e % out_width;
        int rest = e / out_width;
        int i = rest % out_height;
        const float* plane = x + rest / out_height * (height * width);
        int top = i * stride_rows - pad_top;
        int left = j * stride_cols - pad_left;
        int row_end = min(top + kernel_rows, height);
        int col_end = min(left + kernel_cols, width);
        top = max(top, 0);
        left = max(left, 0);
        float best = plane[top * width + left];
        for (int h = top; h < row_end; h++) {
            for (int v = left; v < col_end; v++) {
                float value = plane[h * width + v];
                if (value > best || (pool_is_nan(value) && !pool_is_nan(best))) {
                    best = value;
                }
            }
        }
        y[e] = best;
    }
}

// dx[p,h,v] = Σ over the windows that chose (h,v) of dy. A window chose (h,v) if x is its maximum y and, unless all ties
// count, no earlier element of the window is; a NaN is the maximum of its window if it is the first one, and equals
// nothing where all ties count. One thread for each of planes·H·W inputs, grid-stride, blocks of 256. About KH·KW / (sH·sW)
// windows for each input, most of them rejected by one comparison.
extern "C" __global__ void __launch_bounds__(256)
    gabor_pool_max_backward(int planes, int height, int width, int out_height, int out_width, int kernel_rows,
                            int kernel_cols, int stride_rows, int stride_cols, int pad_top, int pad_left, int all_ties,
                            const float* __restrict__ x, const float* __restrict__ y, const float* __restrict__ dy,
                            float* __restrict__ dx) {
    int count = planes * height * width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int v = e % width;
        int rest = e / width;
        int h = rest % height;
        int plane = rest / height;
        const float* in = x + plane * (height * width);
        int out = plane * (out_height * out_width);
        float value = x[e];
        bool nan = pool_is_nan(value);
        int i_end = pool_end_window(h, stride_rows, pad_top, out_height);
        int j_first = pool_first_window(v, kernel_cols, stride_cols, pad_left);
        int j_end = pool_end_window(v, stride_cols, pad_left, out_width);
        float sum = 0.0f;
        for (int i = pool_first_window(h, kernel_rows, stride_rows, pad_top); i < i_end; i++) {
            for (int j = j_first; j < j_end; j++) {
                float maximum = y[out + i * out_width + j];
                bool chosen = value == maximum || (nan && all_ties == 0);
                if (chosen && all_ties == 0) {
                    // the elements of the window in front of (h,v)
                    int left = max(j * stride_cols - pad_left, 0);
                    int col_end = min(j * stride_cols - pad_left + kernel_cols, width);
                    for (int r = max(i * stride_rows - pad_top, 0); r <= h && chosen; r++) {
                        int end = r == h ? v : col_end;
                        for (int s = left; s < end; s++) {
                            float earlier = in[r * width + s];
                            if (nan ? pool_is_nan(earlier) : earlier == maximum) {
                                chosen = false;
                            }
                        }
                    }
                }
                if (chosen) {
                    sum += dy[out + i * out_width + j];
                }
            }
        }
        dx[e] = sum;
    }
}

// ---- max, 2×2 windows side by side -------------------------------------------------------------------------------------

// The common case: KH = KW = sH = sW = 2, no padding, W even (so that two neighbours are one aligned load). One thread for
// each of planes·OH·OW windows, grid-stride, blocks of 256. Forward moves 5 floats for each window, backward 9 (it finds
// the maximum again instead of reading y, and writes the whole window at once).
extern "C" __global__ void __launch_bounds__(256)
    gabor_pool_max2x2(int planes, int height, int width, int out_height, const float* __restrict__ x,
                      float* __restrict__ y) {
    int out_width = width / 2;
    int count = planes * out_height * out_width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int j = e % out_width;
        int rest = e / out_width;
        const float* from = x + (rest / out_height * height + rest % out_height * 2) * width + 2 * j;
        float2 upper = *reinterpret_cast<const float2*>(from);
        float2 lower = *reinterpret_cast<const float2*>(from + width);
        float best = upper.x;
        best = upper.y > best || pool_is_nan(upper.y) ? upper.y : best;
        best = lower.x > best || pool_is_nan(lower.x) ? lower.x : best;
        best = lower.y > best || pool_is_nan(lower.y) ? lower.y : best;
        y[e] = best;
    }
}

// dx for whole windows; a last row that no window reaches (H odd) gets zeros from the threads of the row above it.
extern "C" __global__ void __launch_bounds__(256)
    gabor_pool_max2x2_backward(int planes, int height, int width, int out_height, int all_ties,
                               const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ dx) {
    int out_width = width / 2;
    int count = planes * out_height * out_width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int j = e % out_width;
        int rest = e / out_width;
        int i = rest % out_height;
        int at = (rest / out_height * height + i * 2) * width + 2 * j;
        float2 upper = *reinterpret_cast<const float2*>(x + at);
        float2 lower = *reinterpret_cast<const float2*>(x + at + width);
        float best = upper.x;
        int first = 0;
        if (upper.y > best || (pool_is_nan(upper.y) && !pool_is_nan(best))) {
            best = upper.y;
            first = 1;
        }
        if (lower.x > best || (pool_is_nan(lower.x) && !pool_is_nan(best))) {
            best = lower.x;
            first = 2;
        }
        if (lower.y > best || (pool_is_nan(lower.y) && !pool_is_nan(best))) {
            best = lower.y;
            first = 3;
        }
        float gradient = dy[e];
        bool all = all_ties != 0;
        float2 up = make_float2((all ? upper.x == best : first == 0) ? gradient : 0.0f,
                                (all ? upper.y == best : first == 1) ? gradient : 0.0f);
        float2 down = make_float2((all ? lower.x == best : first == 2) ? gradient : 0.0f,
                                  (all ? lower.y == best : first == 3) ? gradient : 0.0f);
        *reinterpret_cast<float2*>(dx + at) = up;
        *reinterpret_cast<float2*>(dx + at + width) = down;
        if (i == out_height - 1 && 2 * out_height < height) {
            *reinterpret_cast<float2*>(dx + at + 2 * width) = make_float2(0.0f, 0.0f);
        }
    }
}

// ---- average -------------------------------------------------------------------------------------------------------------

// The number of positions that divide the window at (i,j) along one axis: inside the image, or, where padding counts, in
// the padded image (what a ceil-mode window reaches beyond that never counts).
GABOR_DEVICE int pool_extent(int at, int kernel, int stride, int pad_before, int pad_after, int in, int count_padding) {
    int first = at * stride - pad_before;
    int end = min(first + kernel, in + pad_after);
    return count_padding != 0 ? end - first : min(end, in) - max(first, 0);
}

// y[p,i,j] = Σ of the window / its divisor. One thread for each output, grid-stride, blocks of 256.
extern "C" __global__ void __launch_bounds__(256)
    gabor_pool_avg(int planes, int height, int width, int out_height, int out_width, int kernel_rows, int kernel_cols,
                   int stride_rows, int stride_cols, int pad_top, int pad_bottom, int pad_left, int pad_right,
                   int count_padding, const float* __restrict__ x, float* __restrict__ y) {
    int count = planes * out_height * out_width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int j = e % out_width;
        int rest = e / out_width;
        int i = rest % out_height;
        const float* plane = x + rest / out_height * (height * width);
        int top = i * stride_rows - pad_top;
        int left = j * stride_cols - pad_left;
        int row_end = min(top + kernel_rows, height);
        int col_end = min(left + kernel_cols, width);
        left = max(left, 0);
        float sum = 0.0f;
        for (int h = max(top, 0); h < row_end; h++) {
            float row = 0.0f;
            for (int v = left; v < col_end; v++) {
                row += plane[h * width + v];
            }
            sum += row;
        }
        int divisor = pool_extent(i, kernel_rows, stride_rows, pad_top, pad_bottom, height, count_padding)
                * pool_extent(j, kernel_cols, stride_cols, pad_left, pad_right, width, count_padding);
        y[e] = sum / static_cast<float>(divisor);
    }
}

// dx[p,h,v] = Σ over the windows that hold (h,v) of dy / divisor. One thread for each input, grid-stride, blocks of 256.
// A window over the whole image (global average pooling) is the case of one window: each dx is dy / (H·W).
extern "C" __global__ void __launch_bounds__(256, 4)
    gabor_pool_avg_backward(int planes, int height, int width, int out_height, int out_width, int kernel_rows,
                            int kernel_cols, int stride_rows, int stride_cols, int pad_top, int pad_bottom,
                            int pad_left, int pad_right, int count_padding, const float* __restrict__ dy,
                            float* __restrict__ dx) {
    int count = planes * height * width;
    for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < count; e += gridDim.x * blockDim.x) {
        int v = e % width;
        int rest = e / width;
        int h = rest % height;
        const float* out = dy + rest / height * (out_height * out_width);
        int i_end = pool_end_window(h, stride_rows, pad_top, out_height);
        int j_first = pool_first_window(v, kernel_cols, stride_cols, pad_left);
        int j_end = pool_end_window(v, stride_cols, pad_left, out_width);
        float sum = 0.0f;
        for (int i = pool_first_window(h, kernel_rows, stride_rows, pad_top); i < i_end; i++) {
            int rows = pool_extent(i, kernel_rows, stride_rows, pad_top, pad_bottom, height, count_padding);
            for (int j = j_first; j < j_end; j++) {
                int cols = pool_extent(j, kernel_cols, stride_cols, pad_left, pad_right, width, count_padding);
                sum += out[i * out_width + j] / static_cast<float>(rows * cols);
            }
        }
        dx[e] = sum;
    }
}

// y[p] = the mean of plane p of `size` values: global average pooling. One warp for each plane, 8 in a block of 256:
// lanes add every 32nd value, then a tree over the lanes. size floats read, coalesced.
extern "C" __global__ void __launch_bounds__(256)
    gabor_pool_avg_global(int planes, int size, const float* __restrict__ x, float* __restrict__ y) {
    int lane = threadIdx.x % 32;
    int plane = blockIdx.x * 8 + threadIdx.x / 32;
    float sum = 0.0f;
    if (plane < planes) {
#pragma unroll 4
        for (int at = lane; at < size; at += 32) {
            sum += x[plane * size + at];
        }
    }
    sum = gabor_warp_sum(sum);
    if (lane == 0 && plane < planes) {
        y[plane] = sum / static_cast<float>(size);
    }
}

GABOR_KERNELS(gabor_pool_max, gabor_pool_max_backward, gabor_pool_max2x2, gabor_pool_max2x2_backward, gabor_pool_avg,
              gabor_pool_avg_backward, gabor_pool_avg_global)
