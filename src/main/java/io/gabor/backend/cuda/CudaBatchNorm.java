package io.gabor.backend.cuda;

import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;

/** Batch normalisation, {@code native-kernels/norm.cu}: each pass is a kernel for sums and a kernel for values. */
final class CudaBatchNorm implements BatchNormOp {
    private static final String FORWARD = "batchNorm forward";
    private static final String INFER = "batchNorm infer";
    private static final String BACKWARD = "batchNorm backward";
    private static final int THREADS = 256;
    /** The values that a block has, unless a channel has too many for {@link #MOST_SLICES}. */
    private static final int SLICE = 4096;

    private static final int MOST_SLICES = 64;

    private final CudaMemory memory;
    private final int channels;
    private final int pixels;
    private final int maxBatch;
    private final CudaStorage statistics;
    private final CudaStorage partials;
    private final Launch moments;
    private final Launch forward;
    private final Launch infer;
    private final Launch products;
    private final Launch backward;
    private boolean closed;

    CudaBatchNorm(CudaContext context, int channels, int pixels, BatchNormSpec spec, int maxBatch) {
        this.channels = channels;
        this.pixels = pixels;
        this.maxBatch = maxBatch;
        memory = context.memory();
        int kind = spec.activation().kind().ordinal();
        float slope = spec.activation().slope();
        moments = context.launch(FORWARD, "gabor_norm_moments", 5);
        forward = context.launch(FORWARD, "gabor_norm_forward", 15);
        forward.setDouble(3, spec.epsilon()).setDouble(4, spec.momentum());
        forward.setInt(5, kind).setFloat(6, slope);
        infer = context.launch(INFER, "gabor_norm_infer", 12);
        infer.setDouble(3, spec.epsilon()).setInt(4, kind).setFloat(5, slope);
        products = context.launch(BACKWARD, "gabor_norm_products", 10);
        products.setInt(3, kind).setFloat(4, slope);
        backward = context.launch(BACKWARD, "gabor_norm_backward", 14);
        backward.setInt(3, kind).setFloat(4, slope);
        statistics = memory.workspace("batchNorm", ElementType.F32, 3L * channels);
        // two doubles for each slice, four floats long
        partials = memory.workspace("batchNorm", ElementType.F32, 4L * channels * slices((long) maxBatch * pixels));
    }

    /** Returns into how many slices a channel is cut; depends on nothing else, so that sums have one order. */
    private static int slices(long values) {
        return (int) Math.min(MOST_SLICES, (values - 1) / SLICE + 1);
    }

    @Override
    public void forward(int n, Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, Tensor y) {
        String op = FORWARD;
        check(op, n);
        CudaStorage xs = memory.floats(op, "x", x, size(n));
        CudaStorage gammas = memory.floats(op, "gamma", gamma, channels);
        CudaStorage betas = memory.floats(op, "beta", beta, channels);
        CudaStorage means = memory.floats(op, "runningMean", runningMean, channels);
        CudaStorage variances = memory.floats(op, "runningVariance", runningVar, channels);
        CudaStorage ys = memory.floats(op, "y", y, size(n));
        separate(op, "y", ys, xs, gammas, betas);
        separate(op, "runningMean", means, xs, gammas, betas);
        separate(op, "runningVariance", variances, xs, gammas, betas);
        CudaMemory.separate(op, "y", ys, "runningMean", means);
        CudaMemory.separate(op, "y", ys, "runningVariance", variances);
        CudaMemory.separate(op, "runningMean", means, "runningVariance", variances);

        run(moments.setPointer(3, xs).setPointer(4, partials), n);
        forward.setPointer(7, partials).setPointer(8, xs).setPointer(9, gammas).setPointer(10, betas);
        forward.setPointer(11, means).setPointer(12, variances).setPointer(13, statistics);
        run(forward.setPointer(14, ys), n);
    }

