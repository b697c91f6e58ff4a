package io.gabor.backend.cuda;

import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.tensor.Tensor;

/** Dropout, {@code native-kernels/dropout.cu}: a thread has one pixel of the four units that share a counter of Philox. */
final class CudaDropout implements DropoutOp {
    private static final String OP = "dropout";
    private static final int THREADS = 256;
    private static final int UNITS = 4;

    private final CudaContext context;
    private final int units;
    private final int pixels;
    private final int maxBatch;
    private final Launch launch;
    private boolean closed;

    CudaDropout(CudaContext context, int units, int pixels, DropoutSpec spec, int maxBatch) {
        this.context = context;
        this.units = units;
        this.pixels = pixels;
        this.maxBatch = maxBatch;
        launch = context.launch(OP, "gabor_dropout_apply", 9);
        launch.setInt(1, pixels).setInt(2, (int) spec.seed()).setInt(3, (int) (spec.seed() >>> 32));
        launch.setInt(4, (int) spec.threshold()).setFloat(5, (float) spec.scale());
    }

    @Override
    public void apply(int n, Tensor counter, Tensor x, Tensor y) {
        CudaMemory memory = context.memory();
        memory.requireOpen(OP);
        if (closed) {
            throw new IllegalStateException("dropout: this op has been closed");
        }
        CudaMemory.range(OP, "n", n, 1, maxBatch);
        long size = (long) n * units * pixels;
        launch.setInt(0, n * units).setPointer(6, memory.ints(OP, "counter", counter, 1));
        launch.setPointer(7, memory.floats(OP, "x", x, size)).setPointer(8, memory.floats(OP, "y", y, size));
        long quads = ((long) n * units - 1) / UNITS + 1;
        launch.run(context.blocks(quads * pixels, THREADS), THREADS);
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
