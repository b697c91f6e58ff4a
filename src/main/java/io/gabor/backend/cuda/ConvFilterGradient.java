package io.gabor.backend.cuda;

import io.gabor.tensor.ConvGeometry;
import java.util.List;

/**
 * The gradients of a convolution's weights and of its bias per filter, {@code native-kernels/convfilter.cu}. The sum over
 * all pixels of the batch is cut into chunks, whose sums are added in order; the chunks depend on the geometry and the
 * number of samples only, so that the bits do not depend on the device.
 */
final class ConvFilterGradient {
    static final List<TileShape> SHAPES = List.of(TileShape.list(8, 32, 20, 32, 32, 64, 52, 64, 64, 64));
    /** Pixels in a step of the kernel: chunks are a multiple. */
    private static final int STEP = 16;

    private static final int LEAST_PIXELS = 4 * STEP;
    /** One thread adds up a chunk one by one in float: this many terms keep the rounding error near 1e-6. */
    private static final int MOST_PIXELS = 4096;
    /** The most floats of a workspace; beyond, chunks become longer. */
    private static final long MOST_PARTIAL = 1L << 28;

    private static final int ELEMENTS_PER_SUM_BLOCK = 32;
    private static final int SUM_THREADS = 256;

    private final long tiles;
    private final Launch partial;
    private final Launch sum;
    private final int pixels;
    private final int weights;
    private final int filters;
    private final int parts;
    private final int mostPixels;
    private final int mostChunks;
    private CudaStorage partialWeights;
    private CudaStorage partialBias;

    /** Returns the shape of the tiles to use. */
    static TileShape shape(ConvGeometry geometry) {
        // with enough chunks the device is always full, and only the work counts
        int rows = geometry.outChannels() / geometry.groups();
        return SHAPES.get(
                TileShape.fastest(SHAPES.toArray(TileShape[]::new), rows, geometry.fanIn(), Integer.MAX_VALUE));
    }

    /** Plans the gradients in tiles of this shape, one of {@link #SHAPES}. */
    ConvFilterGradient(CudaContext context, ConvGeometry geometry, TileShape shape, int maxBatch) {
        tiles = shape.tiles(geometry.outChannels() / geometry.groups(), geometry.fanIn()) * geometry.groups();
        String op = "conv2d backward, " + geometry;
        partial = context.launch(op, "gabor_convfilter_partial_" + shape, ConvTiles.GEOMETRY + 5);
        ConvTiles.setGeometry(partial, geometry);
        sum = context.launch(op, "gabor_convfilter_sum", 7);
        pixels = geometry.rows().out() * geometry.cols().out();
        weights = geometry.weightShape().size();
        filters = geometry.outChannels();
        parts = TileShape.partsToFill(tiles);
        long all = (long) maxBatch * pixels;
        int most = MOST_PIXELS;
        while (ceilDiv(all, most) > 1 && ceilDiv(all, most) * weights > MOST_PARTIAL) {
            most *= 2;
        }
        mostPixels = most;
        mostChunks = (int) Math.max(Math.min(parts, ceilDiv(all, LEAST_PIXELS)), ceilDiv(all, mostPixels));
    }

    /** Returns the floats of workspace that {@link #use} wants for the weights; 0 where there is one chunk. */
    long partialWeights() {
        return mostChunks == 1 ? 0 : (long) mostChunks * weights;
    }

    /** Returns the floats of workspace that {@link #use} wants for the bias. */
    long partialBias() {
        return mostChunks == 1 ? 0 : (long) mostChunks * filters;
    }

    /** Takes the workspaces. */
    void use(CudaStorage forWeights, CudaStorage forBias) {
        partialWeights = forWeights;
        partialBias = forBias;
    }

    /** Queues the gradients; {@code db} is null where nobody needs the bias's. */
    void run(int n, CudaStorage x, CudaStorage dz, CudaStorage dw, CudaStorage db) {
        long all = (long) n * pixels;
        long wanted = ceilDiv(ceilDiv(all, parts), STEP) * STEP;
        int chunk = (int) Math.min(Math.max(wanted, LEAST_PIXELS), mostPixels);
        int chunks = (int) ceilDiv(all, chunk);
        boolean whole = chunks == 1;
        partial.setInt(0, n).setInt(16, chunk).setPointer(17, x).setPointer(18, dz);
        partial.setPointer(19, whole ? dw : partialWeights);
        partial.setPointer(20, whole || db == null ? db : partialBias);
        partial.run(Math.toIntExact(tiles * chunks), TileShape.THREADS);
        if (!whole) {
            int biases = db == null ? 0 : filters;
            sum.setInt(0, chunks).setInt(1, weights).setInt(2, biases);
            sum.setPointer(3, partialWeights)
                    .setPointer(4, partialBias)
                    .setPointer(5, dw)
                    .setPointer(6, db);
            sum.run((int) ceilDiv((long) weights + biases, ELEMENTS_PER_SUM_BLOCK), SUM_THREADS);
        }
    }

    private static long ceilDiv(long a, long b) {
        return (a - 1) / b + 1;
    }
}
