package io.gabor.backend.cuda;

import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Tensor;

/** Fully connected. */
final class CudaDense implements WeightedOp {
    CudaDense(CudaContext context, int in, int out, Epilogue epilogue, int maxBatch) {}

    @Override
    public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
        throw new UnsupportedOperationException("dense forward");
    }

    @Override
    public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
        throw new UnsupportedOperationException("dense backward");
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
