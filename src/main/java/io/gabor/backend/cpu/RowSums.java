package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * The gradient of a convolution's weights, image by image in the lanes, a kernel's row at a time: under four neighbouring
 * pixels its taps read almost the same values, so that each vector of x is loaded once for several of them. For kernels
 * without padding to the left and right, whose output is a multiple of four wide.
 *
 * <p>dz is an array, or made row by row when it is needed ({@link Rows}), and then never leaves the first-level cache.
 *
 * <p>A chunk is a few filters, a part of the channels, and a slice of the blocks. Sums are kept as vectors, one lane an
 * image, and their lanes are added when a slice is through; then the slices are added in their order. How many there are
 * depends on the geometry and the batch alone, hence so do the bits.
 */
final class RowSums implements FilterGradient, WorkerPool.Task {
    /** Filters in a chunk: the height of the largest tile. */
    private static final int ROWS = 3;
    /** Pixels that a kernel takes at a time. */
    private static final int PIXELS = 4;
    /** Chunks to cut the blocks into slices for: a few for each of several threads. */
    private static final int CHUNKS = 16;
    /** Chunks to cut the channels into parts for: that costs little, and one more or less for a thread is little then. */
    private static final int FINE_CHUNKS = 32;
    /** The gradients of a chunk's filters and a band of rows take at most about this many floats: half of a first-level cache. */
    private static final int BAND_FLOATS = 6144;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    /** Of one image. */
    private final long multiplyAdds;

    private final WorkerPool.Task reduction = this::reduce;
    private final int width;
    private final int filters;
    private final int channels;
    private final int taps;
    private final int inPixels;
    private final int outPixels;
    private final int tiles;
    private final int parts;
    private final int sumPitch;
    private final int bandRows;
    private final int rowSteps;
    private final int[] outSteps;
    private final int[] inSteps;
    private final int bandOffset;
    private final int bandFloats;
    private final long scratch;
    private final float[] partial;

    private int blocks;
    private int slices;
    private float[] x;
    private float[] dz;
    /** Null where dz is an array. */
    private Rows made;

    private float[] dw;

    /** Makes dz. */
    interface Rows {
        /**
         * Writes rows of one plane, of which each is asked for once, in order.
         *
         * @param first an even number
         * @param end an even number
         * @param room where {@link #roomFloats} floats begin that keep what is in them from one call for a plane to the next
         */
        void write(int plane, int first, int end, float[] memory, int at, int room);

        int roomFloats();
    }

    static boolean suit(ConvGeometry geometry, Kernels kernels) {
        WindowAxis cols = geometry.cols();
        return kernels.correlatesTaps(cols.kernel())
                && cols.stride() == 1
                && cols.dilation() == 1
                && !cols.padded()
                && cols.out() % PIXELS == 0;
    }

    RowSums(CpuContext context, ConvGeometry geometry, int maxBatch) {
        this.context = context;
        this.geometry = geometry;
        multiplyAdds = geometry.flops() / 2;
        kernels = context.kernels();
        width = kernels.panelWidth();
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        taps = geometry.fanIn();
        inPixels = rows.in() * cols.in();
        outPixels = rows.out() * cols.out();
        tiles = CpuContext.ceilDiv(filters, ROWS);
        parts = Math.min(channels, CpuContext.ceilDiv(FINE_CHUNKS, geometry.groups() * tiles));
        sumPitch = Math.multiplyExact(taps, kernels.partialSums());
        bandRows = Math.max(1, BAND_FLOATS / (ROWS * cols.out() * width));
        int vectors = width / kernels.partialSums();
        rowSteps = cols.out() / PIXELS * vectors;
        outSteps = new int[rows.out() * rowSteps];
        inSteps = new int[rows.out() * rowSteps];
        int t = 0;
        for (int i = 0; i < rows.out(); i++) {
            for (int j = 0; j < cols.out(); j += PIXELS) {
                for (int vector = 0; vector < vectors; vector++) {
                    int lane = vector * kernels.partialSums();
                    outSteps[t] = (i * cols.out() + j) * width + lane;
                    inSteps[t++] = (i * rows.stride() * cols.in() + j) * width + lane;
                }
            }
        }
        bandOffset = Math.multiplyExact(ROWS, sumPitch);
        bandFloats = Math.multiplyExact(evenBand() * cols.out(), width);
        scratch = bandOffset;
        context.memory().reserveScratch("conv2d", scratch);
        int most = slices(Math.max(1, maxBatch / width));
        partial = context.memory().workspace("conv2d", most == 1 ? 0 : (long) most * geometry.outChannels() * taps);
    }

    private int slices(int blockCount) {
        return Math.min(blockCount, CpuContext.ceilDiv(CHUNKS, geometry.groups() * tiles));
    }

