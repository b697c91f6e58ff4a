// Dropout: y = x·m, where m of a unit is 0 or 1/(1 − p), by a random number that is a pure function of seed, step and
// unit (Philox 4×32-10, io.gabor.tensor.Philox; Salmon et al., 2011). Nothing is kept for the backward pass, which is the
// same kernel on the gradient. The step is read from device memory, so that a recorded step draws a new mask.
#include "gabor.cuh"

constexpr int PHILOX_ROUNDS = 10;

// The four words at (seed; position, step).
GABOR_DEVICE void dropout_philox(unsigned key0, unsigned key1, unsigned position, unsigned step, unsigned (&words)[4]) {
    unsigned c0 = position;
    unsigned c1 = 0;
    unsigned c2 = step;
    unsigned c3 = 0;
#pragma unroll
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const unsigned long long p0 = 0xD2511F53ull * c0;
        const unsigned long long p1 = 0xCD9E8D57ull * c2;
        c0 = (unsigned)(p1 >> 32) ^ c1 ^ key0;
        c1 = (unsigned)p1;
        c2 = (unsigned)(p0 >> 32) ^ c3 ^ key1;
        c3 = (unsigned)p0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

// y[u,i] = x[u,i] · (r(u) < threshold ? 0 : scale), u < units, i < pixels; y may be x. A thread has pixel i of the four
// units 4q to 4q + 3, for every (blocks · 256)-th pair (q, i): they share the ten rounds. Reads 4 and writes 4 bytes an
// element, with some 30 integer operations each.
extern "C" __global__ void gabor_dropout_apply(int units, int pixels, int key0, int key1, int threshold, float scale,
                                               const int* step, const float* x, float* y) {
    const unsigned number = (unsigned)step[0];
    const unsigned quads = ((unsigned)units + 3) / 4;
    for (unsigned e = blockIdx.x * blockDim.x + threadIdx.x; e < quads * pixels; e += gridDim.x * blockDim.x) {
        const unsigned q = e / pixels;
        const unsigned i = e - q * pixels;
        unsigned words[4];
        dropout_philox((unsigned)key0, (unsigned)key1, q, number, words);
#pragma unroll
        for (unsigned j = 0; j < 4; j++) {
            const unsigned unit = 4 * q + j;
            if (unit < (unsigned)units) {
                const unsigned at = unit * pixels + i;
                y[at] = x[at] * (words[j] < (unsigned)threshold ? 0.0f : scale);
            }
        }
    }
}

GABOR_KERNELS(gabor_dropout_apply)
