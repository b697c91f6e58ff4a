package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.NormKernels;
import io.gabor.tensor.Tensor;

/**
 * Batch normalisation. A channel is computed by one thread from its sums to its last value, in pieces of the first-level
 * cache: what one pass has read the next one finds in the second-level cache, and the order of every sum is the same whatever
 * the threads.
 *
 * <p>In either layout a channel is a number of runs of neighbouring values, at equal distances. Runs too short for vectors
 * (a dense layer's outputs) are gathered first; then some channels make a chunk, since those that share cache lines must not
 * be written by different threads.
 *
 * <p>The variance is a second pass's sum of squares about the first one's mean. That mean is rounded to float; what rounding
 * took from it comes out of the second pass too and is not lost.
 */
final class CpuBatchNorm implements BatchNormOp {
    private static final String FORWARD = "batchNorm forward";
    private static final String INFER = "batchNorm infer";
    private static final String BACKWARD = "batchNorm backward";
    /** Values at a time: three arrays of them fit the first-level cache. */
    private static final int PIECE = 2048;
    /** Channels of a chunk, where they are gathered. */
    private static final int CHUNK = 32;

    /** About how many multiply-adds a value costs in all passes. */
    private static final int WORK = 8;

    private final CpuContext context;
    private final Kernels kernels;
    private final NormKernels norms;
    private final int channels;
    private final int pixels;
    private final int features;
    private final BatchNormSpec spec;
    private final Function function;
    private final boolean linear;
    private final int maxBatch;
    private final int width;
    private final boolean gathers;
    private final long scratch;
    /** Of each channel of the last batch: the mean, what rounding took from it, and 1/√(variance + ε). */
    private final float[] statistics;

    private final WorkerPool.Task forward = this::forwardChunk;
    private final WorkerPool.Task infer = this::inferChunk;
    private final WorkerPool.Task backward = this::backwardChunk;

    private boolean closed;
    private boolean gathered;
    private int chunk;
    private int count;
    private int runs;
    private int run;
    private int step;
    private float[] x;
    private float[] gamma;
    private float[] beta;
    private float[] runningMean;
    private float[] runningVariance;
    private float[] y;
    private float[] dy;
    private float[] dgamma;
    private float[] dbeta;
    private float[] dx;

    CpuBatchNorm(CpuContext context, int channels, int pixels, BatchNormSpec spec, int maxBatch) {
        this.context = context;
        this.channels = channels;
        this.pixels = pixels;
        this.spec = spec;
        this.maxBatch = maxBatch;
        kernels = context.kernels();
        norms = kernels.norms();
        features = Math.multiplyExact(channels, pixels);
        function = CpuContext.function(spec.activation());
        linear = spec.activation().kind() == Activation.Kind.IDENTITY;
        width = context.memory().chwn().width();
        gathers = pixels < width;
        long needed = parts() + PIECE + (gathers ? 4L * maxBatch * pixels : 0);
        scratch =
                Math.max(needed, maxBatch % width == 0 ? context.memory().chwn().scratchFloats(features) : 0);
        statistics = context.memory().workspace("batchNorm", 3L * channels);
        context.memory().reserveScratch("batchNorm", scratch);
    }

    /** Returns the floats at the begin of the scratch for the parts of two sums; behind them is room for a piece. */
    private int parts() {
        return 2 * norms.parts();
    }

    // ---- the two layouts --------------------------------------------------------------------------------------------

    /** Describes a channel of n images; it begins at {@code c·run}. */
    private void shape(int n, boolean chwn) {
        count = n * pixels;
        runs = chwn ? n / width : n;
        run = chwn ? pixels * width : pixels;
        step = channels * run;
        gathered = gathers && !chwn;
        chunk = gathered ? CHUNK : 1;
        if (gathered) {
            runs = 1;
            run = count;
        }
    }

