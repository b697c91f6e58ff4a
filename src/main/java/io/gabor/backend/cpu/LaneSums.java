package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * The gradient of a convolution's weights, image by image in the lanes: what first layers take, whose few channels would
 * fill no vector. {@link TapProducts} is faster for all others.
 *
 * <p>A chunk is a few filters and a slice of the blocks. Sums are kept as vectors, one lane an image, and their lanes are
 * added when a slice is through; then the slices are added in their order. How many there are depends on the geometry and
 * the batch alone, hence so do the bits.
 */
final class LaneSums implements FilterGradient, WorkerPool.Task {
    /** Filters in a chunk: the height of the largest tile. */
    private static final int ROWS = 4;
    /** Chunks to aim at: a few for each of several threads. */
    private static final int CHUNKS = 16;
    /** The gradients of a chunk's filters and a band of pixels take at most this many floats: half of a first-level cache. */
    private static final int BAND_FLOATS = 6144;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    /** Of one image. */
    private final long multiplyAdds;

    private final TapGroup[] tapGroups;
    private final WorkerPool.Task reduction = this::reduce;
    private final int width;
    private final int filters;
    private final int channels;
    private final int taps;
    private final int inPixels;
    private final int outPixels;
    private final int tiles;
    private final int sumPitch;
    private final int band;
    /** Whether neighbouring output pixels read neighbouring input pixels. */
    private final boolean dense;

    private final long scratch;
    private final float[] partialWeights;

    private int blocks;
    private int slices;
    private float[] x;
    private float[] dz;
    private float[] dw;

    /** Taps that read inside the image under the same pixels: those pixels, and the taps' columns of dw. */
    private record TapGroup(int rowBegin, int rowEnd, int colBegin, int colEnd, int[] columns, int[] weights) {}

    LaneSums(CpuContext context, ConvGeometry geometry, int maxBatch) {
        this.context = context;
        this.geometry = geometry;
        multiplyAdds = geometry.flops() / 2;
        kernels = context.kernels();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        taps = geometry.fanIn();
        inPixels = geometry.rows().in() * geometry.cols().in();
        outPixels = geometry.rows().out() * geometry.cols().out();
        tiles = CpuContext.ceilDiv(filters, ROWS);
        tapGroups = tapGroups();
        dense = geometry.cols().stride() == 1;
        sumPitch = Math.multiplyExact(taps, kernels.partialSums());
        band = Math.max(1, BAND_FLOATS / (ROWS * width));
        scratch = (long) ROWS * sumPitch + kernels.partialSums() + taps;
        context.memory().reserveScratch("conv2d", scratch);
        int most = slices(Math.max(1, maxBatch / width));
        int weights = geometry.outChannels() * taps;
        partialWeights = context.memory().workspace("conv2d", most == 1 ? 0 : (long) most * weights);
    }

    private int slices(int blockCount) {
        return Math.min(blockCount, CpuContext.ceilDiv(CHUNKS, geometry.groups() * tiles));
    }

    /** One group of taps for each pair of a range of rows and a range of columns; just one without padding. */
    private TapGroup[] tapGroups() {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        int kernelTaps = rows.kernel() * cols.kernel();
        boolean[] grouped = new boolean[kernelTaps];
        TapGroup[] groups = new TapGroup[kernelTaps];
        int count = 0;
        for (int first = 0; first < kernelTaps; first++) {
            if (grouped[first]) {
                continue;
            }
            int p = first / cols.kernel();
            int q = first % cols.kernel();
            int[] columns = new int[taps];
            int[] weights = new int[taps];
            int found = 0;
            for (int c = 0; c < channels; c++) {
                for (int tap = first; tap < kernelTaps; tap++) {
                    int p2 = tap / cols.kernel();
                    int q2 = tap % cols.kernel();
                    if (sameRange(rows, p, p2) && sameRange(cols, q, q2)) {
                        grouped[tap] = true;
                        weights[found] = c * kernelTaps + tap;
                        columns[found++] =
                                (c * inPixels + p2 * rows.dilation() * cols.in() + q2 * cols.dilation()) * width;
                    }
                }
            }
            groups[count++] = new TapGroup(
                    OutputRange.begin(rows, p),
                    OutputRange.end(rows, p),
                    OutputRange.begin(cols, q),
                    OutputRange.end(cols, q),
                    Arrays.copyOf(columns, found),
                    Arrays.copyOf(weights, found));
        }
        return Arrays.copyOf(groups, count);
    }

