package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/** A depthwise convolution with a {@link SquareKernel} of any number of images in the plain layout, with channels in the lanes. */
final class PlainSquareConv implements ConvPasses {
    private final CpuContext context;
    private final ForwardPass forward;
    private final Differentiation differentiation;
    private final PlainBiasGradient biasGradient;
    private final FilterGradient filterGradient;
    private final InputGradient inputGradient;
    private final int outSize;
    private final long shared;

    PlainSquareConv(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.context = context;
        outSize = geometry.outputShape().size();
        forward = new SquareForward(context, geometry, epilogue, true);
        differentiation = new Differentiation(context, epilogue.activation());
        biasGradient = epilogue.bias() == Bias.NONE ? null : new PlainBiasGradient(context, geometry, epilogue.bias());
        filterGradient = new SquareFilterGradient(context, geometry, maxBatch, true);
        inputGradient = SquareKernel.inputGradient(context, geometry, true);
        shared = differentiation.changes() ? (long) maxBatch * outSize : 0;
        context.memory().reserveShared("conv2d", shared);
    }

    @Override
    public void forward(int n, float[] x, float[] w, float[] b, float[] y) {
        forward.run(n, x, w, b, y);
    }

    @Override
    public void backward(int n, float[] x, float[] w, float[] y, float[] dy, float[] dw, float[] db, float[] dx) {
        float[] dz = differentiation.run(n * outSize, y, dy);
        if (biasGradient != null) {
            biasGradient.run(n, dz, db);
        }
        filterGradient.run(n, x, dz, dw);
        if (dx != null) {
            inputGradient.run(n, dz, w, dx);
        }
    }

    @Override
    public void inputGradient(int n, float[] w, float[] dz, float[] dx) {
        inputGradient.run(n, dz, w, dx);
    }

    @Override
    public long workspaceBytes() {
        return filterGradient.workspaceBytes();
    }

    @Override
    public void close() {
        forward.close();
        filterGradient.close();
        inputGradient.close();
        context.memory().returnShared(shared);
    }
}
