package io.gabor.backend.cuda;

import io.gabor.backend.Activation;
import io.gabor.backend.Epilogue;
import io.gabor.tensor.ConvGeometry;

/**
 * Depthwise convolutions, {@code native-kernels/depthwise.cu}: as implicit products they would leave nearly all of a tile
 * empty. The sum of a weight's gradient is cut into chunks, which are added in order; they depend on the geometry and the
 * number of samples only, so that the bits do not depend on the device.
 */
final class DepthwiseConv implements ConvKernels {
    private static final int THREADS = 256;
    /** Blocks that fill any device, about. */
    private static final int BLOCKS = 1024;
    /** A chunk of fewer outputs is not worth a block. */
    private static final int LEAST_PIXELS = 8 * THREADS;
    /** One thread adds up its share of a chunk one by one in float: this many terms keep the rounding error near 1e-6. */
    private static final int MOST_PIXELS = 4096 * THREADS;

    private static final int ELEMENTS_PER_SUM_BLOCK = 32;

    private final CudaContext context;
    private final Launch forward;
    private final Launch backwardData;
    private final Launch partial;
    private final Launch sum;
    private final int inSize;
    private final int outSize;
    private final int pixels;
    private final int filters;
    private final int weights;
    private final int mostChunks;
    private CudaStorage partialWeights;
    private CudaStorage partialBias;

    /** Returns whether each group is one channel. */
    static boolean suits(ConvGeometry geometry) {
        return geometry.groups() > 1 && geometry.groups() == geometry.inChannels();
    }

    DepthwiseConv(CudaContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.context = context;
        inSize = geometry.inputShape().size();
        outSize = geometry.outputShape().size();
        pixels = geometry.rows().out() * geometry.cols().out();
        filters = geometry.outChannels();
        weights = geometry.weightShape().size();
        mostChunks = chunks(maxBatch);
        String size = size(geometry);
        String op = "conv2d forward, " + geometry;
        forward = context.launch(op, "gabor_depthwise_forward_" + size, ConvTiles.GEOMETRY + 7);
        ConvTiles.setGeometry(forward, geometry);
        Activation activation = epilogue.activation();
        forward.setInt(16, epilogue.bias().ordinal());
        forward.setInt(17, activation.kind().ordinal()).setFloat(18, activation.slope());
        String back = "conv2d backward, " + geometry;
        backwardData = context.launch(back, "gabor_depthwise_data_" + size, ConvTiles.GEOMETRY + 3);
        ConvTiles.setGeometry(backwardData, geometry);
        partial = context.launch(back, "gabor_depthwise_filter", ConvTiles.GEOMETRY + 5);
        ConvTiles.setGeometry(partial, geometry);
        sum = context.launch(back, "gabor_convfilter_sum", 7);
    }

    private static String size(ConvGeometry geometry) {
        int kernel = geometry.rows().kernel();
        boolean known = kernel == geometry.cols().kernel() && (kernel == 3 || kernel == 5);
        return known ? kernel + "x" + kernel : "any";
    }

    private int chunks(int n) {
        return (int) ceilDiv((long) n * pixels, chunkPixels(n));
    }

    private int chunkPixels(int n) {
        long all = (long) n * pixels;
        long wanted = ceilDiv(all, ceilDiv(BLOCKS, filters));
        return (int) Math.min(Math.max(wanted, LEAST_PIXELS), MOST_PIXELS);
    }

    @Override
    public long partialWeights() {
        return mostChunks == 1 ? 0 : (long) mostChunks * weights;
    }

    @Override
    public long partialBias() {
        return mostChunks == 1 ? 0 : (long) mostChunks * filters;
    }

    @Override
    public void use(CudaStorage forWeights, CudaStorage forBias) {
        partialWeights = forWeights;
        partialBias = forBias;
    }

    @Override
    public void forward(int n, CudaStorage x, CudaStorage w, CudaStorage b, CudaStorage y) {
        forward.setInt(0, n)
                .setPointer(19, x)
                .setPointer(20, w)
                .setPointer(21, b)
                .setPointer(22, y);
        forward.run(context.blocks(Math.multiplyExact(n, outSize), THREADS), THREADS);
    }

    @Override
    public void backwardData(int n, CudaStorage dz, CudaStorage w, CudaStorage dx) {
        backwardData.setInt(0, n).setPointer(16, dz).setPointer(17, w).setPointer(18, dx);
        backwardData.run(context.blocks(Math.multiplyExact(n, inSize), THREADS), THREADS);
    }

    @Override
    public void backwardFilter(int n, CudaStorage x, CudaStorage dz, CudaStorage dw, CudaStorage db) {
        int chunks = chunks(n);
        boolean whole = chunks == 1;
        partial.setInt(0, n).setInt(16, chunkPixels(n)).setPointer(17, x).setPointer(18, dz);
        partial.setPointer(19, whole ? dw : partialWeights);
        partial.setPointer(20, whole || db == null ? db : partialBias);
        partial.run(Math.multiplyExact(chunks, filters), THREADS);
        if (!whole) {
            int biases = db == null ? 0 : filters;
            sum.setInt(0, chunks).setInt(1, weights).setInt(2, biases);
            sum.setPointer(3, partialWeights)
                    .setPointer(4, partialBias)
                    .setPointer(5, dw)
                    .setPointer(6, db);
            sum.run((int) ceilDiv((long) weights + biases, ELEMENTS_PER_SUM_BLOCK), THREADS);
        }
    }

    private static long ceilDiv(long a, long b) {
        return (a - 1) / b + 1;
    }
}
