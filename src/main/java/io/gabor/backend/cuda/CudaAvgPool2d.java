package io.gabor.backend.cuda;

import io.gabor.backend.PoolOp;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;

/** Average pooling. */
final class CudaAvgPool2d implements PoolOp {
    CudaAvgPool2d(CudaContext context, PoolGeometry geometry, boolean countPadding, int maxBatch) {}

    @Override
    public void forward(int n, Tensor x, Tensor y) {
        throw new UnsupportedOperationException("avgPool2d forward");
    }

    @Override
    public void backward(int n, Tensor x, Tensor y, Tensor dy, Tensor dx) {
        throw new UnsupportedOperationException("avgPool2d backward");
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