    /** Returns where the channel begins in an array, or in the scratch if it is the {@code slot}-th one gathered there. */
    private int start(int c, int slot) {
        return gathered ? parts() + PIECE + slot * count : c * run;
    }

    /** Returns the array that the channel is to be computed in: the scratch, with the channel's values, if they are gathered. */
    private float[] gather(float[] array, int c, int slot, float[] own) {
        if (!gathered) {
            return array;
        }
        int to = start(c, slot);
        for (int from = c * pixels; from < count * channels; from += features) {
            for (int p = 0; p < pixels; p++) {
                own[to++] = array[from + p];
            }
        }
        return own;
    }

    private void scatter(float[] own, int c, int slot, float[] array) {
        if (gathered) {
            int from = start(c, slot);
            for (int to = c * pixels; to < count * channels; to += features) {
                for (int p = 0; p < pixels; p++) {
                    array[to + p] = own[from++];
                }
            }
        }
    }

    private float[] target(float[] array, float[] own) {
        return gathered ? own : array;
    }

    // ---- forward ----------------------------------------------------------------------------------------------------

    @Override
    public void forward(int n, Tensor xs, Tensor gammas, Tensor betas, Tensor means, Tensor variances, Tensor ys) {
        open(FORWARD, n, xs, gammas, betas, means, variances, ys);
        Memory.separate(FORWARD, "runningMean", runningMean, "runningVariance", runningVariance);
        separate(FORWARD, "runningMean", runningMean);
        separate(FORWARD, "runningVariance", runningVariance);
        context.pool().run(forward, CpuContext.ceilDiv(channels, chunk), (long) n * features * WORK);
    }

    @Override
    public void infer(int n, Tensor xs, Tensor gammas, Tensor betas, Tensor means, Tensor variances, Tensor ys) {
        open(INFER, n, xs, gammas, betas, means, variances, ys);
        context.pool().run(infer, CpuContext.ceilDiv(channels, chunk), (long) n * features);
    }

    private void open(
            String op, int n, Tensor xs, Tensor gammas, Tensor betas, Tensor means, Tensor variances, Tensor ys) {
        check(op, n);
        Memory memory = context.memory();
        gamma = memory.floats(op, "gamma", gammas, channels);
        beta = memory.floats(op, "beta", betas, channels);
        runningMean = memory.floats(op, "runningMean", means, channels);
        runningVariance = memory.floats(op, "runningVariance", variances, channels);
        y = memory.peek(op, "y", ys, (long) n * features);
        boolean chwn = memory.fitsChwn(op, "x", xs, n, features)
                && memory.isChwn(op, "x", xs, features)
                && memory.fitsChwn(op, "y", ys, n, features);
        x = chwn ? memory.chwn(op, "x", xs, features) : memory.floats(op, "x", xs, (long) n * features);
        Memory.separate(op, "y", y, "x", x);
        Memory.separate(op, "y", y, "gamma", gamma);
        Memory.separate(op, "y", y, "beta", beta);
        Memory.separate(op, "y", y, "runningMean", runningMean);
        Memory.separate(op, "y", y, "runningVariance", runningVariance);
        y = chwn ? memory.chwnOutput(op, "y", ys, features) : memory.output(op, "y", ys, (long) n * features);
        shape(n, chwn);
    }

    private void separate(String op, String name, float[] running) {
        Memory.separate(op, name, running, "x", x);
        Memory.separate(op, name, running, "gamma", gamma);
        Memory.separate(op, name, running, "beta", beta);
    }

    private void forwardChunk(int index, int worker) {
        for (int c = index * chunk; c < Math.min(channels, (index + 1) * chunk); c++) {
            forwardChannel(c, worker);
        }
    }

    private void inferChunk(int index, int worker) {
        for (int c = index * chunk; c < Math.min(channels, (index + 1) * chunk); c++) {
            inferChannel(c, worker);
        }
    }

