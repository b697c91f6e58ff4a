package io.gabor.backend.cpu;

import io.gabor.backend.LayerNormOp;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.NormKernels;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Layer normalisation. A sample is computed by one thread, in pieces of the first-level cache; the gradients of γ and β are sums
 * over the samples, in order, and some neighbouring ones are computed by one thread. As in {@link CpuBatchNorm} the variance is a
 * second pass's sum about the first one's mean, and what rounding took from that comes out again.
 *
 * <p>A sample's values lie side by side only in the plain layout, so that is what this op asks for.
 */
final class CpuLayerNorm implements LayerNormOp {
    private static final String FORWARD = "layerNorm forward";
    private static final String BACKWARD = "layerNorm backward";
    /** Values at a time: three arrays of them fit the first-level cache. */
    private static final int PIECE = 2048;
    /** Elements of γ and β in a chunk: whole cache lines, which no two threads write. */
    private static final int COLUMNS = 256;
    /** About how many multiply-adds a value costs in all passes. */
    private static final int WORK = 8;

    private final CpuContext context;
    private final Kernels kernels;
    private final NormKernels norms;
    private final int features;
    private final double epsilon;
    private final int maxBatch;
    private final int samplesPerChunk;
    private final long scratch;
    /** Of each sample: the mean, what rounding took from it, and 1/√(variance + ε). */
    private final float[] statistics;

    private final WorkerPool.Task forward = this::forwardChunk;
    private final WorkerPool.Task backward = this::backwardChunk;
    private final WorkerPool.Task parameters = this::parameterChunk;

    private boolean closed;
    private int samples;
    private float[] x;
    private float[] gamma;
    private float[] beta;
    private float[] y;
    private float[] dy;
    private float[] dgamma;
    private float[] dbeta;
    private float[] dx;

    CpuLayerNorm(CpuContext context, int features, double epsilon, int maxBatch) {
        this.context = context;
        this.features = features;
        this.epsilon = epsilon;
        this.maxBatch = maxBatch;
        kernels = context.kernels();
        norms = kernels.norms();
        samplesPerChunk = Math.max(1, PIECE / features);
        ChwnLayout chwn = context.memory().chwn();
        long own = parts() + (long) Math.min(PIECE, features);
        scratch = maxBatch % chwn.width() == 0 ? Math.max(own, chwn.scratchFloats(features)) : own;
        statistics = context.memory().workspace("layerNorm", 3L * maxBatch);
        context.memory().reserveScratch("layerNorm", scratch);
    }

    /** Returns the floats at the begin of the scratch for the parts of two sums; behind them is room for a piece. */
    private int parts() {
        return 2 * norms.parts();
    }

    // ---- forward ----------------------------------------------------------------------------------------------------

    @Override
    public void forward(int n, Tensor xs, Tensor gammas, Tensor betas, Tensor ys) {
        check(FORWARD, n);
        Memory memory = context.memory();
        long size = (long) n * features;
        x = memory.floats(FORWARD, "x", xs, size);
        gamma = memory.floats(FORWARD, "gamma", gammas, features);
        beta = memory.floats(FORWARD, "beta", betas, features);
        y = memory.peek(FORWARD, "y", ys, size);
        Memory.separate(FORWARD, "y", y, "x", x);
        Memory.separate(FORWARD, "y", y, "gamma", gamma);
        Memory.separate(FORWARD, "y", y, "beta", beta);
        y = memory.output(FORWARD, "y", ys, size);
        samples = n;
        context.pool().run(forward, CpuContext.ceilDiv(n, samplesPerChunk), size * WORK);
    }

    private void forwardChunk(int chunk, int worker) {
        float[] own = context.memory().scratch(worker);
        int end = Math.min((chunk + 1) * samplesPerChunk, samples);
        for (int s = chunk * samplesPerChunk; s < end; s++) {
            forwardSample(s, own);
        }
    }

    private void forwardSample(int s, float[] own) {
        int from = s * features;
        double sum = 0;
        for (int j = 0; j < features; j += PIECE) {
            norms.moments(Math.min(PIECE, features - j), 0f, x, from + j, own);
            sum += total(own, 0);
        }
        float centre = (float) (sum / features);
        double distances = 0;
        double squares = 0;
        for (int j = 0; j < features; j += PIECE) {
            norms.moments(Math.min(PIECE, features - j), centre, x, from + j, own);
            distances += total(own, 0);
            squares += total(own, 1);
        }
        double rest = distances / features;
        double variance = Math.max(0, squares / features - rest * rest);
        float inverse = (float) (1 / Math.sqrt(variance + epsilon));
        statistics[3 * s] = centre;
        statistics[3 * s + 1] = (float) rest;
        statistics[3 * s + 2] = inverse;
        norms.affine(features, centre, inverse, shift(s), x, from, gamma, 0, beta, 0, y, from);
    }

