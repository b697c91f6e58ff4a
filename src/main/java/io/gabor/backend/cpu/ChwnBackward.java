package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;

/**
 * A convolution's gradients in the layout CHWN ({@link ChwnLayout}): first {@code dz = dy · f'}, then {@code db}, then
 * {@code dw} from dz and x ({@link RowSums}, {@link TapProducts}, {@link LaneSums}), then {@code dx} from dz and w ({@link ChwnProduct}).
 */
final class ChwnBackward implements WorkerPool.Task {
    /** Elements that one chunk differentiates. */
    private static final int CHUNK = 16_384;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    /** Of one image. */
    private final long multiplyAdds;

    private final Function function;
    private final float slope;
    private final ChwnProduct product;
    private final FilterGradient filterGradient;
    private final ChwnBiasGradient biasGradient;
    private final WorkerPool.Task differentiation = this::differentiate;
    private final WorkerPool.Task packing = this::pack;
    private final int width;
    private final int filters;
    private final int channels;
    private final int inRows;
    private final int inPixels;
    private final int outPixels;
    private final int packedOffset;
    private final long shared;

    private int size;
    private float[] w;
    private float[] y;
    private float[] dy;
    private float[] dz;
    private float[] dx;

    /**
     * Plans.
     *
     * @param buffered whether {@link #gradients} will find dz in {@link #buffer}, and db is computed elsewhere
     */
    ChwnBackward(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch, boolean buffered) {
        this.context = context;
        this.geometry = geometry;
        multiplyAdds = geometry.flops() / 2;
        kernels = context.kernels();
        width = kernels.panelWidth();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        inRows = geometry.rows().in();
        inPixels = inRows * geometry.cols().in();
        outPixels = geometry.rows().out() * geometry.cols().out();
        product = new ChwnProduct(
                kernels,
                channels,
                filters,
                AxisTaps.backward(geometry.rows()),
                AxisTaps.backward(geometry.cols()),
                geometry.rows().out(),
                geometry.cols().out());
        biasGradient = epilogue.bias() == Bias.NONE || buffered
                ? null
                : new ChwnBiasGradient(context, geometry, epilogue.bias());
        int most = maxBatch / width * width;
        boolean direct = function == Function.IDENTITY && !buffered;
        packedOffset = direct ? 0 : Math.multiplyExact(most, geometry.outChannels() * outPixels);
        shared = packedOffset + (long) product.packedFloats() * geometry.groups();
        context.memory().reserveShared("conv2d", shared);
        filterGradient = filterGradient(maxBatch);
    }

    /** Returns the fastest of the ways that this geometry allows. */
    private FilterGradient filterGradient(int maxBatch) {
        if (RowSums.suit(geometry, kernels)) {
            return new RowSums(context, geometry, maxBatch);
        }
        return TapProducts.suit(geometry, width)
                ? new TapProducts(context, geometry, maxBatch, packedOffset)
                : new LaneSums(context, geometry, maxBatch);
    }

    void run(int n, float[] xs, float[] ws, float[] ys, float[] dys, float[] dws, float[] dbs, float[] dxs) {
        y = ys;
        dy = dys;
        dz = dys;
        if (function != Function.IDENTITY) {
            dz = buffer();
            size = n * geometry.outChannels() * outPixels;
            context.pool().run(differentiation, CpuContext.ceilDiv(size, CHUNK), (long) WorkerPool.TOUCH * size);
        }
        if (biasGradient != null) {
            biasGradient.run(n / width, dz, dbs);
        }
        gradients(n, xs, ws, dz, dws, dxs);
    }

    /** Returns where dz may be put before {@link #gradients} is called. */
    float[] buffer() {
        return context.memory().shared();
    }

    /** Computes dw and dx from dz. */
    void gradients(int n, float[] xs, float[] ws, float[] dzs, float[] dws, float[] dxs) {
        w = ws;
        dz = dzs;
        dx = dxs;
        filterGradient.run(n / width, xs, dz, dws);
        if (dx != null) {
            context.pool().run(packing, geometry.groups() * product.tiles(), WorkerPool.MOVE * (shared - packedOffset));
            context.pool().run(this, n / width * inRows, multiplyAdds * n);
        }
    }

    private void differentiate(int chunk, int worker) {
        int at = chunk * CHUNK;
        kernels.differentiate(function, slope, 1, Math.min(CHUNK, size - at), y, at, 0, dy, at, 0, dz, at, 0);
    }

    private void pack(int chunk, int worker) {
        int group = chunk / product.tiles();
        int taps = geometry.rows().kernel() * geometry.cols().kernel();
        product.pack(
                chunk % product.tiles(),
                w,
                group * product.packedFloats(),
                taps,
                channels * taps,
                context.memory().shared(),
                packedOffset + group * product.packedFloats());
    }

    /** One row of dx's pixels. */
    @Override
    public void run(int chunk, int worker) {
        int block = chunk / inRows;
        int row = chunk % inRows;
        for (int group = 0; group < geometry.groups(); group++) {
            product.row(
                    row,
                    context.memory().shared(),
                    packedOffset + group * product.packedFloats(),
                    dz,
                    (block * geometry.outChannels() + group * filters) * outPixels * width,
                    dx,
                    ((block * geometry.inChannels() + group * channels) * inPixels
                                    + row * geometry.cols().in())
                            * width,
                    inPixels * width);
        }
    }

    long workspaceBytes() {
        return filterGradient.workspaceBytes();
    }

    void close() {
        filterGradient.close();
        if (biasGradient != null) {
            biasGradient.close();
        }
        context.memory().returnShared(shared);
    }
}
