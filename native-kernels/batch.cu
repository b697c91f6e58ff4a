// What assembles a batch from a data set in device memory, counts hits and keeps the counters of a step. M stored samples
// of C channels with P pixels each; s(i) = order[cursor[0] + i] is the i-th sample of the batch. Everything that changes
// from step to step is read from device memory, so that a step can be replayed.
//
// The host does not see the indices. An index outside its range is not followed: it gives NaN (or the label −1, which
// makes the loss NaN).
#include "gabor.cuh"

// The i-th sample of the batch, or −1 if the order or the data set does not have it.
GABOR_DEVICE int batch_sample(int n, int stored, int length, const int* order, const int* cursor, int i) {
    const int first = cursor[0];
    if (first < 0 || first > length - n) {
        return -1;
    }
    const int sample = order[first + i];
    return sample >= 0 && sample < stored ? sample : -1;
}

// out[i,c,p] = samples[s(i),c,p] · scale[c] + shift[c], i < n, rounded once. The grid's y axis goes over the samples, its
// x axis over a sample's C·P elements, 256 threads a block. Reads and writes each element once.
template <typename T>
GABOR_DEVICE void batch_gather(int n, int channels, int pixels, int stored, int length, const T* samples,
                               const int* order, const int* cursor, const float* scale, const float* shift,
                               float* out) {
    const int size = channels * pixels;
    for (int i = blockIdx.y; i < n; i += gridDim.y) {
        const int sample = batch_sample(n, stored, length, order, cursor, i);
        for (int e = blockIdx.x * blockDim.x + threadIdx.x; e < size; e += gridDim.x * blockDim.x) {
            const int c = e / pixels;
            out[(size_t)i * size + e] =
                sample < 0 ? NAN : fmaf((float)samples[(size_t)sample * size + e], scale[c], shift[c]);
        }
    }
}

extern "C" __global__ void gabor_batch_gather_u8(int n, int channels, int pixels, int stored, int length,
                                                 const unsigned char* samples, const int* order, const int* cursor,
                                                 const float* scale, const float* shift, float* out) {
    batch_gather(n, channels, pixels, stored, length, samples, order, cursor, scale, shift, out);
}

extern "C" __global__ void gabor_batch_gather_f32(int n, int channels, int pixels, int stored, int length,
                                                  const float* samples, const int* order, const int* cursor,
                                                  const float* scale, const float* shift, float* out) {
    batch_gather(n, channels, pixels, stored, length, samples, order, cursor, scale, shift, out);
}

// out[i] = labels[s(i)], i < n. One thread a label.
extern "C" __global__ void gabor_batch_gather_labels(int n, int stored, int length, const int* labels, const int* order,
                                                     const int* cursor, int* out) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < (unsigned)n; i += gridDim.x * blockDim.x) {
        const int sample = batch_sample(n, stored, length, order, cursor, i);
        out[i] = sample < 0 ? -1 : labels[sample];
    }
}

// target[i,c] = [c = labels[i]], i < n. One thread an element.
extern "C" __global__ void gabor_batch_one_hot(int n, int classes, const int* labels, float* target) {
    const unsigned size = (unsigned)n * classes;
    for (unsigned e = blockIdx.x * blockDim.x + threadIdx.x; e < size; e += gridDim.x * blockDim.x) {
        target[e] = (int)(e % classes) == labels[e / classes] ? 1.0f : 0.0f;
    }
}

constexpr int COUNT_THREADS = 512;

// correct[0] += the number of rows i < n whose first maximum of scores[i,·] is at labels[i]. One block: each thread takes
// every 512th row, and the counts are added over the block.
extern "C" __global__ void __launch_bounds__(COUNT_THREADS)
    gabor_batch_count_correct(int n, int classes, const float* scores, const int* labels, int* correct) {
    GABOR_SHARED(int, hits, COUNT_THREADS);
    int found = 0;
    for (int i = threadIdx.x; i < n; i += COUNT_THREADS) {
        const float* row = scores + (size_t)i * classes;
        int best = 0;
        float most = row[0];
        for (int c = 1; c < classes; c++) {
            if (row[c] > most) {
                most = row[c];
                best = c;
            }
        }
        found += best == labels[i];
    }
    hits[threadIdx.x] = found;
    __syncthreads();
    for (int half = COUNT_THREADS / 2; half > 0; half /= 2) {
        if ((int)threadIdx.x < half) {
            hits[threadIdx.x] += hits[threadIdx.x + half];
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        correct[0] += hits[0];
    }
}

// counter[0] += by. One thread.
extern "C" __global__ void gabor_batch_increment(int by, int* counter) {
    counter[0] += by;
}

// log[index[0] mod size] = value[0]. One thread.
extern "C" __global__ void gabor_batch_store(int size, const float* value, const int* index, float* log) {
    const int at = index[0] % size;
    log[at < 0 ? at + size : at] = value[0];
}

GABOR_KERNELS(gabor_batch_gather_u8, gabor_batch_gather_f32, gabor_batch_gather_labels, gabor_batch_one_hot,
              gabor_batch_count_correct, gabor_batch_increment, gabor_batch_store)