    /** Returns what the distance from the mean, times 1/√(variance + ε), lacks because the mean was rounded. */
    private float shift(int s) {
        return -statistics[3 * s + 1] * statistics[3 * s + 2];
    }

    /** Adds up the parts of the first or second sum that a kernel has left. */
    private double total(float[] own, int which) {
        double sum = 0;
        for (int i = which * norms.parts(); i < (which + 1) * norms.parts(); i++) {
            sum += own[i];
        }
        return sum;
    }

    // ---- backward ---------------------------------------------------------------------------------------------------

    @Override
    public void backward(int n, Tensor xs, Tensor gammas, Tensor dys, Tensor dgammas, Tensor dbetas, Tensor dxs) {
        check(BACKWARD, n);
        Memory memory = context.memory();
        long size = (long) n * features;
        x = memory.floats(BACKWARD, "x", xs, size);
        gamma = memory.floats(BACKWARD, "gamma", gammas, features);
        dy = memory.floats(BACKWARD, "dy", dys, size);
        dgamma = memory.floats(BACKWARD, "dgamma", dgammas, features);
        dbeta = memory.floats(BACKWARD, "dbeta", dbetas, features);
        dx = dxs == null ? null : memory.peek(BACKWARD, "dx", dxs, size);
        refuseSharing("dgamma", dgamma);
        refuseSharing("dbeta", dbeta);
        refuseSharing("dx", dx);
        Memory.separate(BACKWARD, "dgamma", dgamma, "dbeta", dbeta);
        Memory.separate(BACKWARD, "dgamma", dgamma, "dx", dx);
        Memory.separate(BACKWARD, "dbeta", dbeta, "dx", dx);
        samples = n;
        context.pool().run(parameters, CpuContext.ceilDiv(features, COLUMNS), 2 * size);
        if (dxs != null) {
            dx = memory.output(BACKWARD, "dx", dxs, size);
            context.pool().run(backward, CpuContext.ceilDiv(n, samplesPerChunk), size * WORK);
        }
    }

    private void refuseSharing(String name, float[] output) {
        Memory.separate(BACKWARD, name, output, "x", x);
        Memory.separate(BACKWARD, name, output, "gamma", gamma);
        Memory.separate(BACKWARD, name, output, "dy", dy);
    }

    private void parameterChunk(int chunk, int worker) {
        int first = chunk * COLUMNS;
        int n = Math.min(COLUMNS, features - first);
        Arrays.fill(dgamma, first, first + n, 0f);
        Arrays.fill(dbeta, first, first + n, 0f);
        for (int s = 0; s < samples; s++) {
            int at = s * features + first;
            norms.addGradients(
                    n, statistics[3 * s], statistics[3 * s + 2], shift(s), x, at, dy, at, dgamma, first, dbeta, first);
        }
    }

    private void backwardChunk(int chunk, int worker) {
        float[] own = context.memory().scratch(worker);
        int end = Math.min((chunk + 1) * samplesPerChunk, samples);
        for (int s = chunk * samplesPerChunk; s < end; s++) {
            backwardSample(s, own);
        }
    }

    private void backwardSample(int s, float[] own) {
        int from = s * features;
        int piece = parts();
        float centre = statistics[3 * s];
        double rest = statistics[3 * s + 1];
        double inverse = statistics[3 * s + 2];
        double sum = 0;
        double products = 0;
        for (int j = 0; j < features; j += PIECE) {
            int n = Math.min(PIECE, features - j);
            kernels.multiply(n, dy, from + j, gamma, j, own, piece);
            norms.products(n, centre, x, from + j, own, piece, own);
            sum += total(own, 0);
            products += total(own, 1);
        }
        double slope = -inverse * inverse * inverse * (products - rest * sum) / features;
        double term = -inverse * sum / features - slope * rest;
        for (int j = 0; j < features; j += PIECE) {
            int n = Math.min(PIECE, features - j);
            kernels.multiply(n, dy, from + j, gamma, j, own, piece);
            norms.combine(
                    n, (float) inverse, own, piece, (float) slope, centre, x, from + j, (float) term, dx, from + j);
        }
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
