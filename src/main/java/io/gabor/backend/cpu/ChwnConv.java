package io.gabor.backend.cpu;

import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/** A convolution of full blocks of images in the layout CHWN. */
final class ChwnConv implements ConvPasses {
    private final ForwardPass forward;
    private final ChwnBackward backward;

    ChwnConv(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        forward = WinogradForward.suits(geometry, epilogue)
                ? new WinogradForward(context, geometry, epilogue, null)
                : new ChwnForward(context, geometry, epilogue);
        backward = new ChwnBackward(context, geometry, epilogue, maxBatch, false);
    }

    @Override
    public void forward(int n, float[] x, float[] w, float[] b, float[] y) {
        forward.run(n, x, w, b, y);
    }

    @Override
    public void backward(int n, float[] x, float[] w, float[] y, float[] dy, float[] dw, float[] db, float[] dx) {
        backward.run(n, x, w, y, dy, dw, db, dx);
    }

    @Override
    public long workspaceBytes() {
        return backward.workspaceBytes();
    }

    @Override
    public void close() {
        forward.close();
        backward.close();
    }
}
