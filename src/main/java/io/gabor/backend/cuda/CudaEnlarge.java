package io.gabor.backend.cuda;

import io.gabor.backend.EnlargeOp;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Tensor;

/** Enlarging of images, {@code native-kernels/enlarge.cu}. */
final class CudaEnlarge implements EnlargeOp {
    private static final String FORWARD = "enlarge2d forward";
    private static final String BACKWARD = "enlarge2d backward";
    private static final int THREADS = 256;

    private final CudaContext context;
    private final EnlargeGeometry geometry;
    private final int maxBatch;
    private final long inSize;
    private final long outSize;
    private final Launch forward;
    private final Launch backward;
    private boolean closed;

    CudaEnlarge(CudaContext context, EnlargeGeometry geometry, int maxBatch) {
        this.context = context;
        this.geometry = geometry;
        this.maxBatch = maxBatch;
        inSize = geometry.inputShape().size();
        outSize = geometry.outputShape().size();
        forward = shaped(context.launch(FORWARD, "gabor_enlarge_forward", 10));
        backward = shaped(context.launch(BACKWARD, "gabor_enlarge_backward", 10));
    }

    private Launch shaped(Launch launch) {
        launch.setInt(1, geometry.height()).setInt(2, geometry.width());
        launch.setInt(3, geometry.outHeight()).setInt(4, geometry.outWidth());
        return launch.setInt(5, geometry.factor()).setInt(6, geometry.top()).setInt(7, geometry.left());
    }

    @Override
    public void forward(int n, Tensor x, Tensor y) {
        check(FORWARD, n);
        CudaStorage xs = context.memory().floats(FORWARD, "x", x, n * inSize);
        CudaStorage ys = context.memory().floats(FORWARD, "y", y, n * outSize);
        CudaMemory.separate(FORWARD, "y", ys, "x", xs);
        forward.setInt(0, n * geometry.channels()).setPointer(8, xs).setPointer(9, ys);
        forward.run(context.blocks(n * outSize, THREADS), THREADS);
    }

    @Override
    public void backward(int n, Tensor dy, Tensor dx) {
        check(BACKWARD, n);
        CudaStorage dys = context.memory().floats(BACKWARD, "dy", dy, n * outSize);
        CudaStorage dxs = context.memory().floats(BACKWARD, "dx", dx, n * inSize);
        CudaMemory.separate(BACKWARD, "dx", dxs, "dy", dys);
        backward.setInt(0, n * geometry.channels()).setPointer(8, dys).setPointer(9, dxs);
        backward.run(context.blocks(n * inSize, THREADS), THREADS);
    }

    private void check(String op, int n) {
        context.memory().requireOpen(op);
        if (closed) {
            throw new IllegalStateException(op + ": this op has been closed");
        }
        CudaMemory.range(op, "n", n, 1, maxBatch);
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
