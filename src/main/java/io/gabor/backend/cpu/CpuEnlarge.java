package io.gabor.backend.cpu;

import io.gabor.backend.EnlargeOp;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * Enlarging of images. Each channel of each image is a plane, computed by one thread; in the layout CHWN the planes of
 * {@link #width} images are one, whose pixels are runs of so many values.
 */
final class CpuEnlarge implements EnlargeOp {
    private static final String FORWARD = "enlarge2d forward";
    private static final String BACKWARD = "enlarge2d backward";
    /** About how many values a chunk has. */
    private static final int CHUNK = 16_384;

    private final CpuContext context;
    private final Kernels kernels;
    private final EnlargeGeometry geometry;
    private final int maxBatch;
    private final int factor;
    private final int inPlane;
    private final int outPlane;
    private final int inSize;
    private final int outSize;
    private final int width;
    private final WorkerPool.Task forward = this::forwardChunk;
    private final WorkerPool.Task backward = this::backwardChunk;

    private boolean closed;
    private int planes;
    private int planesPerChunk;
    /** Values of a pixel that lie side by side: those of the images of a block, or one. */
    private int run;

    private float[] small;
    private float[] large;

    CpuEnlarge(CpuContext context, EnlargeGeometry geometry, int maxBatch) {
        this.context = context;
        this.geometry = geometry;
        this.maxBatch = maxBatch;
        kernels = context.kernels();
        factor = geometry.factor();
        inPlane = geometry.height() * geometry.width();
        outPlane = geometry.outHeight() * geometry.outWidth();
        inSize = geometry.inputShape().size();
        outSize = geometry.outputShape().size();
        width = context.memory().chwn().width();
    }

    @Override
    public void forward(int n, Tensor xs, Tensor ys) {
        check(FORWARD, n);
        Memory memory = context.memory();
        boolean chwn = memory.fitsChwn(FORWARD, "x", xs, n, inSize)
                && memory.fitsChwn(FORWARD, "y", ys, n, outSize)
                && memory.isChwn(FORWARD, "x", xs, inSize);
        small = memory.floats(FORWARD, "x", xs, (long) n * inSize, chwn ? inSize : 0);
        Memory.separate(FORWARD, "y", memory.peek(FORWARD, "y", ys, (long) n * outSize), "x", small);
        large = memory.output(FORWARD, "y", ys, (long) n * outSize, chwn ? outSize : 0);
        run(forward, n, chwn);
    }

    @Override
    public void backward(int n, Tensor dys, Tensor dxs) {
        check(BACKWARD, n);
        Memory memory = context.memory();
        boolean chwn = memory.fitsChwn(BACKWARD, "dy", dys, n, outSize)
                && memory.fitsChwn(BACKWARD, "dx", dxs, n, inSize)
                && memory.isChwn(BACKWARD, "dy", dys, outSize);
        large = memory.floats(BACKWARD, "dy", dys, (long) n * outSize, chwn ? outSize : 0);
        Memory.separate(BACKWARD, "dx", memory.peek(BACKWARD, "dx", dxs, (long) n * inSize), "dy", large);
        small = memory.output(BACKWARD, "dx", dxs, (long) n * inSize, chwn ? inSize : 0);
        run(backward, n, chwn);
    }

    private void check(String op, int n) {
        context.memory().requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        Memory.range(op, "n", n, 1, maxBatch);
    }

    private void run(WorkerPool.Task task, int n, boolean chwn) {
        run = chwn ? width : 1;
        planes = n / run * geometry.channels();
        planesPerChunk = Math.max(1, CHUNK / (outPlane * run));
        context.pool().run(task, CpuContext.ceilDiv(planes, planesPerChunk), (long) n * outSize);
    }

    private void forwardChunk(int chunk, int worker) {
        int end = Math.min((chunk + 1) * planesPerChunk, planes);
        for (int plane = chunk * planesPerChunk; plane < end; plane++) {
            forwardPlane(plane * inPlane * run, plane * outPlane * run);
        }
    }

    private void forwardPlane(int from, int to) {
        int pitch = geometry.outWidth() * run;
        int row = geometry.width() * run;
        int left = geometry.left() * run;
        int first = to + geometry.top() * pitch;
        int end = to + outPlane * run;
        Arrays.fill(large, to, first, 0f);
        for (int h = 0; h < geometry.height(); h++) {
            int at = first + h * factor * pitch;
            Arrays.fill(large, at, at + left, 0f);
            stretchRow(from + h * row, at + left);
            Arrays.fill(large, at + left + row * factor, at + pitch, 0f);
            for (int a = 1; a < factor; a++) {
                System.arraycopy(large, at, large, at + a * pitch, pitch);
            }
        }
        Arrays.fill(large, first + geometry.height() * factor * pitch, end, 0f);
    }

    private void stretchRow(int from, int to) {
        if (factor == 1) {
            System.arraycopy(small, from, large, to, geometry.width() * run);
            return;
        }
        for (int v = 0; v < geometry.width(); v++) {
            for (int b = 0; b < factor; b++) {
                int at = to + (v * factor + b) * run;
                if (run == 1) {
                    large[at] = small[from + v];
                } else {
                    System.arraycopy(small, from + v * run, large, at, run);
                }
            }
        }
    }

    private void backwardChunk(int chunk, int worker) {
        int end = Math.min((chunk + 1) * planesPerChunk, planes);
        for (int plane = chunk * planesPerChunk; plane < end; plane++) {
            backwardPlane(plane * outPlane * run, plane * inPlane * run);
        }
    }

    private void backwardPlane(int from, int to) {
        int pitch = geometry.outWidth() * run;
        int row = geometry.width() * run;
        int first = from + geometry.top() * pitch + geometry.left() * run;
        for (int h = 0; h < geometry.height(); h++) {
            int at = first + h * factor * pitch;
            int target = to + h * row;
            if (factor == 1) {
                System.arraycopy(large, at, small, target, row);
            } else if (run == 1) {
                sumRow(at, pitch, target);
            } else {
                sumRunsOfRow(at, pitch, target);
            }
        }
    }

    private void sumRow(int from, int pitch, int to) {
        for (int v = 0; v < geometry.width(); v++) {
            float sum = 0;
            for (int a = 0; a < factor; a++) {
                int at = from + a * pitch + v * factor;
                for (int b = 0; b < factor; b++) {
                    sum += large[at + b];
                }
            }
            small[to + v] = sum;
        }
    }

    private void sumRunsOfRow(int from, int pitch, int to) {
        for (int v = 0; v < geometry.width(); v++) {
            int target = to + v * run;
            Arrays.fill(small, target, target + run, 0f);
            for (int a = 0; a < factor; a++) {
                for (int b = 0; b < factor; b++) {
                    kernels.add(run, small, target, large, from + a * pitch + (v * factor + b) * run, small, target);
                }
            }
        }
    }

    /** Returns 0: everything is computed from the arguments. */
    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
    }
}
