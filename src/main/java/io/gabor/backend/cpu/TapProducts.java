package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * The gradient of a convolution's weights as matrix products, with neighbouring taps in the lanes:
 *
 * <pre>dw[o, p, (q,c)] = Σ over images n and pixels (i,j) of dz[o, (n,i,j)] · x[(n, i·s + p·d), (j·s + q, c)]</pre>
 *
 * <p>To that end x is brought to the layout NHWC, where the taps (q,c) of one pixel and kernel row lie side by side, with its
 * padding to the left and right, and dz is packed as the kernels want their left matrix. Both cost one pass; rows of x above
 * and below the image are left out.
 *
 * <p>A chunk is a panel of taps and a slice of the images. The slices are added in their order; how many there are depends
 * on the geometry and the batch alone, hence so do the bits.
 */
final class TapProducts implements FilterGradient, WorkerPool.Task {
    /** Terms of one sum at a time: the panel's values for them fill half of a first-level cache. */
    private static final int DEPTH_FLOATS = 4096;
    /** A sum of more terms than this is cut into slices, so that its rounding error stays small. */
    private static final int MOST_TERMS = 8192;
    /** Chunks to aim at: a few for each of several threads. */
    private static final int CHUNKS = 16;
    /** Side of the squares that are transposed at a time. */
    private static final int SQUARE = 8;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final int width;
    private final int filters;
    private final int channels;
    private final int taps;
    private final int inRows;
    private final int inCols;
    private final int paddedCols;
    private final int outRows;
    private final int outCols;
    private final int outPixels;
    private final int[] heights;
    private final int tapRun;
    private final int panels;
    private final int[] pixelSteps;
    private final int depth;
    private final int offset;
    private final int maxImages;
    private final int packedGroup;
    private final int packedOffset;
    private final long shared;
    private final long scratch;
    private final float[] partial;
    private final WorkerPool.Task transposition = this::transpose;
    private final WorkerPool.Task packing = this::pack;
    private final WorkerPool.Task reduction = this::reduce;

    private int images;
    private int slices;
    private float[] x;
    private float[] dz;
    private float[] dw;
    private float[] memory;

    /** Returns whether the taps of a kernel's row fill at least half of the vectors that they are in. */
    static boolean suit(ConvGeometry geometry, int width) {
        int run = geometry.cols().kernel() * geometry.inChannels() / geometry.groups();
        return geometry.cols().dilation() == 1 && 2 * run >= CpuContext.ceilDiv(run, width) * width;
    }

    /**
     * Plans.
     *
     * @param sharedOffset from where on the shared array is free for this
     */
    TapProducts(CpuContext context, ConvGeometry geometry, int maxBatch, int sharedOffset) {
        this.context = context;
        this.geometry = geometry;
        kernels = context.kernels();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        taps = geometry.fanIn();
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        inRows = rows.in();
        inCols = cols.in();
        outRows = rows.out();
        outCols = cols.out();
        outPixels = outRows * outCols;
        paddedCols = Math.max(inCols + cols.padBefore(), (outCols - 1) * cols.stride() + cols.kernel());
        heights = kernels.tiling(filters);
        tapRun = cols.kernel() * channels;
        panels = CpuContext.ceilDiv(tapRun, width);
        depth = Math.max(1, DEPTH_FLOATS / width);
        pixelSteps = new int[outPixels];
        Arrays.setAll(
                pixelSteps,
                t -> (t / outCols * rows.stride() * paddedCols + t % outCols * cols.stride()) * channels);
        offset = sharedOffset;
        maxImages = maxBatch / width * width;
        packedGroup = Math.multiplyExact(filters, Math.multiplyExact(maxImages, outPixels));
        int transposed = Math.multiplyExact(
                Math.multiplyExact(maxImages, geometry.groups() * inRows), paddedCols * channels);
        packedOffset = Math.addExact(transposed, panels * width);
        shared = (long) offset + packedOffset + (long) packedGroup * geometry.groups();
        context.memory().reserveShared("conv2d", shared);
        scratch = (long) filters * width;
        context.memory().reserveScratch("conv2d", scratch);
        int most = slices(maxImages);
        partial = context.memory().workspace("conv2d", most == 1 ? 0 : (long) most * geometry.outChannels() * taps);
    }

    private int slices(int imageCount) {
        int chunks = geometry.groups() * geometry.rows().kernel() * panels;
        long terms = (long) imageCount * outPixels;
        long slicesForTerms = (terms - 1) / MOST_TERMS + 1;
        return (int) Math.min(imageCount, Math.max(CpuContext.ceilDiv(CHUNKS, chunks), slicesForTerms));
    }

    @Override
    public void run(int blocks, float[] xs, float[] dzs, float[] dws) {
        images = blocks * width;
        x = xs;
        dz = dzs;
        dw = dws;
        memory = context.memory().shared();
        slices = slices(images);
        WorkerPool pool = context.pool();
        pool.run(transposition, blocks * inRows, (long) images * geometry.inputShape().size());
        pool.run(packing, blocks * outRows, (long) images * geometry.outputShape().size());
        int chunks = geometry.groups() * geometry.rows().kernel() * panels * slices;
        pool.run(this, chunks, geometry.flops() / 2 * images);
        if (slices > 1) {
            pool.run(reduction, geometry.outChannels(), (long) slices * geometry.outChannels() * taps);
        }
    }

