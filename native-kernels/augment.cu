// Assembles a batch of changed images from a data set in device memory: a gather whose images pass through a map, a field,
// a gain, another image and a cut, as io.gabor.tensor.ImageEdit says. Coordinates are whole multiples of 2^-16 and are
// computed in integers, so that every backend takes the same stored pixels.
//
// The host does not see the order's indices and the partners. One outside its range is not followed: it gives NaN.
#include "gabor.cuh"

// Where things are in a row of edits, and 1 in fixed point: io.gabor.tensor.ImageEdit.
constexpr int EDIT_MAP = 0;
constexpr int EDIT_PADDING = 6;
constexpr int EDIT_GAIN = 7;
constexpr int EDIT_CUT = 9;
constexpr int EDIT_PARTNER = 13;
constexpr int EDIT_BLEND = 14;
constexpr int EDIT_BOX = 15;
constexpr int EDIT_SHARE = 19;
constexpr int EDIT_FIELD = 20;
constexpr int EDIT_SPANS = 4;
constexpr int EDIT_CONTROLS = EDIT_SPANS + 2;
constexpr int EDIT_ONE = 1 << 16;
constexpr float EDIT_UNIT = 1.0f / EDIT_ONE;

// A quadratic B-spline over three values at t of 256, rounded down.
GABOR_DEVICE long long augment_spline(int t, long long first, long long second, long long third) {
    const long long left = (256 - t) * (256 - t);
    const long long right = t * t;
    return (left * first + (131072 - left - right) * second + right * third) >> 17;
}

// The displacement of pixel (x, y) by one of the two fields of controls.
GABOR_DEVICE long long augment_displacement(const int* field, int height, int width, int x, int y) {
    const int across = (int)((2LL * x + 1) * EDIT_SPANS * 128 / width);
    const int down = (int)((2LL * y + 1) * EDIT_SPANS * 128 / height);
    long long columns[3];
#pragma unroll
    for (int k = 0; k < 3; k++) {
        const int* at = field + down / 256 * EDIT_CONTROLS + across / 256 + k;
        columns[k] = augment_spline(down % 256, at[0], at[EDIT_CONTROLS], at[2 * EDIT_CONTROLS]);
    }
    return augment_spline(across % 256, columns[0], columns[1], columns[2]);
}

// The pixel that a place outside shows: the row of pixels runs to and fro, without repeating its ends.
GABOR_DEVICE int augment_reflected(int place, int size) {
    const int period = size > 1 ? 2 * (size - 1) : 1;
    int within = place % period;
    within = within < 0 ? within + period : within;
    return within < period - within ? within : period - within;
}

template <typename T>
GABOR_DEVICE float augment_value(const T* plane, int height, int width, int padding, int x, int y) {
    if (x < 0 || x >= width || y < 0 || y >= height) {
        if (padding == 0) {
            return 0.0f;
        }
        x = augment_reflected(x, width);
        y = augment_reflected(y, height);
    }
    return (float)plane[y * width + x];
}

// One value of an image by its map, field and gain. A neighbour that has no weight is not asked: it might not be finite.
template <typename T>
GABOR_DEVICE float augment_image(const int* edit, int elastic, const T* plane, int height, int width, int x, int y) {
    const int* map = edit + EDIT_MAP;
    long long at_x = (long long)map[0] * x + (long long)map[1] * y + map[2];
    long long at_y = (long long)map[3] * x + (long long)map[4] * y + map[5];
    if (elastic) {
        const int* field = edit + EDIT_FIELD;
        at_x += augment_displacement(field, height, width, x, y);
        at_y += augment_displacement(field + EDIT_CONTROLS * EDIT_CONTROLS, height, width, x, y);
    }
    const int left = (int)(at_x >> 16);
    const int top = (int)(at_y >> 16);
    const int fraction_x = (int)(at_x & (EDIT_ONE - 1));
    const int fraction_y = (int)(at_y & (EDIT_ONE - 1));
    const int right = left + (fraction_x != 0);
    const int bottom = top + (fraction_y != 0);
    const int padding = edit[EDIT_PADDING];
    const float v00 = augment_value(plane, height, width, padding, left, top);
    const float v01 = augment_value(plane, height, width, padding, right, top);
    const float v10 = augment_value(plane, height, width, padding, left, bottom);
    const float v11 = augment_value(plane, height, width, padding, right, bottom);
    const float upper = fmaf(fraction_x * EDIT_UNIT, v01 - v00, v00);
    const float lower = fmaf(fraction_x * EDIT_UNIT, v11 - v10, v10);
    const float value = fmaf(fraction_y * EDIT_UNIT, lower - upper, upper);
    return fmaf(edit[EDIT_GAIN] * EDIT_UNIT, value, edit[EDIT_GAIN + 1] * EDIT_UNIT);
}

