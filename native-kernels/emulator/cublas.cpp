// A stand-in for libcublas.so.12: the few entry points that Gabor calls, on top of the stand-in for the driver.

#include <cstdint>
#include <cstring>

#include "gemm.h"

#define GABOR_API extern "C" __attribute__((visibility("default")))

namespace {

// cublasStatus_t
constexpr int SUCCESS = 0;
constexpr int NOT_INITIALIZED = 1;
constexpr int INVALID_VALUE = 7;
constexpr int EXECUTION_FAILED = 13;
constexpr int NOT_SUPPORTED = 15;

constexpr uint32_t ALIVE = 0x6ab0b1a5u;
constexpr int TF32_MATH = 3;
constexpr int REAL_32F = 0;
constexpr int COMPUTE_32F = 68;
constexpr int COMPUTE_32F_TF32 = 77;

struct Handle {
    uint32_t alive;
    void* stream;
    int math_mode;
    int pointer_mode;  // 0: alpha and beta are on the host
};

Handle* handle_of(void* pointer) {
    auto* handle = static_cast<Handle*>(pointer);
    return handle != nullptr && handle->alive == ALIVE ? handle : nullptr;
}

int status_of(int code) {
    switch (code) {
        case 0: return SUCCESS;
        case 3: case 201: return NOT_INITIALIZED;
        default: return EXECUTION_FAILED;
    }
}

int gemm(const char* function, Handle* handle, int ta, int tb, int m, int n, int k, const float* alpha, const float* a,
         int lda, long long stride_a, const float* b, int ldb, long long stride_b, const float* beta, float* c, int ldc,
         long long stride_c, int batch, bool tf32) {
    bool transpose_a = ta != 0;
    bool transpose_b = tb != 0;
    int rows_a = transpose_a ? k : m;
    int rows_b = transpose_b ? n : k;
    if (handle == nullptr) {
        return NOT_INITIALIZED;
    }
    if (m < 0 || n < 0 || k < 0 || batch < 0 || lda < (rows_a > 1 ? rows_a : 1) || ldb < (rows_b > 1 ? rows_b : 1)
        || ldc < (m > 1 ? m : 1) || alpha == nullptr || beta == nullptr) {
        return INVALID_VALUE;
    }
    if (m == 0 || n == 0 || batch == 0) {
        return SUCCESS;
    }
    bool device = handle->pointer_mode != 0;
    gabor::Gemm g{transpose_a, transpose_b, m, n, k, device ? 0.0f : *alpha, device ? 0.0f : *beta,
                  device ? alpha : nullptr, device ? beta : nullptr, reinterpret_cast<uintptr_t>(a), lda, stride_a,
                  reinterpret_cast<uintptr_t>(b), ldb, stride_b, reinterpret_cast<uintptr_t>(c), ldc, stride_c, batch,
                  tf32};
    return status_of(gabor_emu_gemm(function, handle->stream, &g));
}

}  // namespace

#define GABOR_ENTER()                                   \
    if (int wanted = gabor_emu_injected(__func__)) {    \
        return wanted;                                  \
    }

#define GABOR_ENTER_HANDLE(pointer)                     \
    GABOR_ENTER()                                       \
    Handle* handle = handle_of(pointer);                \
    if (handle == nullptr) {                            \
        return NOT_INITIALIZED;                         \
    }

GABOR_API int cublasCreate_v2(void** result) {
    GABOR_ENTER()
    *result = new Handle{ALIVE, nullptr, 0, 0};
    return SUCCESS;
}

GABOR_API int cublasDestroy_v2(void* pointer) {
    GABOR_ENTER_HANDLE(pointer)
    handle->alive = 0;
    delete handle;
    return SUCCESS;
}

GABOR_API int cublasGetVersion_v2(void*, int* version) {
    GABOR_ENTER()
    *version = 120601;
    return SUCCESS;
}

GABOR_API int cublasSetStream_v2(void* pointer, void* stream) {
    GABOR_ENTER_HANDLE(pointer)
    handle->stream = stream;
    return SUCCESS;
}

GABOR_API int cublasSetWorkspace_v2(void* pointer, void*, size_t) {
    GABOR_ENTER_HANDLE(pointer)
    return SUCCESS;
}

GABOR_API int cublasSetMathMode(void* pointer, int mode) {
    GABOR_ENTER_HANDLE(pointer)
    handle->math_mode = mode;
    return SUCCESS;
}

GABOR_API int cublasGetMathMode(void* pointer, int* mode) {
    GABOR_ENTER_HANDLE(pointer)
    *mode = handle->math_mode;
    return SUCCESS;
}

GABOR_API int cublasSetAtomicsMode(void* pointer, int) {
    GABOR_ENTER_HANDLE(pointer)
    return SUCCESS;
}

GABOR_API int cublasSetPointerMode_v2(void* pointer, int mode) {
    GABOR_ENTER_HANDLE(pointer)
    handle->pointer_mode = mode;
    return SUCCESS;
}

GABOR_API int cublasSgemm_v2(void* pointer, int ta, int tb, int m, int n, int k, const float* alpha, const float* a,
                             int lda, const float* b, int ldb, const float* beta, float* c, int ldc) {
    GABOR_ENTER_HANDLE(pointer)
    return gemm(__func__, handle, ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1,
                handle->math_mode == TF32_MATH);
}

GABOR_API int cublasSgemmStridedBatched(void* pointer, int ta, int tb, int m, int n, int k, const float* alpha,
                                        const float* a, int lda, long long stride_a, const float* b, int ldb,
                                        long long stride_b, const float* beta, float* c, int ldc, long long stride_c,
                                        int batch) {
    GABOR_ENTER_HANDLE(pointer)
    return gemm(__func__, handle, ta, tb, m, n, k, alpha, a, lda, stride_a, b, ldb, stride_b, beta, c, ldc, stride_c,
                batch, handle->math_mode == TF32_MATH);
}

GABOR_API int cublasGemmEx(void* pointer, int ta, int tb, int m, int n, int k, const void* alpha, const void* a,
                           int type_a, int lda, const void* b, int type_b, int ldb, const void* beta, void* c,
                           int type_c, int ldc, int compute, int) {
    GABOR_ENTER_HANDLE(pointer)
    if (type_a != REAL_32F || type_b != REAL_32F || type_c != REAL_32F
        || (compute != COMPUTE_32F && compute != COMPUTE_32F_TF32)) {
        return NOT_SUPPORTED;
    }
    return gemm(__func__, handle, ta, tb, m, n, k, static_cast<const float*>(alpha), static_cast<const float*>(a), lda,
                0, static_cast<const float*>(b), ldb, 0, static_cast<const float*>(beta), static_cast<float*>(c), ldc,
                0, 1, compute == COMPUTE_32F_TF32 || handle->math_mode == TF32_MATH);
}

GABOR_API const char* cublasGetStatusName(int status) {
    switch (status) {
        case SUCCESS: return "CUBLAS_STATUS_SUCCESS";
        case NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
        case EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
        default: return "unknown status";
    }
}

GABOR_API const char* cublasGetStatusString(int status) { return cublasGetStatusName(status); }
