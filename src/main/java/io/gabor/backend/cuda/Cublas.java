package io.gabor.backend.cuda;

import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/** cuBLAS on the context's stream, if its library is on this machine; else the reason why our own GEMM does its work. */
final class Cublas {
    private final cublasHandle handle;
    private final String reason;

    private Cublas(cublasHandle handle, String reason) {
        this.handle = handle;
        this.reason = reason;
    }

    /** Opens cuBLAS where it is; never fails. */
    static Cublas open(CudaContext context) {
        String missing = CudaNatives.loadCublas();
        if (missing != null) {
            return new Cublas(null, missing);
        }
        cublasHandle handle = new cublasHandle();
        int status = JCublas2.cublasCreate(handle);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            return new Cublas(null, "cublasCreate failed: " + cublasStatus.stringFor(status));
        }
        status = JCublas2.cublasSetStream(handle, new cudaStream_t(context.stream()));
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            JCublas2.cublasDestroy(handle);
            return new Cublas(null, "cublasSetStream failed: " + cublasStatus.stringFor(status));
        }
        return new Cublas(handle, "");
    }

    /** Whether there is a handle. */
    boolean usable() {
        return handle != null;
    }

    cublasHandle handle() {
        return handle;
    }

    /** Returns which GEMM is in use, for people. */
    String description() {
        return usable() ? "cuBLAS" : "own GEMM (cuBLAS: " + reason + ")";
    }

    void close() {
        if (handle != null) {
            JCublas2.cublasDestroy(handle);
        }
    }
}