GABOR_DEVICE bool augment_inside(const int* box, int x, int y) {
    return x >= box[0] && y >= box[1] && x < box[2] && y < box[3];
}

// out[i,c,y,x], i < n, of images C × H × W. The grid's y axis goes over the images, its x axis over an image's elements,
// 256 threads a block, one element a thread: four reads of the data set for each image in it, and some 40 integer
// operations; three times as many with a field.
template <typename T>
GABOR_DEVICE void augment_images(int n, int channels, int height, int width, int stored, int length, int row_width,
                                 const T* samples, const int* order, const int* cursor, const int* edits,
                                 const float* scale, const float* shift, float* out) {
    const int pixels = height * width;
    const int size = channels * pixels;
    const int elastic = row_width > EDIT_FIELD;
    const int first = cursor[0];
    const bool fits = first >= 0 && first <= length - n;
    for (int i = blockIdx.y; i < n; i += gridDim.y) {
        const int* edit = edits + (size_t)i * row_width;
        const int partner = edit[EDIT_PARTNER];
        const bool paired = partner >= 0 && partner < n;
        const int own = fits ? order[first + i] : -1;
        const int other = fits && paired ? order[first + partner] : -1;
        const bool known = own >= 0 && own < stored && other >= 0 && other < stored;
        for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < size; e += gridDim.x * blockDim.x) {
            const int c = e / pixels;
            const int y = e % pixels / width;
            const int x = e % width;
            float result = NAN;
            if (known && augment_inside(edit + EDIT_CUT, x, y)) {
                result = 0.0f;
            } else if (known) {
                const float share = augment_inside(edit + EDIT_BOX, x, y) ? 0.0f : edit[EDIT_BLEND] * EDIT_UNIT;
                float mixed = 0.0f;
                if (share > 0.0f) {
                    const T* plane = samples + (size_t)own * size + (size_t)c * pixels;
                    mixed = share * augment_image(edit, elastic, plane, height, width, x, y);
                }
                if (share < 1.0f) {
                    const T* plane = samples + (size_t)other * size + (size_t)c * pixels;
                    const int* its = edits + (size_t)partner * row_width;
                    mixed = fmaf(1.0f - share, augment_image(its, elastic, plane, height, width, x, y), mixed);
                }
                result = fmaf(mixed, scale[c], shift[c]);
            }
            out[(size_t)i * size + e] = result;
        }
    }
}

extern "C" __global__ void gabor_augment_u8(int n, int channels, int height, int width, int stored, int length,
                                            int row_width, const unsigned char* samples, const int* order,
                                            const int* cursor, const int* edits, const float* scale,
                                            const float* shift, float* out) {
    augment_images(n, channels, height, width, stored, length, row_width, samples, order, cursor, edits, scale, shift,
                   out);
}

extern "C" __global__ void gabor_augment_f32(int n, int channels, int height, int width, int stored, int length,
                                             int row_width, const float* samples, const int* order, const int* cursor,
                                             const int* edits, const float* scale, const float* shift, float* out) {
    augment_images(n, channels, height, width, stored, length, row_width, samples, order, cursor, edits, scale, shift,
                   out);
}

// out[i,c] = s·target[i,c] + (1 − s)·target[j,c], i < n, c < width, with the share s and the partner j of the i-th row. One
// thread an element.
extern "C" __global__ void gabor_augment_targets(int n, int width, int row_width, const float* target, const int* edits,
                                                 float* out) {
    const unsigned size = (unsigned)n * width;
    for (unsigned e = blockIdx.x * blockDim.x + threadIdx.x; e < size; e += gridDim.x * blockDim.x) {
        const int* edit = edits + (size_t)(e / width) * row_width;
        const int partner = edit[EDIT_PARTNER];
        const float share = edit[EDIT_SHARE] * EDIT_UNIT;
        const float other = partner >= 0 && partner < n ? target[(size_t)partner * width + e % width] : NAN;
        out[e] = fmaf(share, target[e], (1.0f - share) * other);
    }
}

GABOR_KERNELS(gabor_augment_u8, gabor_augment_f32, gabor_augment_targets)
