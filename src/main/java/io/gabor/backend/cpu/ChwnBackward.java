package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/**
 * A convolution's gradients in the layout CHWN ({@link ChwnLayout}): first {@code dz = dy · f'}, then {@code db}, then
 * {@code dw} from dz and x ({@link FilterGradient}), then {@code dx} from dz and w ({@link InputGradient}).
 */
final class ChwnBackward {
    private final CpuContext context;
    private final Differentiation differentiation;
    private final FilterGradient filterGradient;
    private final InputGradient inputGradient;
    private final ChwnBiasGradient biasGradient;
    private final int width;
    private final int outSize;
    private final long shared;

    /**
     * Plans.
     *
     * @param buffered whether {@link #gradients} will find dz in {@link #buffer}, and db is computed elsewhere
     */
    ChwnBackward(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch, boolean buffered) {
        this.context = context;
        width = context.kernels().panelWidth();
        differentiation = new Differentiation(context, epilogue.activation());
        outSize = geometry.outputShape().size();
        biasGradient = epilogue.bias() == Bias.NONE || buffered
                ? null
                : new ChwnBiasGradient(context, geometry, epilogue.bias());
        int most = maxBatch / width * width;
        boolean direct = !differentiation.changes() && !buffered;
        int behindDz = direct ? 0 : Math.multiplyExact(most, outSize);
        shared = behindDz;
        context.memory().reserveShared("conv2d", shared);
        inputGradient = inputGradient(context, geometry, behindDz);
        filterGradient = filterGradient(context, geometry, maxBatch, behindDz);
    }

    /** Returns the fastest of the ways that this geometry allows. */
    private static InputGradient inputGradient(CpuContext context, ConvGeometry geometry, int behindDz) {
        if (WinogradTiles.suit(geometry)) {
            return new WinogradInputGradient(context, geometry, behindDz);
        }
        if (SquareKernel.suits(geometry)) {
            return SquareKernel.inputGradient(context, geometry, false);
        }
        if (DepthwisePlane.suits(geometry)) {
            return new DepthwiseInputGradient(context, geometry);
        }
        return PointwiseStrips.suit(geometry)
                ? new PointwiseInputGradient(context, geometry, behindDz)
                : new ChwnInputGradient(context, geometry, behindDz);
    }

    /** Returns the fastest of the ways that this geometry allows. */
    private static FilterGradient filterGradient(
            CpuContext context, ConvGeometry geometry, int maxBatch, int behindDz) {
        if (WinogradTiles.suit(geometry)) {
            return new WinogradFilterGradient(context, geometry, maxBatch, behindDz);
        }
        if (SquareKernel.suits(geometry)) {
            return new SquareFilterGradient(context, geometry, maxBatch, false);
        }
        if (DepthwisePlane.suits(geometry)) {
            return new DepthwiseFilterGradient(context, geometry, maxBatch);
        }
        // The plain loops are at their best over long rows.
        boolean products = TapProducts.suit(geometry, context.kernels().panelWidth());
        boolean longRows = context.kernels().columns() > context.kernels().panelWidth();
        if (PointwiseStrips.suit(geometry) && !(products && longRows)) {
            return new PointwiseFilterGradient(context, geometry, maxBatch);
        }
        if (RowSums.suit(geometry, context.kernels())) {
            return new RowSums(context, geometry, maxBatch);
        }
        return products
                ? new TapProducts(context, geometry, maxBatch, behindDz)
                : new LaneSums(context, geometry, maxBatch);
    }

    void run(int n, float[] xs, float[] ws, float[] ys, float[] dys, float[] dws, float[] dbs, float[] dxs) {
        float[] dz = differentiation.run(n * outSize, ys, dys);
        if (biasGradient != null) {
            biasGradient.run(n / width, dz, dbs);
        }
        gradients(n, xs, ws, dz, dws, dxs);
    }

    /** Returns where dz may be put before {@link #gradients} is called. */
    float[] buffer() {
        return context.memory().shared();
    }

    /** Returns what can compute dw from a dz that is made row by row, or null. */
    RowSums rowSums() {
        return filterGradient instanceof RowSums sums && sums.takesRows() ? sums : null;
    }

    /** Computes dw and dx from dz. */
    void gradients(int n, float[] xs, float[] ws, float[] dzs, float[] dws, float[] dxs) {
        filterGradient.run(n / width, xs, dzs, dws);
        if (dxs != null) {
            inputGradient.run(n, dzs, ws, dxs);
        }
    }

    /** Computes dx alone. */
    void inputGradient(int n, float[] ws, float[] dzs, float[] dxs) {
        inputGradient.run(n, dzs, ws, dxs);
    }

    long workspaceBytes() {
        return filterGradient.workspaceBytes();
    }

    void close() {
        filterGradient.close();
        inputGradient.close();
        if (biasGradient != null) {
            biasGradient.close();
        }
        context.memory().returnShared(shared);
    }
}
