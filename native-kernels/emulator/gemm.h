// Matrix products for the stand-in of cuBLAS, as work on a stream.
#pragma once

#include <cstdint>

namespace gabor {

// C = alpha * op(A) * op(B) + beta * C for `batch` matrices in column-major order, as cublasSgemmStridedBatched has it.
struct Gemm {
    bool transpose_a, transpose_b;
    int m, n, k;
    float alpha, beta;
    const float* device_alpha;  // not nullptr: alpha and beta are read from device memory
    const float* device_beta;
    uintptr_t a;
    int lda;
    long long stride_a;
    uintptr_t b;
    int ldb;
    long long stride_b;
    uintptr_t c;
    int ldc;
    long long stride_c;
    int batch;
    bool tf32;  // factors are rounded to 10 bits of fraction, as tensor cores do
};

}  // namespace gabor

// Exported by the stand-in of the driver; returns CUDA's code.
extern "C" int gabor_emu_gemm(const char* function, void* stream, const gabor::Gemm* gemm);

// The code that GABOR_EMU_FAIL wants, or 0.
extern "C" int gabor_emu_injected(const char* function);
