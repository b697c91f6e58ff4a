package io.gabor.backend.cpu;

import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/** A convolution of any number of images in the plain layout, as matrix products over implicit patches. */
final class PlainConv implements ConvPasses {
    private final ConvForward forward;
    private final ConvBackward backward;

    PlainConv(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        forward = new ConvForward(context, geometry, epilogue, maxBatch);
        backward = new ConvBackward(context, geometry, epilogue, maxBatch);
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
        backward.run(n, null, w, dz, dz, null, null, dx);
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
