package io.gabor.backend.cpu;

import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.Tensor;
import java.util.List;

/**
 * A bound on gradients, cut into fixed chunks across all of them. For the norm each chunk has its own sum of squares, and
 * the chunks are added in their order, in double.
 */
final class CpuClip implements ClipOp {
    private static final String OP = "gradientClipping";
    /** Elements in a chunk. */
    private static final int CHUNK = 4096;

    private final CpuContext context;
    private final Kernels kernels;
    private final ClipSpec spec;
    private final Tensor[] gradients;
    private final float[][] arrays;
    private final int[] chunkTensor;
    private final int[] chunkStart;
    private final double[] sums;
    private final long work;
    private final WorkerPool.Task squares = this::squares;
    private final WorkerPool.Task scale = this::scale;
    private final WorkerPool.Task bound = this::bound;
    private float factor;
    private boolean closed;

    CpuClip(CpuContext context, ClipSpec spec, List<Tensor> tensors) {
        this.context = context;
        this.spec = spec;
        kernels = context.kernels();
        gradients = tensors.toArray(new Tensor[0]);
        arrays = new float[gradients.length][];
        open();
        int chunks = 0;
        long elements = 0;
        for (Tensor gradient : gradients) {
            chunks += CpuContext.ceilDiv(gradient.size(), CHUNK);
            elements += gradient.size();
        }
        work = 2 * elements;
        chunkTensor = new int[chunks];
        chunkStart = new int[chunks];
        sums = new double[chunks];
        int chunk = 0;
        for (int i = 0; i < gradients.length; i++) {
            for (int start = 0; start < gradients[i].size(); start += CHUNK) {
                chunkTensor[chunk] = i;
                chunkStart[chunk++] = start;
            }
        }
    }

    /** Opens the gradients; in every call again, since they may have been released. */
    private void open() {
        for (int i = 0; i < gradients.length; i++) {
            arrays[i] = context.memory().floats(OP, "gradient", gradients[i], 1);
            for (int before = 0; before < i; before++) {
                Memory.separate(OP, "gradient", arrays[i], "another gradient", arrays[before]);
            }
        }
    }

    @Override
    public void clip() {
        context.memory().requireOpen(OP);
        if (closed) {
            throw new IllegalStateException(OP + ": this op has been closed");
        }
        open();
        if (spec instanceof ClipSpec.Norm) {
            clipNorm();
        } else {
            context.pool().run(bound, chunkTensor.length, work);
        }
    }

    private void clipNorm() {
        context.pool().run(squares, chunkTensor.length, work);
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        factor = (float) Math.min(1, spec.most() / (Math.sqrt(sum) + ClipSpec.Norm.EPSILON));
        // also where the norm is NaN
        if (factor != 1) {
            context.pool().run(scale, chunkTensor.length, work);
        }
    }

    private int length(int chunk) {
        return Math.min(CHUNK, gradients[chunkTensor[chunk]].size() - chunkStart[chunk]);
    }

    private void squares(int chunk, int worker) {
        float[] g = arrays[chunkTensor[chunk]];
        sums[chunk] = kernels.dot(length(chunk), g, chunkStart[chunk], g, chunkStart[chunk]);
    }

    private void scale(int chunk, int worker) {
        float[] g = arrays[chunkTensor[chunk]];
        kernels.blend(length(chunk), factor, g, chunkStart[chunk], 0, g, chunkStart[chunk]);
    }

    private void bound(int chunk, int worker) {
        kernels.clamp(length(chunk), (float) spec.most(), arrays[chunkTensor[chunk]], chunkStart[chunk]);
    }

    @Override
    public void close() {
        closed = true;
    }
}