    /** Brings one row of pixels of a block's images to NHWC. */
    private void transpose(int chunk, int worker) {
        int block = chunk / inRows;
        int row = chunk % inRows;
        int left = geometry.cols().padBefore() * channels;
        int right = left + inCols * channels;
        int rowSize = paddedCols * channels;
        for (int group = 0; group < geometry.groups(); group++) {
            int from = (((block * geometry.groups() + group) * channels * inRows + row) * inCols) * width;
            for (int image = 0; image < width; image++) {
                int to = transposedRow(block * width + image, group, row);
                Arrays.fill(memory, offset + to, offset + to + left, 0f);
                Arrays.fill(memory, offset + to + right, offset + to + rowSize, 0f);
            }
            for (int col = 0; col < inCols; col++) {
                int to = offset + transposedRow(block * width, group, row) + left + col * channels;
                int pitch = geometry.groups() * inRows * rowSize;
                squares(x, from + col * width, inRows * inCols * width, channels, to, pitch);
            }
        }
    }

    private int transposedRow(int image, int group, int row) {
        return ((image * geometry.groups() + group) * inRows + row) * paddedCols * channels;
    }

    /** {@code memory[to + image·toPitch + r] = source[from + r·pitch + image]} for the images of a block and {@code r < rows}. */
    private void squares(float[] source, int from, int pitch, int rows, int to, int toPitch) {
        for (int r0 = 0; r0 < rows; r0 += SQUARE) {
            int r1 = Math.min(r0 + SQUARE, rows);
            for (int i0 = 0; i0 < width; i0 += SQUARE) {
                int i1 = Math.min(i0 + SQUARE, width);
                for (int image = i0; image < i1; image++) {
                    int at = to + image * toPitch;
                    for (int r = r0; r < r1; r++) {
                        memory[at + r] = source[from + r * pitch + image];
                    }
                }
            }
        }
    }

    /** Packs dz of one row of pixels of a block's images. */
    private void pack(int chunk, int worker) {
        int block = chunk / outRows;
        int firstPixel = chunk % outRows * outCols;
        int pitch = filters * outPixels;
        for (int group = 0; group < geometry.groups(); group++) {
            int from = (block * geometry.outChannels() + group * filters) * outPixels * width;
            int to = offset + packedOffset + group * packedGroup + block * width * pitch;
            for (int pixel = firstPixel; pixel < firstPixel + outCols; pixel++) {
                int row = 0;
                for (int height : heights) {
                    squares(
                            dz,
                            from + (row * outPixels + pixel) * width,
                            outPixels * width,
                            height,
                            to + row * outPixels + pixel * height,
                            pitch);
                    row += height;
                }
            }
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] tile = context.memory().scratch(worker);
        int slice = chunk % slices;
        int panel = chunk / slices % panels;
        int p = chunk / slices / panels % geometry.rows().kernel();
        int group = chunk / slices / panels / geometry.rows().kernel();
        WindowAxis rows = geometry.rows();
        int begin = OutputRange.begin(rows, p) * outCols;
        int end = OutputRange.end(rows, p) * outCols;
        int endImage = (int) ((long) images * (slice + 1) / slices);
        boolean add = false;
        for (int image = (int) ((long) images * slice / slices); image < endImage; image++) {
            int row = p * rows.dilation() - rows.padBefore();
            int from = offset + transposedRow(image, group, 0) + row * paddedCols * channels + panel * width;
            int packed = offset + packedOffset + group * packedGroup + image * filters * outPixels;
            for (int step = begin; step < end; step += depth) {
                kernels.multiplyTiles(
                        heights,
                        outPixels,
                        step,
                        Math.min(depth, end - step),
                        memory,
                        packed,
                        memory,
                        from,
                        pixelSteps,
                        tile,
                        0,
                        width,
                        add);
                add = true;
            }
        }
        if (!add) {
            Arrays.fill(tile, 0, filters * width, 0f);
        }
        store(tile, slice, group, p, panel);
    }

    private void store(float[] tile, int slice, int group, int p, int panel) {
        float[] to = slices == 1 ? dw : partial;
        int kernelTaps = geometry.rows().kernel() * geometry.cols().kernel();
        int count = Math.min(width, tapRun - panel * width);
        for (int o = 0; o < filters; o++) {
            int filter = (slice * geometry.outChannels() + group * filters + o) * taps + p * geometry.cols().kernel();
            for (int l = 0; l < count; l++) {
                int tap = panel * width + l;
                to[filter + tap % channels * kernelTaps + tap / channels] = tile[o * width + l];
            }
        }
    }

    /** Adds up the slices of one filter. */
    private void reduce(int filter, int worker) {
        int at = filter * taps;
        System.arraycopy(partial, at, dw, at, taps);
        for (int slice = 1; slice < slices; slice++) {
            kernels.add(taps, dw, at, partial, slice * geometry.outChannels() * taps + at, dw, at);
        }
    }

    @Override
    public long workspaceBytes() {
        return 4L * partial.length;
    }

    @Override
    public void close() {
        context.memory().returnShared(shared);
        context.memory().returnScratch(scratch);
        context.memory().drop(partial);
    }
}
