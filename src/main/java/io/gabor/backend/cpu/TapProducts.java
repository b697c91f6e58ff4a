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
 * <p>A chunk is some strips of taps, each a panel of one kernel row or more of it, and a slice of the images. The slices are added in their order; how many there are depends
 * on the geometry and the batch alone, hence so do the bits.
 */
final class TapProducts implements FilterGradient, WorkerPool.Task {
    /** Terms of one sum at a time: a panel's values for them fill half of a first-level cache. */
    private static final int DEPTH_FLOATS = 4096;
    /** A sum of more terms than this is cut into slices, so that its rounding error stays small. */
    private static final int MOST_TERMS = 8192;
    /** Chunks to aim at: a few for each of several threads. */
    private static final int CHUNKS = 16;
    /** Added to the distance between two images where it is a multiple of a page: their lines would share a set of the cache. */
    private static final int OFF_PAGE = 16;

    private static final int PAGE_FLOATS = 1024;
    /** The results of the strips that a chunk computes side by side take at most about this many floats. */
    private static final int GROUP_FLOATS = 32_768;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    /** Of one image. */
    private final long multiplyAdds;

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
    /** Whether kernels take any number of columns, else a panel's. */
    private final boolean anyColumns;
    /** Taps of a strip. */
    private final int stripWidth;
    /** Strips of one kernel row, and of all. */
    private final int strips;