    private static boolean sameRange(WindowAxis axis, int tap, int other) {
        return OutputRange.begin(axis, tap) == OutputRange.begin(axis, other)
                && OutputRange.end(axis, tap) == OutputRange.end(axis, other);
    }

    @Override
    public void run(int blockCount, float[] xs, float[] dzs, float[] dws) {
        blocks = blockCount;
        x = xs;
        dz = dzs;
        dw = dws;
        slices = slices(blockCount);
        long work = multiplyAdds * blockCount * width;
        context.pool().run(this, geometry.groups() * tiles * slices, work);
        if (slices > 1) {
            context.pool().run(reduction, geometry.outChannels(), (long) slices * geometry.outChannels() * taps);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int tile = chunk % tiles;
        int group = chunk / tiles % geometry.groups();
        int slice = chunk / tiles / geometry.groups();
        int filter = group * filters + tile * ROWS;
        int rows = Math.min(ROWS, filters - tile * ROWS);
        int firstBlock = blocks * slice / slices;
        int endBlock = blocks * (slice + 1) / slices;
        Arrays.fill(memory, 0, rows * sumPitch, 0f);
        for (int block = firstBlock; block < endBlock; block++) {
            int xOffset = (block * geometry.inChannels() + group * channels) * inPixels * width;
            int dzOffset = (block * geometry.outChannels() + filter) * outPixels * width;
            int column = 0;
            for (TapGroup tapGroup : tapGroups) {
                correlate(tapGroup, rows, xOffset, dzOffset, memory, column);
                column += tapGroup.columns.length;
            }
        }
        finishWeights(slice, filter, rows, memory);
    }

    /** Goes through the pixels in bands: a few rows, or a part of one. */
    private void correlate(TapGroup group, int rows, int xOffset, int dzOffset, float[] memory, int column) {
        int cols = group.colEnd - group.colBegin;
        if (cols <= 0) {
            return;
        }
        int bandCols = Math.min(cols, band);
        int bandRows = dense ? Math.max(1, band / cols) : 1;
        for (int i = group.rowBegin; i < group.rowEnd; i += bandRows) {
            for (int j = group.colBegin; j < group.colEnd; j += bandCols) {
                int height = Math.min(bandRows, group.rowEnd - i);
                int length = Math.min(bandCols, group.colEnd - j);
                kernels.correlate(
                        rows,
                        0,
                        group.columns.length,
                        dense ? height : length,
                        dense ? length * width : width,
                        dz,
                        dzOffset + (i * geometry.cols().out() + j) * width,
                        outPixels * width,
                        dense ? geometry.cols().out() * width : width,
                        x,
                        xOffset + source(i, j),
                        group.columns,
                        dense
                                ? geometry.rows().stride() * geometry.cols().in() * width
                                : geometry.cols().stride() * width,
                        memory,
                        column * kernels.partialSums(),
                        sumPitch);
            }
        }
    }

    /** Returns where tap (0,0) under output pixel (i,j) is. */
    private int source(int i, int j) {
        int h = i * geometry.rows().stride() - geometry.rows().padBefore();
        int v = j * geometry.cols().stride() - geometry.cols().padBefore();
        return (h * geometry.cols().in() + v) * width;
    }

    private void finishWeights(int slice, int filter, int rows, float[] memory) {
        float[] to = slices == 1 ? dw : partialWeights;
        int offset = slice * geometry.outChannels() * taps;
        int row = rows * sumPitch;
        for (int r = 0; r < rows; r++) {
            kernels.addPartialSums(taps, memory, r * sumPitch, memory, row);
            int start = offset + (filter + r) * taps;
            int column = row;
            for (TapGroup group : tapGroups) {
                for (int weight : group.weights) {
                    to[start + weight] = memory[column++];
                }
            }
        }
    }

    /** Adds up the slices of one filter. */
    private void reduce(int filter, int worker) {
        int at = filter * taps;
        System.arraycopy(partialWeights, at, dw, at, taps);
        for (int slice = 1; slice < slices; slice++) {
            int weights = slice * geometry.outChannels() * taps;
            kernels.add(taps, dw, at, partialWeights, weights + at, dw, at);
        }
    }

    @Override
    public long workspaceBytes() {
        return 4L * partialWeights.length;
    }

    @Override
    public void close() {
        context.memory().returnScratch(scratch);
        context.memory().drop(partialWeights);
    }
}
