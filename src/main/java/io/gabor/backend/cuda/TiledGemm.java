package io.gabor.backend.cuda;

import io.gabor.backend.Activation;

/**
 * A matrix product by our own kernels, {@code native-kernels/gemm.cu}. Where the product has few tiles for the device,
 * or a sum is very long, the sum over k is cut into parts, which a second kernel adds in order.
 */
final class TiledGemm implements Gemm {
    static final TileShape[] SHAPES = TileShape.list(8, 32, 64, 32, 64, 128);
    private static final TileShape TYPICAL = SHAPES[1];
    private static final int STEP = 8;
    private static final int LEAST_PART = 64;
    /** One thread adds up a part one by one in float: this many terms keep the rounding error near 1e-6. */
    private static final int MOST_PART = 4096;
    /** How many samples to assume when cutting sums that must not depend on it. */
    private static final int TYPICAL_SAMPLES = 64;

    private static final int FINISH_THREADS = 256;

    private final CudaContext context;
    private final boolean rowsAreSamples;
    private final Launch[] tiles = new Launch[SHAPES.length];
    private final Launch finish;
    private CudaStorage parts;

    TiledGemm(CudaContext context, String op, boolean transA, boolean transB, boolean rowsAreSamples) {
        this.context = context;
        this.rowsAreSamples = rowsAreSamples;
        for (int i = 0; i < SHAPES.length; i++) {
            tiles[i] = context.launch(op, "gabor_gemm_" + SHAPES[i], 17)
                    .setInt(3, transA ? 1 : 0)
                    .setInt(4, transB ? 1 : 0)
                    .setInt(5, 1)
                    .setInt(6, 0)
                    .setInt(7, 0);
        }
        finish = context.launch(op, "gabor_gemm_finish", 8);
    }

    /** Returns the most parts that k is cut into; more for a larger k. */
    private int most(int m, int n, int k) {
        long count = TYPICAL.tiles(rowsAreSamples ? TYPICAL_SAMPLES : m, n);
        int wanted = Math.min(TileShape.partsToFill(count), k / LEAST_PART);
        return Math.max(wanted, (k - 1) / MOST_PART + 1);
    }

    @Override
    public long workspace(int m, int n, int k) {
        int parts = most(m, n, k);
        return parts == 1 ? 0 : (long) parts * m * n;
    }

    @Override
    public void use(CudaStorage workspace) {
        parts = workspace;
    }

    @Override
    public void run(int m, int n, int k, CudaStorage a, CudaStorage b, CudaStorage bias, Activation f, CudaStorage c) {
        int whole = (k - 1) / most(m, n, k) + 1;
        int part = ((whole - 1) / STEP + 1) * STEP;
        int splits = (k - 1) / part + 1;
        run(TileShape.fastest(SHAPES, m, n, splits), part, m, n, k, a, b, bias, f, c);
    }

    /** Queues the product in tiles of one of the shapes, with k cut into parts of this length. */
    void run(
            int shape,
            int part,
            int m,
            int n,
            int k,
            CudaStorage a,
            CudaStorage b,
            CudaStorage bias,
            Activation f,
            CudaStorage c) {
        int splits = (k - 1) / part + 1;
        Launch tile = tiles[shape];
        tile.setInt(0, m)
                .setInt(1, n)
                .setInt(2, k)
                .setInt(8, m * n)
                .setInt(9, splits)
                .setInt(10, part);
        tile.setInt(11, f.kind().ordinal()).setFloat(12, f.slope());
        tile.setPointer(13, a).setPointer(14, b).setPointer(15, bias).setPointer(16, splits == 1 ? c : parts);
        tile.run(Math.toIntExact(SHAPES[shape].tiles(m, n) * splits), TileShape.THREADS);
        if (splits > 1) {
            finish.setInt(0, m * n).setInt(1, n).setInt(2, splits);
            finish.setInt(3, f.kind().ordinal()).setFloat(4, f.slope());
            finish.setPointer(5, parts).setPointer(6, bias).setPointer(7, c);
            finish.run(context.blocks((long) m * n, FINISH_THREADS), FINISH_THREADS);
        }
    }
}
