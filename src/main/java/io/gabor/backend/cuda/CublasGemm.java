package io.gabor.backend.cuda;

import io.gabor.backend.Activation;

/** A matrix product by cuBLAS; bias and activation follow in a kernel of ours. */
final class CublasGemm implements Gemm {
    private static final int FINISH_THREADS = 256;

    private final CudaContext context;
    private final String op;
    private final boolean transA;
    private final boolean transB;
    private final Launch finish;

    CublasGemm(CudaContext context, String op, boolean transA, boolean transB) {
        this.context = context;
        this.op = op;
        this.transA = transA;
        this.transB = transB;
        finish = context.launch(op, "gabor_gemm_finish", 8);
    }

    /** Returns 0: cuBLAS has its own. */
    @Override
    public long workspace(int m, int n, int k) {
        return 0;
    }

    @Override
    public void use(CudaStorage workspace) {}

    @Override
    public void run(int m, int n, int k, CudaStorage a, CudaStorage b, CudaStorage bias, Activation f, CudaStorage c) {
        context.cublas().multiply(op, transA, transB, m, n, k, a, b, c);
        if (bias != null || f.kind() != Activation.Kind.IDENTITY) {
            finish.setInt(0, m * n).setInt(1, n).setInt(2, 1);
            finish.setInt(3, f.kind().ordinal()).setFloat(4, f.slope());
            finish.setPointer(5, c).setPointer(6, bias).setPointer(7, c);
            finish.run(context.blocks((long) m * n, FINISH_THREADS), FINISH_THREADS);
        }
    }
}