    private final int allStrips;
    private final int parts;
    private final int[] pixelSteps;
    private final int depth;
    private final int offset;
    private final int maxImages;
    private final int imagePitch;
    private final int packedPitch;
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
        multiplyAdds = geometry.flops() / 2;
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
        anyColumns = kernels.columns() > width;
        stripWidth = anyColumns ? Math.min(tapRun, kernels.columns()) : width;
        strips = CpuContext.ceilDiv(tapRun, stripWidth);
        depth = Math.max(1, DEPTH_FLOATS / width);
        pixelSteps = new int[outPixels];
        Arrays.setAll(
                pixelSteps, t -> (t / outCols * rows.stride() * paddedCols + t % outCols * cols.stride()) * channels);
        offset = sharedOffset;
        maxImages = maxBatch / width * width;
        imagePitch = offPage(geometry.groups() * inRows * paddedCols * channels);
        packedPitch = offPage(geometry.outChannels() * outPixels);
        packedOffset =
                Math.addExact(offset, Math.addExact(Math.multiplyExact(maxImages, imagePitch), strips * stripWidth));
        shared = packedOffset + (long) maxImages * packedPitch;
        context.memory().reserveShared("conv2d", shared);
        allStrips = rows.kernel() * strips;
        int together =
                Math.max(1, Math.min(GROUP_FLOATS / (filters * stripWidth), allStrips * slices(maxImages) / CHUNKS));
        parts = CpuContext.ceilDiv(allStrips, together);
        scratch = (long) CpuContext.ceilDiv(allStrips, parts) * filters * stripWidth;
        context.memory().reserveScratch("conv2d", scratch);
        int most = slices(maxImages);
        partial = context.memory().workspace("conv2d", most == 1 ? 0 : (long) most * geometry.outChannels() * taps);
    }

    private static int offPage(int pitch) {
        return Math.addExact(pitch, pitch % PAGE_FLOATS == 0 ? OFF_PAGE : 0);
    }

    private int slices(int imageCount) {
        int chunks = geometry.groups() * geometry.rows().kernel() * strips;
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
        pool.run(
                transposition,
                blocks * inRows,
                (long) WorkerPool.MOVE * images * geometry.inChannels() * inRows * inCols);
        pool.run(packing, blocks * outRows, (long) WorkerPool.MOVE * images * geometry.outChannels() * outPixels);
        pool.run(this, geometry.groups() * parts * slices, multiplyAdds * images);
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
                Arrays.fill(memory, to, to + left, 0f);
                Arrays.fill(memory, to + right, to + rowSize, 0f);
            }
            for (int col = 0; col < inCols; col++) {
                int to = transposedRow(block * width, group, row) + left + col * channels;
                spread(x, from + col * width, inRows * inCols * width, channels, to, imagePitch);
            }
        }
    }

    private int transposedRow(int image, int group, int row) {
        return offset + image * imagePitch + (group * inRows + row) * paddedCols * channels;
    }

    /** {@code memory[to + image·toPitch + r] = source[from + r·pitch + image]} for the images of a block and {@code r < rows}. */
    private void spread(float[] source, int from, int pitch, int rows, int to, int toPitch) {
        float[] target = memory;
        for (int r = 0; r < rows; r++) {
            int at = to + r;
            int row = from + r * pitch;
            for (int image = 0; image < width; image++) {
                target[at] = source[row + image];
                at += toPitch;
            }
        }
    }

    /** Packs dz of one row of pixels of a block's images. */
    private void pack(int chunk, int worker) {
        int block = chunk / outRows;
        int firstPixel = chunk % outRows * outCols;
        for (int group = 0; group < geometry.groups(); group++) {
            int from = (block * geometry.outChannels() + group * filters) * outPixels * width;
            int to = packedOffset + block * width * packedPitch + group * filters * outPixels;
            for (int pixel = firstPixel; pixel < firstPixel + outCols; pixel++) {
                int row = 0;
                for (int height : heights) {
                    spread(
                            dz,
                            from + (row * outPixels + pixel) * width,
                            outPixels * width,
                            height,
                            to + row * outPixels + pixel * height,
                            packedPitch);
                    row += height;
                }
            }
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] tiles = context.memory().scratch(worker);
        int part = chunk % parts;
        int group = chunk / parts % geometry.groups();
        int slice = chunk / parts / geometry.groups();
        int firstStrip = allStrips * part / parts;
        int endStrip = allStrips * (part + 1) / parts;
        int first = (int) ((long) images * slice / slices);
        int end = (int) ((long) images * (slice + 1) / slices);
        for (int image = first; image < end; image++) {
            for (int strip = firstStrip; strip < endStrip; strip++) {
                multiply(image, group, strip, image > first, tiles, (strip - firstStrip) * filters * stripWidth);
            }
        }
        for (int strip = firstStrip; strip < endStrip; strip++) {
            store(tiles, (strip - firstStrip) * filters * stripWidth, slice, group, strip / strips, strip % strips);
        }
    }

    private void multiply(int image, int group, int strip, boolean add, float[] tiles, int tile) {
        WindowAxis rows = geometry.rows();
        int p = strip / strips;
        int firstTap = strip % strips * stripWidth;
        int begin = OutputRange.begin(rows, p) * outCols;
        int end = OutputRange.end(rows, p) * outCols;
        int from = transposedRow(image, group, p * rows.dilation() - rows.padBefore()) + firstTap;
        int packed = packedOffset + image * packedPitch + group * filters * outPixels;
        for (int step = begin; step < end; step += depth) {
            kernels.multiplyColumns(
                    anyColumns ? Math.min(stripWidth, tapRun - firstTap) : width,
                    heights,
                    outPixels,
                    step,
                    Math.min(depth, end - step),
                    memory,
                    packed,
                    memory,
                    from,
                    pixelSteps,
                    tiles,
                    tile,
                    stripWidth,
                    add || step > begin);
        }
        if (begin >= end) {
            Arrays.fill(tiles, tile, tile + filters * stripWidth, 0f);
        }
    }

    private void store(float[] tiles, int tile, int slice, int group, int p, int strip) {
        float[] to = slices == 1 ? dw : partial;
        int kernelTaps = geometry.rows().kernel() * geometry.cols().kernel();
        int count = Math.min(stripWidth, tapRun - strip * stripWidth);
        for (int o = 0; o < filters; o++) {
            int filter = (slice * geometry.outChannels() + group * filters + o) * taps
                    + p * geometry.cols().kernel();
            for (int l = 0; l < count; l++) {
                int tap = strip * stripWidth + l;
                to[filter + tap % channels * kernelTaps + tap / channels] = tiles[tile + o * stripWidth + l];
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
