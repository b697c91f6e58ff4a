package io.gabor.backend.cuda;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/**
 * Convolution: {@link DepthwiseConv} where each channel is a group, else {@link TiledConv}. Where the epilogue has an
 * activation, {@code dz = dy·f'(y)} is a pass of its own into a workspace.
 */
final class CudaConv2d extends CudaWeightedOp {
    private static final int THREADS = 256;
    private static final int PIXELS_PER_BLOCK = 32;

    private final int outSize;
    private final boolean activated;
    private final ConvKernels kernels;
    private final Launch activationBackward;
    private final Launch pixelBias;
    private final CudaStorage dz;

    CudaConv2d(CudaContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        super(
                context,
                "conv2d",
                "convolution",
                epilogue,
                maxBatch,
                geometry.inputShape().size(),
                geometry.outputShape().size(),
                geometry.weightShape().size(),
                epilogue.bias() == Bias.NONE
                        ? 0
                        : epilogue.bias().shape(geometry.outputShape()).size());
        String op = "conv2d backward, " + geometry;
        outSize = geometry.outputShape().size();
        Activation f = epilogue.activation();
        activated = f.kind() != Activation.Kind.IDENTITY;
        kernels = DepthwiseConv.suits(geometry)
                ? new DepthwiseConv(context, geometry, epilogue, maxBatch)
                : new TiledConv(context, geometry, epilogue, maxBatch);
        activationBackward = context.launch(op, "gabor_elementwise_activation_backward", 6)
                .setInt(1, f.kind().ordinal())
                .setFloat(2, f.slope());
        pixelBias = context.launch(op, "gabor_convfilter_pixel_bias", 4).setInt(1, outSize);
        try {
            boolean filterBias = epilogue.bias() == Bias.PER_FILTER;
            kernels.use(
                    workspace("conv2d", kernels.partialWeights()),
                    workspace("conv2d", filterBias ? kernels.partialBias() : 0));
            dz = workspace("conv2d", activated ? (long) maxBatch * outSize : 0);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    void forward(int n, CudaStorage x, CudaStorage w, CudaStorage b, CudaStorage y) {
        kernels.forward(n, x, w, b, y);
    }

    @Override
    void backward(
            int n,
            CudaStorage x,
            CudaStorage w,
            CudaStorage y,
            CudaStorage dy,
            CudaStorage dw,
            CudaStorage db,
            CudaStorage dx) {
        CudaStorage gradient = dy;
        if (activated) {
            int count = n * outSize;
            activationBackward
                    .setInt(0, count)
                    .setPointer(3, y)
                    .setPointer(4, dy)
                    .setPointer(5, dz);
            activationBackward.run(context.blocks(count, THREADS), THREADS);
            gradient = dz;
        }
        boolean filterBias = epilogue.bias() == Bias.PER_FILTER;
        kernels.backwardFilter(n, x, gradient, dw, filterBias ? db : null);
        if (epilogue.bias() == Bias.PER_PIXEL) {
            pixelBias.setInt(0, n).setPointer(2, gradient).setPointer(3, db);
            pixelBias.run((outSize - 1) / PIXELS_PER_BLOCK + 1, THREADS);
        }
        if (dx != null) {
            inputGradient(n, w, gradient, dx);
        }
    }

    @Override
    boolean linear() {
        return !activated && epilogue.bias() == Bias.NONE;
    }

    @Override
    void inputGradient(int n, CudaStorage w, CudaStorage dz, CudaStorage dx) {
        kernels.backwardData(n, dz, w, dx);
    }
}
