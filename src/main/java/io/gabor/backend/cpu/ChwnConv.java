package io.gabor.backend.cpu;

import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/** A convolution of full blocks of images in the layout CHWN. */
final class ChwnConv implements ConvPasses {
    private final ForwardPass forward;
    private final ChwnBackward backward;

    ChwnConv(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        forward = forward(context, geometry, epilogue);
        backward = new ChwnBackward(context, geometry, epilogue, maxBatch, false);
    }

    /** Returns the fastest of the ways that this geometry allows. */
    private static ForwardPass forward(CpuContext context, ConvGeometry geometry, Epilogue epilogue) {
        if (WinogradForward.suits(geometry, epilogue)) {
            return new WinogradForward(context, geometry, epilogue, null);
        }
        if (SquareKernel.suits(geometry)) {
            return new SquareForward(context, geometry, epilogue, false);
        }
        if (DepthwisePlane.suits(geometry)) {
            return new DepthwiseForward(context, geometry, epilogue);
        }
        return PointwiseStrips.suit(geometry)
                ? new PointwiseForward(context, geometry, epilogue)
                : new ChwnForward(context, geometry, epilogue);
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
    public void inputGradient(int n, float[] w, float[] dz, float[] dx) {
        backward.inputGradient(n, w, dz, dx);
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
