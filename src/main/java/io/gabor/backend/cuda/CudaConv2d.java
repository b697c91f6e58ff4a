package io.gabor.backend.cuda;

import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Tensor;

/** Convolution. */
final class CudaConv2d implements WeightedOp {
    CudaConv2d(CudaContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {}

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        throw new UnsupportedOperationException("conv2d forward");
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        throw new UnsupportedOperationException("conv2d backward");
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
