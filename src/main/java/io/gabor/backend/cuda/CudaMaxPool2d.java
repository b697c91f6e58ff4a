package io.gabor.backend.cuda;

import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;

/** Max pooling. */
final class CudaMaxPool2d implements PoolOp {
    CudaMaxPool2d(CudaContext context, PoolGeometry geometry, Ties ties, int maxBatch) {}

    @Override
    public void forward(int n, Tensor x, Tensor y) {
        throw new UnsupportedOperationException("maxPool2d forward");
    }

    @Override
    public void backward(int n, Tensor x, Tensor y, Tensor dy, Tensor dx) {
        throw new UnsupportedOperationException("maxPool2d backward");
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