    @Override
    public void infer(int n, Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVar, Tensor y) {
        String op = INFER;
        check(op, n);
        CudaStorage xs = memory.floats(op, "x", x, size(n));
        CudaStorage gammas = memory.floats(op, "gamma", gamma, channels);
        CudaStorage betas = memory.floats(op, "beta", beta, channels);
        CudaStorage means = memory.floats(op, "runningMean", runningMean, channels);
        CudaStorage variances = memory.floats(op, "runningVariance", runningVar, channels);
        CudaStorage ys = memory.floats(op, "y", y, size(n));
        separate(op, "y", ys, xs, gammas, betas);
        CudaMemory.separate(op, "y", ys, "runningMean", means);
        CudaMemory.separate(op, "y", ys, "runningVariance", variances);

        infer.setPointer(6, xs).setPointer(7, gammas).setPointer(8, betas);
        infer.setPointer(9, means).setPointer(10, variances);
        run(infer.setPointer(11, ys), n);
    }

    @Override
    public void backward(int n, Tensor x, Tensor gamma, Tensor y, Tensor dy, Tensor dgamma, Tensor dbeta, Tensor dx) {
        String op = BACKWARD;
        check(op, n);
        CudaStorage xs = memory.floats(op, "x", x, size(n));
        CudaStorage gammas = memory.floats(op, "gamma", gamma, channels);
        CudaStorage ys = memory.floats(op, "y", y, size(n));
        CudaStorage dys = memory.floats(op, "dy", dy, size(n));
        CudaStorage dgammas = memory.floats(op, "dgamma", dgamma, channels);
        CudaStorage dbetas = memory.floats(op, "dbeta", dbeta, channels);
        CudaStorage dxs = dx == null ? null : memory.floats(op, "dx", dx, size(n));
        gradient(op, "dgamma", dgammas, xs, gammas, ys, dys);
        gradient(op, "dbeta", dbetas, xs, gammas, ys, dys);
        gradient(op, "dx", dxs, xs, gammas, ys, dys);
        CudaMemory.separate(op, "dgamma", dgammas, "dbeta", dbetas);
        CudaMemory.separate(op, "dgamma", dgammas, "dx", dxs);
        CudaMemory.separate(op, "dbeta", dbetas, "dx", dxs);

        products.setPointer(5, statistics).setPointer(6, xs).setPointer(7, ys).setPointer(8, dys);
        run(products.setPointer(9, partials), n);
        backward.setPointer(5, partials)
                .setPointer(6, statistics)
                .setPointer(7, xs)
                .setPointer(8, gammas);
        backward.setPointer(9, ys).setPointer(10, dys).setPointer(11, dgammas).setPointer(12, dbetas);
        run(backward.setPointer(13, dxs), n);
    }

    private void run(Launch launch, int n) {
        int values = n * pixels;
        launch.setInt(0, values).setInt(1, channels).setInt(2, pixels);
        launch.run(channels, slices(values), 1, THREADS, 1, 1);
    }

    private static void separate(
            String op, String name, CudaStorage output, CudaStorage x, CudaStorage gamma, CudaStorage beta) {
        CudaMemory.separate(op, name, output, "x", x);
        CudaMemory.separate(op, name, output, "gamma", gamma);
        CudaMemory.separate(op, name, output, "beta", beta);
    }

    private static void gradient(
            String op,
            String name,
            CudaStorage output,
            CudaStorage x,
            CudaStorage gamma,
            CudaStorage y,
            CudaStorage dy) {
        CudaMemory.separate(op, name, output, "x", x);
        CudaMemory.separate(op, name, output, "gamma", gamma);
        CudaMemory.separate(op, name, output, "y", y);
        CudaMemory.separate(op, name, output, "dy", dy);
    }

    private void check(String op, int n) {
        memory.requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        CudaMemory.range(op, "n", n, 1, maxBatch);
    }

    private long size(int n) {
        return (long) n * channels * pixels;
    }

    @Override
    public long workspaceBytes() {
        return closed ? 0 : statistics.bytes() + partials.bytes();
    }

    @Override
    public void close() {
        closed = true;
        memory.drop(statistics);
        memory.drop(partials);
    }
}
