package io.gabor.backend.cuda;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;

/**
 * A fully connected layer as three matrix products: {@code y = f(x·wᵀ + b)}, {@code dw = dzᵀ·x}, {@code dx = dz·w}. One
 * kernel before the gradients computes {@code dz = dy·f'(y)} into a workspace and sums its columns to {@code db}.
 */
final class CudaDense extends CudaWeightedOp {
    private static final int COLUMNS_PER_BLOCK = 32;
    private static final int THREADS = 256;

    private final int in;
    private final int out;
    private final boolean activated;
    private final Gemm forward;
    private final Gemm weightGradient;
    private final Gemm inputGradient;
    private final Launch biasGradient;
    private final CudaStorage dz;

    CudaDense(CudaContext context, int in, int out, Epilogue epilogue, int maxBatch) {
        super(
                context,
                "dense",
                "layer",
                epilogue,
                maxBatch,
                in,
                out,
                Math.multiplyExact(in, out),
                epilogue.bias() == Bias.NONE ? 0 : out);
        this.in = in;
        this.out = out;
        Activation f = epilogue.activation();
        activated = f.kind() != Activation.Kind.IDENTITY;
        String sizes = ", " + in + " -> " + out;
        String backwardName = "dense backward" + sizes;
        forward = Gemm.of(context, "dense forward" + sizes, false, true, true);
        weightGradient = Gemm.of(context, backwardName, true, false, false);
        inputGradient = Gemm.of(context, backwardName, false, false, true);
        biasGradient = context.launch(backwardName, "gabor_gemm_bias_gradient", 8)
                .setInt(1, out)
                .setInt(2, f.kind().ordinal())
                .setFloat(3, f.slope());
        long shared = Math.max(
                forward.workspace(maxBatch, out, in),
                Math.max(weightGradient.workspace(out, in, maxBatch), inputGradient.workspace(maxBatch, in, out)));
        try {
            CudaStorage parts = workspace("dense", shared);
            forward.use(parts);
            weightGradient.use(parts);
            inputGradient.use(parts);
            dz = workspace("dense", activated ? (long) maxBatch * out : 0);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    void forward(int n, CudaStorage x, CudaStorage w, CudaStorage b, CudaStorage y) {
        forward.run(n, out, in, x, w, b, epilogue.activation(), y);
    }

    @Override
    void backward(
            int n,
            CudaStorage x,
            CudaStorage w,
            CudaStorage y,
            CudaStorage dy,
            CudaStorage dw,
            CudaStorage db,
            CudaStorage dx) {
        if (activated || db != null) {
            biasGradient
                    .setInt(0, n)
                    .setPointer(4, y)
                    .setPointer(5, dy)
                    .setPointer(6, dz)
                    .setPointer(7, db);
            biasGradient.run((out - 1) / COLUMNS_PER_BLOCK + 1, THREADS);
        }
        CudaStorage gradient = activated ? dz : dy;
        weightGradient.run(out, in, n, gradient, x, null, Activation.IDENTITY, dw);
        if (dx != null) {
            inputGradient.run(n, in, out, gradient, w, null, Activation.IDENTITY, dx);
        }
    }

    @Override
    boolean linear() {
        return false;
    }

    @Override
    void inputGradient(int n, CudaStorage w, CudaStorage dz, CudaStorage dx) {
        throw new IllegalStateException("a dense op has no input's gradient alone");
    }
}
