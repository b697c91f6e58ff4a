package io.gabor.backend.cuda;

import io.gabor.backend.LayerNormOp;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;

/** Layer normalisation, {@code native-kernels/layernorm.cu}: a block has a sample, and for the parameters a thread a column. */
final class CudaLayerNorm implements LayerNormOp {
    private static final String FORWARD = "layerNorm forward";
    private static final String BACKWARD = "layerNorm backward";
    private static final int THREADS = 256;

    private final CudaContext context;
    private final CudaMemory memory;
    private final int features;
    private final int maxBatch;
    private final CudaStorage statistics;
    private final Launch forward;
    private final Launch parameters;
    private final Launch backward;
    private boolean closed;

    CudaLayerNorm(CudaContext context, int features, double epsilon, int maxBatch) {
        this.context = context;
        this.features = features;
        this.maxBatch = maxBatch;
        memory = context.memory();
        forward = context.launch(FORWARD, "gabor_layernorm_forward", 7);
        forward.setInt(0, features).setDouble(1, epsilon);
        parameters = context.launch(BACKWARD, "gabor_layernorm_parameters", 7).setInt(1, features);
        backward = context.launch(BACKWARD, "gabor_layernorm_backward", 6).setInt(0, features);
        statistics = memory.workspace("layerNorm", ElementType.F32, 3L * maxBatch);
    }

    @Override
    public void forward(int n, Tensor x, Tensor gamma, Tensor beta, Tensor y) {
        check(FORWARD, n);
        CudaStorage xs = memory.floats(FORWARD, "x", x, size(n));
        CudaStorage gammas = memory.floats(FORWARD, "gamma", gamma, features);
        CudaStorage betas = memory.floats(FORWARD, "beta", beta, features);
        CudaStorage ys = memory.floats(FORWARD, "y", y, size(n));
        CudaMemory.separate(FORWARD, "y", ys, "x", xs);
        CudaMemory.separate(FORWARD, "y", ys, "gamma", gammas);
        CudaMemory.separate(FORWARD, "y", ys, "beta", betas);
        forward.setPointer(2, xs).setPointer(3, gammas).setPointer(4, betas);
        forward.setPointer(5, statistics).setPointer(6, ys);
        forward.run(n, THREADS);
    }

    @Override
    public void backward(int n, Tensor x, Tensor gamma, Tensor dy, Tensor dgamma, Tensor dbeta, Tensor dx) {
        check(BACKWARD, n);
        CudaStorage xs = memory.floats(BACKWARD, "x", x, size(n));
        CudaStorage gammas = memory.floats(BACKWARD, "gamma", gamma, features);
        CudaStorage dys = memory.floats(BACKWARD, "dy", dy, size(n));
        CudaStorage dgammas = memory.floats(BACKWARD, "dgamma", dgamma, features);
        CudaStorage dbetas = memory.floats(BACKWARD, "dbeta", dbeta, features);
        CudaStorage dxs = dx == null ? null : memory.floats(BACKWARD, "dx", dx, size(n));
        separate("dgamma", dgammas, xs, gammas, dys);
        separate("dbeta", dbetas, xs, gammas, dys);
        separate("dx", dxs, xs, gammas, dys);
        CudaMemory.separate(BACKWARD, "dgamma", dgammas, "dbeta", dbetas);
        CudaMemory.separate(BACKWARD, "dgamma", dgammas, "dx", dxs);
        CudaMemory.separate(BACKWARD, "dbeta", dbetas, "dx", dxs);

        parameters.setInt(0, n).setPointer(2, statistics).setPointer(3, xs).setPointer(4, dys);
        parameters.setPointer(5, dgammas).setPointer(6, dbetas);
        parameters.run(context.blocks(features, THREADS), THREADS);
        if (dxs != null) {
            backward.setPointer(1, statistics).setPointer(2, xs).setPointer(3, gammas);
            backward.setPointer(4, dys).setPointer(5, dxs);
            backward.run(n, THREADS);
        }
    }

    private static void separate(String name, CudaStorage output, CudaStorage x, CudaStorage gamma, CudaStorage dy) {
        CudaMemory.separate(BACKWARD, name, output, "x", x);
        CudaMemory.separate(BACKWARD, name, output, "gamma", gamma);
        CudaMemory.separate(BACKWARD, name, output, "dy", dy);
    }

    private void check(String op, int n) {
        memory.requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        CudaMemory.range(op, "n", n, 1, maxBatch);
    }

    private long size(int n) {
        return (long) n * features;
    }

    @Override
    public long workspaceBytes() {
        return closed ? 0 : statistics.bytes();
    }

    @Override
    public void close() {
        closed = true;
        memory.drop(statistics);
    }
}
