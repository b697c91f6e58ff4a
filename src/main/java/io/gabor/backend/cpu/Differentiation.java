package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.cpu.simd.Function;

/** {@code dz = dy · f'(y)} of a convolution's whole batch, in either layout, at the beginning of the shared array. */
final class Differentiation implements WorkerPool.Task {
    /** Elements that one chunk differentiates. */
    private static final int CHUNK = 16_384;

    private final CpuContext context;
    private final Function function;
    private final float slope;

    private int size;
    private float[] y;
    private float[] dy;
    private float[] dz;

    Differentiation(CpuContext context, Activation activation) {
        this.context = context;
        function = CpuContext.function(activation);
        slope = activation.slope();
    }

    /** Returns whether dz is not simply dy. */
    boolean changes() {
        return function != Function.IDENTITY;
    }

    /** Returns dz: dy itself, or the shared array. */
    float[] run(int elements, float[] ys, float[] dys) {
        if (!changes()) {
            return dys;
        }
        size = elements;
        y = ys;
        dy = dys;
        dz = context.memory().shared();
        context.pool().run(this, CpuContext.ceilDiv(size, CHUNK), (long) WorkerPool.TOUCH * size);
        return dz;
    }

    @Override
    public void run(int chunk, int worker) {
        int at = chunk * CHUNK;
        int count = Math.min(CHUNK, size - at);
        context.kernels().differentiate(function, slope, 1, count, y, at, 0, dy, at, 0, dz, at, 0);
    }
}
