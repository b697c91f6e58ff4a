#include "gemm.h"

#include <cstring>
#include <vector>

#include "driver.h"
#include "memory.h"
#include "report.h"

namespace gabor {

namespace {

float to_tf32(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    if ((bits & 0x7f800000u) != 0x7f800000u) {
        bits = (bits + 0x1000u) & ~0x1fffu;
    }
    std::memcpy(&x, &bits, 4);
    return x;
}

// How many bytes a matrix of these columns spans.
size_t span(int rows, int columns, int ld, long long stride, int batch) {
    if (rows == 0 || columns == 0 || batch == 0) {
        return 0;
    }
    return 4 * (static_cast<size_t>(stride) * static_cast<size_t>(batch - 1)
                + static_cast<size_t>(ld) * static_cast<size_t>(columns - 1) + static_cast<size_t>(rows));
}

Failure check(const char* function, const char* matrix, uintptr_t start, size_t bytes) {
    if (bytes == 0 || buffer_holding(start, bytes) != nullptr) {
        return {};
    }
    return {CUDA_ERROR_ILLEGAL_ADDRESS,
            format("%s: matrix %s needs %zu bytes and is at %s", function, matrix, bytes, describe(start).c_str())};
}

// One product. The columns of C one after the other, each as a sum of columns of A: the inner loop runs over memory.
void multiply(const Gemm& g, float alpha, float beta, const float* a, const float* b, float* c) {
    size_t m = static_cast<size_t>(g.m);
    size_t k = static_cast<size_t>(g.k);
    size_t lda = static_cast<size_t>(g.lda);
    size_t ldb = static_cast<size_t>(g.ldb);
    std::vector<float> packed(m * k);
    for (size_t p = 0; p < k; p++) {
        for (size_t i = 0; i < m; i++) {
            float value = g.transpose_a ? a[i * lda + p] : a[p * lda + i];
            packed[p * m + i] = g.tf32 ? to_tf32(value) : value;
        }
    }
    std::vector<float> sum(m);
    for (size_t j = 0; j < static_cast<size_t>(g.n); j++) {
        sum.assign(m, 0.0f);
        for (size_t p = 0; p < k; p++) {
            float factor = g.transpose_b ? b[p * ldb + j] : b[j * ldb + p];
            factor = g.tf32 ? to_tf32(factor) : factor;
            const float* column = packed.data() + p * m;
            for (size_t i = 0; i < m; i++) {
                sum[i] += column[i] * factor;
            }
        }
        float* to = c + j * static_cast<size_t>(g.ldc);
        for (size_t i = 0; i < m; i++) {
            to[i] = beta == 0 ? alpha * sum[i] : alpha * sum[i] + beta * to[i];
        }
    }
}

Failure run(const char* function, const Gemm& g) {
    Failure failure = check(function, "A", g.a, span(g.transpose_a ? g.k : g.m, g.transpose_a ? g.m : g.k, g.lda,
                                                     g.stride_a, g.batch));
    if (!failure.happened()) {
        failure = check(function, "B", g.b, span(g.transpose_b ? g.n : g.k, g.transpose_b ? g.k : g.n, g.ldb,
                                                 g.stride_b, g.batch));
    }
    if (!failure.happened()) {
        failure = check(function, "C", g.c, span(g.m, g.n, g.ldc, g.stride_c, g.batch));
    }
    if (!failure.happened() && g.device_alpha != nullptr) {
        failure = check(function, "alpha", reinterpret_cast<uintptr_t>(g.device_alpha), 4);
        if (!failure.happened()) {
            failure = check(function, "beta", reinterpret_cast<uintptr_t>(g.device_beta), 4);
        }
    }
    if (failure.happened()) {
        return failure;
    }
    float alpha = g.device_alpha != nullptr ? *g.device_alpha : g.alpha;
    float beta = g.device_alpha != nullptr ? *g.device_beta : g.beta;
    for (long long i = 0; i < g.batch; i++) {
        multiply(g, alpha, beta, reinterpret_cast<const float*>(g.a) + i * g.stride_a,
                 reinterpret_cast<const float*>(g.b) + i * g.stride_b,
                 reinterpret_cast<float*>(g.c) + i * g.stride_c);
    }
    return {};
}

}  // namespace

}  // namespace gabor

using namespace gabor;

GABOR_API int gabor_emu_injected(const char* function) {
    std::lock_guard<std::mutex> hold(driver_lock());
    return injected(function);
}

GABOR_API int gabor_emu_gemm(const char* function, void* handle, const Gemm* gemm) {
    GABOR_ENTER_CONTEXT()
    Stream* stream = stream_of(*context, handle);
    if (stream == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    count_call(function);
    Gemm copy = *gemm;
    std::string name = function;
    return enqueue(*context, *stream, [name, copy] { return run(name.c_str(), copy); });
}
