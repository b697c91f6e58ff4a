package io.gabor.backend.cuda;

import io.gabor.backend.BackendException;
import io.gabor.backend.BackendUnavailableException;
import jcuda.Pointer;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/** cuBLAS on the context's stream, if its library is on this machine; else the reason why our own GEMM does its work. */
final class Cublas {
    /** Which GEMM dense layers use: {@code auto}, {@code cublas} (or no backend) or {@code own}. */
    static final String CHOICE = "gabor.cuda.gemm";

    /**
     * Memory for cuBLAS to split sums into. With its own it would allocate within a step, which a recorded step had to
     * repeat.
     */
    private static final long WORKSPACE_BYTES = 8 << 20;

    // cuBLAS reads the factors while it is called
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final CudaContext context;
    private final cublasHandle handle;
    private final DevicePointer workspace;
    private final String reason;

    private Cublas(CudaContext context, cublasHandle handle, DevicePointer workspace, String reason) {
        this.context = context;
        this.handle = handle;
        this.workspace = workspace;
        this.reason = reason;
    }

    private static Cublas unusable(CudaContext context, String reason) {
        return new Cublas(context, null, null, reason);
    }

    /**
     * Opens cuBLAS where it is and wanted; remembers the reason where it is not.
     *
     * @throws BackendUnavailableException if {@link #CHOICE} asks for cuBLAS and it cannot be had, or for what there is not
     */
    static Cublas open(CudaContext context) {
        String choice = System.getProperty(CHOICE, "auto");
        switch (choice) {
            case "own":
                return unusable(context, "not wanted, " + CHOICE + "=own");
            case "auto":
                return openIfThere(context);
            case "cublas":
                Cublas cublas = openIfThere(context);
                if (!cublas.usable()) {
                    throw new BackendUnavailableException(
                            CHOICE + "=cublas, but cuBLAS cannot be used: " + cublas.reason
                                    + "; install CUDA 12's cuBLAS, or leave the property away to use our own GEMM");
                }
                return cublas;
            default:
                throw new BackendUnavailableException(
                        "the system property " + CHOICE + " must be auto, cublas or own, found " + choice);
        }
    }

    private static Cublas openIfThere(CudaContext context) {
        String missing = CudaNatives.loadCublas();
        if (missing != null) {
            return unusable(context, missing);
        }
        cublasHandle handle = new cublasHandle();
        int status = JCublas2.cublasCreate(handle);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            return unusable(context, "cublasCreate failed: " + cublasStatus.stringFor(status));
        }
        DevicePointer workspace = new DevicePointer();
        int result = JCudaDriver.cuMemAlloc(workspace, WORKSPACE_BYTES);
        if (result != CUresult.CUDA_SUCCESS) {
            JCublas2.cublasDestroy(handle);
            return unusable(context, "no memory for it: " + CudaErrors.text(result));
        }
        String failed = configure(context, handle, workspace);
        if (failed != null) {
            JCublas2.cublasDestroy(handle);
            JCudaDriver.cuMemFree(workspace);
            return unusable(context, failed);
        }
        return new Cublas(context, handle, workspace, "");
    }

    /** Returns null, or what failed. The stream comes first: setting it takes the workspace away. */
    private static String configure(CudaContext context, cublasHandle handle, DevicePointer workspace) {
        int status = JCublas2.cublasSetStream(handle, new cudaStream_t(context.stream()));
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            return "cublasSetStream failed: " + cublasStatus.stringFor(status);
        }
        status = JCublas2.cublasSetWorkspace(handle, workspace, WORKSPACE_BYTES);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            return "cublasSetWorkspace failed: " + cublasStatus.stringFor(status);
        }
        // whole float products, never TF32
        status = JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH);
        return status == cublasStatus.CUBLAS_STATUS_SUCCESS
                ? null
                : "cublasSetMathMode failed: " + cublasStatus.stringFor(status);
    }

    /** Whether dense layers use cuBLAS. */
    boolean usable() {
        return handle != null;
    }

    /** Returns which GEMM is in use, for people. */
    String description() {
        return usable() ? "cuBLAS" : "own GEMM (cuBLAS: " + reason + ")";
    }

    /**
     * Queues {@code c = op(a)·op(b)}, all row-major: {@code op(a): m×k}, stored k×m where transA; {@code op(b): k×n},
     * stored n×k where transB; {@code c: m×n}. cuBLAS is column-major, where the same memory is the transposes:
     * {@code cᵀ = op(b)ᵀ·op(a)ᵀ}.
     */
    void multiply(
            String op,
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            CudaStorage a,
            CudaStorage b,
            CudaStorage c) {
        context.makeCurrent(op);
        int status = JCublas2.cublasSgemm(
                handle,
                transB ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N,
                transA ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N,
                n,
                m,
                k,
                ONE,
                used(b),
                transB ? k : n,
                used(a),
                transA ? m : k,
                ZERO,
                used(c),
                n);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new BackendException(op + ": cublasSgemm of " + m + "×" + n + "×" + k + " failed: "
                    + cublasStatus.stringFor(status) + " on " + context.device().name() + "; -D" + CHOICE
                    + "=own does without cuBLAS");
        }
    }

    private static DevicePointer used(CudaStorage storage) {
        storage.owner.use(storage);
        return storage.pointer();
    }

    void close() {
        if (handle != null) {
            JCublas2.cublasDestroy(handle);
            JCudaDriver.cuMemFree(workspace);
        }
    }
}