    private void forwardChannel(int c, int worker) {
        float[] own = context.memory().scratch(worker);
        float[] in = gather(x, c, 0, own);
        int from = start(c, 0);
        float centre = (float) (sum(in, from, own) / count);
        double distances = 0;
        double squares = 0;
        for (int u = 0; u < runs; u++) {
            for (int at = u * step; at < u * step + run; at += PIECE) {
                norms.moments(Math.min(PIECE, u * step + run - at), centre, in, from + at, own);
                distances += total(own, 0);
                squares += total(own, 1);
            }
        }
        double rest = distances / count;
        double variance = Math.max(0, squares / count - rest * rest);
        double inverse = 1 / Math.sqrt(variance + spec.epsilon());
        statistics[3 * c] = centre;
        statistics[3 * c + 1] = (float) rest;
        statistics[3 * c + 2] = (float) inverse;
        if (count > 1) {
            double momentum = spec.momentum();
            double mean = centre + rest;
            double unbiased = variance * count / (count - 1.0);
            runningMean[c] = (float) (runningMean[c] + momentum * (mean - runningMean[c]));
            runningVariance[c] = (float) (runningVariance[c] + momentum * (unbiased - runningVariance[c]));
        }
        double scale = gamma[c] * inverse;
        normalize(c, in, own, centre, (float) scale, (float) (beta[c] - rest * scale));
    }

    private void inferChannel(int c, int worker) {
        float[] own = context.memory().scratch(worker);
        double scale = gamma[c] / Math.sqrt(runningVariance[c] + spec.epsilon());
        normalize(c, gather(x, c, 0, own), own, runningMean[c], (float) scale, beta[c]);
    }

    private void normalize(int c, float[] in, float[] own, float centre, float scale, float shift) {
        float[] out = target(y, own);
        int fromX = start(c, 0);
        int fromY = start(c, 1);
        for (int u = 0; u < runs; u++) {
            for (int at = u * step; at < u * step + run; at += PIECE) {
                int n = Math.min(PIECE, u * step + run - at);
                norms.normalize(n, centre, scale, shift, in, fromX + at, out, fromY + at);
                if (!linear) {
                    finish(n, out, fromY + at);
                }
            }
        }
        scatter(own, c, 1, y);
    }

    private void finish(int n, float[] out, int at) {
        kernels.finish(function, spec.activation().slope(), 1, n, out, at, 0, null, 0, 0, 0, out, at, 0);
    }

    private double sum(float[] in, int from, float[] own) {
        double sum = 0;
        for (int u = 0; u < runs; u++) {
            for (int at = u * step; at < u * step + run; at += PIECE) {
                norms.moments(Math.min(PIECE, u * step + run - at), 0f, in, from + at, own);
                sum += total(own, 0);
            }
        }
        return sum;
    }

    /** Adds up the parts of the first or second sum that a kernel has left. */
    private double total(float[] own, int which) {
        int parts = norms.parts();
        double sum = 0;
        for (int i = which * parts; i < (which + 1) * parts; i++) {
            sum += own[i];
        }
        return sum;
    }

    // ---- backward ---------------------------------------------------------------------------------------------------

    @Override
    public void backward(
            int n, Tensor xs, Tensor gammas, Tensor ys, Tensor dys, Tensor dgammas, Tensor dbetas, Tensor dxs) {
        String op = BACKWARD;
        check(op, n);
        Memory memory = context.memory();
        long size = (long) n * features;
        gamma = memory.floats(op, "gamma", gammas, channels);
        dgamma = memory.floats(op, "dgamma", dgammas, channels);
        dbeta = memory.floats(op, "dbeta", dbetas, channels);
        dx = dxs == null ? null : memory.peek(op, "dx", dxs, size);
        boolean chwn = memory.fitsChwn(op, "x", xs, n, features)
                        & memory.fitsChwn(op, "y", ys, n, features)
                        & memory.fitsChwn(op, "dy", dys, n, features)
                        & (dxs == null || memory.fitsChwn(op, "dx", dxs, n, features))
                && memory.isChwn(op, "x", xs, features);
        x = chwn ? memory.chwn(op, "x", xs, features) : memory.floats(op, "x", xs, size);
        y = chwn ? memory.chwn(op, "y", ys, features) : memory.floats(op, "y", ys, size);
        dy = chwn ? memory.chwn(op, "dy", dys, features) : memory.floats(op, "dy", dys, size);
        Sharing.refuse(op, x, gamma, y, dy, dgamma, dbeta, dx);
        if (dxs != null) {
            dx = chwn ? memory.chwnOutput(op, "dx", dxs, features) : memory.output(op, "dx", dxs, size);
        }
        shape(n, chwn);
        context.pool().run(backward, CpuContext.ceilDiv(channels, chunk), size * WORK);
    }