    private int evenBand() {
        return Math.max(2, bandRows / 2 * 2);
    }

    /** Returns whether dz can be made: no two chunks need the same rows. */
    boolean takesRows() {
        return parts == 1 && geometry.rows().out() % 2 == 0;
    }

    /** Returns how many floats of scratch must be reserved for {@link #run(int, float[], Rows, float[])}. */
    long rowsScratch(Rows rows) {
        return bandOffset + ROWS * ((long) bandFloats + rows.roomFloats());
    }

    /** As {@link FilterGradient#run}, with a dz that is made; where it {@link #takesRows}. */
    void run(int blockCount, float[] xs, Rows rows, float[] dws) {
        made = rows;
        run(blockCount, xs, (float[]) null, dws);
        made = null;
    }

    @Override
    public void run(int blockCount, float[] xs, float[] dzs, float[] dws) {
        blocks = blockCount;
        x = xs;
        dz = dzs;
        dw = dws;
        slices = slices(blockCount);
        context.pool().run(this, geometry.groups() * tiles * parts * slices, multiplyAdds * blockCount * width);
        if (slices > 1) {
            context.pool().run(reduction, geometry.outChannels(), (long) slices * geometry.outChannels() * taps);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] sums = context.memory().scratch(worker);
        int part = chunk % parts;
        int tile = chunk / parts % tiles;
        int group = chunk / parts / tiles % geometry.groups();
        int slice = chunk / parts / tiles / geometry.groups();
        int firstChannel = channels * part / parts;
        int endChannel = channels * (part + 1) / parts;
        int filter = group * filters + tile * ROWS;
        int rows = Math.min(ROWS, filters - tile * ROWS);
        int channelTaps = taps / channels;
        int firstTap = firstChannel * channelTaps;
        int endTap = endChannel * channelTaps;
        for (int r = 0; r < rows; r++) {
            int at = r * sumPitch;
            Arrays.fill(sums, at + firstTap * kernels.partialSums(), at + endTap * kernels.partialSums(), 0f);
        }
        int endBlock = blocks * (slice + 1) / slices;
        for (int block = blocks * slice / slices; block < endBlock; block++) {
            int from = (block * geometry.inChannels() + group * channels) * inPixels * width;
            int plane = block * geometry.outChannels() + filter;
            int band = made == null ? bandRows : evenBand();
            for (int row = 0; row < geometry.rows().out(); row += band) {
                int endRow = Math.min(row + band, geometry.rows().out());
                float[] gradients = dz;
                int gradient = plane * outPixels * width;
                int pitch = outPixels * width;
                if (made != null) {
                    make(plane, rows, row, endRow, sums);
                    gradients = sums;
                    gradient = bandOffset - row * geometry.cols().out() * width;
                    pitch = bandFloats;
                }
                for (int c = firstChannel; c < endChannel; c++) {
                    correlate(c, rows, row, endRow, from, gradients, gradient, pitch, sums);
                }
            }
        }
        float[] to = slices == 1 ? dw : partial;
        for (int r = 0; r < rows; r++) {
            int at = (slice * geometry.outChannels() + filter + r) * taps + firstTap;
            int sum = r * sumPitch + firstTap * kernels.partialSums();
            kernels.addPartialSums(endTap - firstTap, sums, sum, to, at);
        }
    }

    private void make(int plane, int rows, int firstRow, int endRow, float[] memory) {
        int room = bandOffset + ROWS * bandFloats;
        for (int r = 0; r < rows; r++) {
            int at = bandOffset + r * bandFloats;
            made.write(plane + r, firstRow, endRow, memory, at, room + r * made.roomFloats());
        }
    }

    /** Adds the products of a channel and the output rows {@code [firstRow, endRow)}. */
    private void correlate(
            int c,
            int rows,
            int firstRow,
            int endRow,
            int from,
            float[] gradients,
            int gradient,
            int pitch,
            float[] sums) {
        WindowAxis vertical = geometry.rows();
        int kernelCols = geometry.cols().kernel();
        for (int p = 0; p < vertical.kernel(); p++) {
            int begin = Math.max(firstRow, OutputRange.begin(vertical, p));
            int end = Math.min(endRow, OutputRange.end(vertical, p));
            if (begin < end) {
                int line = p * vertical.dilation() - vertical.padBefore();
                kernels.correlateTaps(
                        rows,
                        kernelCols,
                        begin * rowSteps,
                        (end - begin) * rowSteps,
                        gradients,
                        gradient,
                        pitch,
                        outSteps,
                        x,
                        from + (c * inPixels + line * geometry.cols().in()) * width,
                        inSteps,
                        sums,
                        (c * vertical.kernel() + p) * kernelCols * kernels.partialSums(),
                        sumPitch);
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
        context.memory().returnScratch(scratch);
        context.memory().drop(partial);
    }
}
