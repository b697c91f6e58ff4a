package io.gabor.backend.cuda;

import io.gabor.backend.Activation;

/**
 * One matrix product of an op, {@code c = f(op(a)·op(b) + bias)} with {@code op(a): m×k}, {@code op(b): k×n},
 * {@code c: m×n}, all row-major: by cuBLAS or by our own kernels.
 */
interface Gemm {
    /** Returns the floats of workspace wanted for sizes up to these. */
    long workspace(int m, int n, int k);

    /** Takes the workspace. */
    void use(CudaStorage workspace);

    /**
     * Queues the product.
     *
     * @param bias n floats, or null
     */
    void run(int m, int n, int k, CudaStorage a, CudaStorage b, CudaStorage bias, Activation f, CudaStorage c);

    /**
     * Returns a product by cuBLAS where it is in use, else by our own kernels.
     *
     * @param op what messages begin with
     * @param transA whether a is stored k×m
     * @param transB whether b is stored n×k
     * @param rowsAreSamples whether m is the number of samples; a row's bits then do not depend on it with our own
     *     kernels
     */
    static Gemm of(CudaContext context, String op, boolean transA, boolean transB, boolean rowsAreSamples) {
        return context.cublas().usable()
                ? new CublasGemm(context, op, transA, transB)
                : new TiledGemm(context, op, transA, transB, rowsAreSamples);
    }
}