    private void backwardChunk(int index, int worker) {
        for (int c = index * chunk; c < Math.min(channels, (index + 1) * chunk); c++) {
            backwardChannel(c, worker);
        }
    }

    private void backwardChannel(int c, int worker) {
        float[] own = context.memory().scratch(worker);
        float[] in = gather(x, c, 0, own);
        float[] out = linear ? null : gather(y, c, 1, own);
        float[] gradient = gather(dy, c, 2, own);
        int from = start(c, 0);
        float centre = statistics[3 * c];
        double rest = statistics[3 * c + 1];
        double inverse = statistics[3 * c + 2];

        double dzSum = 0;
        double products = 0;
        for (int u = 0; u < runs; u++) {
            for (int at = u * step; at < u * step + run; at += PIECE) {
                int n = Math.min(PIECE, u * step + run - at);
                float[] dz = differentiate(c, n, at, out, gradient, own);
                norms.products(n, centre, in, from + at, dz, dzStart(c, at), own);
                dzSum += total(own, 0);
                products += total(own, 1);
            }
        }
        double productSum = (products - rest * dzSum) * inverse;
        dbeta[c] = (float) dzSum;
        dgamma[c] = (float) productSum;
        if (dx != null) {
            double a = gamma[c] * inverse;
            double b = -a * inverse * productSum / count;
            propagate(c, in, out, gradient, own, centre, a, b, -a * dzSum / count - b * rest);
        }
    }

    private void propagate(
            int c,
            float[] in,
            float[] out,
            float[] gradient,
            float[] own,
            float centre,
            double a,
            double b,
            double term) {
        float[] target = target(dx, own);
        int from = start(c, 0);
        int to = start(c, 3);
        for (int u = 0; u < runs; u++) {
            for (int at = u * step; at < u * step + run; at += PIECE) {
                int n = Math.min(PIECE, u * step + run - at);
                float[] dz = differentiate(c, n, at, out, gradient, own);
                norms.combine(
                        n,
                        (float) a,
                        dz,
                        dzStart(c, at),
                        (float) b,
                        centre,
                        in,
                        from + at,
                        (float) term,
                        target,
                        to + at);
            }
        }
        scatter(own, c, 3, dx);
    }

    /** Returns an array with dz of a piece: dy itself, or the room for a piece in the scratch. */
    private float[] differentiate(int c, int n, int at, float[] out, float[] gradient, float[] own) {
        if (linear) {
            return gradient;
        }
        kernels.differentiate(
                function,
                spec.activation().slope(),
                1,
                n,
                out,
                start(c, 1) + at,
                0,
                gradient,
                start(c, 2) + at,
                0,
                own,
                parts(),
                0);
        return own;
    }

    private int dzStart(int c, int at) {
        return linear ? start(c, 2) + at : parts();
    }

    private void check(String op, int n) {
        context.memory().requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        Memory.range(op, "n", n, 1, maxBatch);
    }

    @Override
    public long workspaceBytes() {
        return closed ? 0 : 4L * statistics.length;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.memory().drop(statistics);
            context.memory().returnScratch(scratch);
        }
    }
}
