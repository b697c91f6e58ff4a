package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import java.util.Arrays;

/**
 * The gradient of a pointwise convolution's weights in the layout CHWN: sums of products of rows of dz and x, which lie
 * there as they are, in the lanes.
 *
 * <p>A chunk is a part of the filters of a group and a slice of the pixels of all blocks. It goes through its pixels in
 * strips, and copies both rows of each to where they lie close together; see {@link PointwiseStrips} for why. Sums are kept as
 * vectors, and their lanes are added when a slice is through; then the slices are added in their order. How many there are
 * depends on the geometry and the batch alone, hence so do the bits.
 */
final class PointwiseFilterGradient implements FilterGradient, WorkerPool.Task {
    /** The sums of a chunk take at most about this many floats: half of a second-level cache. */
    private static final int SUM_FLOATS = 131_072;
    /** A strip's values of x and dz take at most about this many floats. */
    private static final int STRIP_FLOATS = 196_608;

    private static final int MOST_PIXELS = 64;
    /** Chunks to aim at: a few for each of several threads. */
    private static final int CHUNKS = 16;
    /** A slice with fewer terms for each of its sums takes more time to clear those and to add them up than to compute. */
    private static final int FEWEST_TERMS = 128;
    /** A sum of more terms than this is cut into slices, so that its rounding error stays small. */
    private static final int MOST_TERMS = 8192;
    /** Parts of filters are whole tiles. */
    private static final int TILE = 4;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final WorkerPool.Task reduction = this::reduce;
    private final int width;
    private final int filters;
    private final int channels;
    private final int pixels;
    /** Of one image. */
    private final long multiplyAdds;

    private final int partFilters;
    private final int parts;
    private final int strip;
    private final int strips;
    private final int pitch;
    private final int[] columns;
    private final int gradientOffset;
    private final int sumsOffset;
    private final int sumsPitch;
    private final long scratch;
    private final float[] partial;

    private int blocks;
    private int slices;
    private float[] x;
    private float[] dz;
    private float[] dw;

    PointwiseFilterGradient(CpuContext context, ConvGeometry geometry, int maxBatch) {
        this.context = context;
        this.geometry = geometry;
        kernels = context.kernels();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.groups();
        channels = geometry.inChannels() / geometry.groups();
        pixels = geometry.rows().out() * geometry.cols().out();
        multiplyAdds = geometry.flops() / 2;
        sumsPitch = Math.multiplyExact(channels, kernels.partialSums());
        int most = Math.max(1, SUM_FLOATS / sumsPitch / TILE) * TILE;
        partFilters = CpuContext.ceilDiv(CpuContext.ceilDiv(filters, CpuContext.ceilDiv(filters, most)), TILE) * TILE;
        parts = CpuContext.ceilDiv(filters, partFilters);
        int fitting = Math.max(1, Math.min(MOST_PIXELS, STRIP_FLOATS / width / (partFilters + channels)));
        strip = CpuContext.ceilDiv(pixels, CpuContext.ceilDiv(pixels, fitting));
        strips = CpuContext.ceilDiv(pixels, strip);
        pitch = (strip + 1) * width;
        columns = new int[channels];
        Arrays.setAll(columns, c -> c * pitch);
        gradientOffset = Math.multiplyExact(channels, pitch);
        sumsOffset = Math.addExact(gradientOffset, Math.multiplyExact(partFilters, pitch));
        scratch = (long) sumsOffset + (long) partFilters * sumsPitch;
        context.memory().reserveScratch("conv2d", scratch);
        int mostSlices = slices(Math.max(1, maxBatch / width));
        long weights = (long) geometry.outChannels() * channels;
        partial = context.memory().workspace("conv2d", mostSlices == 1 ? 0 : mostSlices * weights);
    }

    private int slices(int blockCount) {
        long terms = (long) blockCount * pixels * width / kernels.partialSums();
        long slicesForTerms = (terms - 1) / MOST_TERMS + 1;
        long slicesForThreads =
                Math.min(CpuContext.ceilDiv(CHUNKS, geometry.groups() * parts), (terms - 1) / FEWEST_TERMS + 1);
        return (int) Math.min((long) blockCount * strips, Math.max(slicesForThreads, slicesForTerms));
    }

    @Override
    public void run(int blockCount, float[] xs, float[] dzs, float[] dws) {
        blocks = blockCount;
        x = xs;
        dz = dzs;
        dw = dws;
        slices = slices(blockCount);
        context.pool().run(this, geometry.groups() * parts * slices, multiplyAdds * blockCount * width);
        if (slices > 1) {
            int weights = geometry.outChannels() * channels;
            context.pool().run(reduction, geometry.outChannels(), (long) slices * weights);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int part = chunk % parts;
        int group = chunk / parts % geometry.groups();
        int slice = chunk / parts / geometry.groups();
        int first = part * partFilters;
        int rows = Math.min(partFilters, filters - first);
        Arrays.fill(memory, sumsOffset, sumsOffset + rows * sumsPitch, 0f);
        int end = (int) ((long) blocks * strips * (slice + 1) / slices);
        for (int index = (int) ((long) blocks * strips * slice / slices); index < end; index++) {
            int block = index / strips;
            int pixel = index % strips * strip;
            int run = Math.min(strip, pixels - pixel) * width;
            int channel = block * geometry.inChannels() + group * channels;
            copy(channels, run, x, (channel * pixels + pixel) * width, memory, 0);
            int filter = block * geometry.outChannels() + group * filters + first;
            copy(rows, run, dz, (filter * pixels + pixel) * width, memory, gradientOffset);
            kernels.correlate(
                    rows,
                    0,
                    channels,
                    1,
                    run,
                    memory,
                    gradientOffset,
                    pitch,
                    0,
                    memory,
                    0,
                    columns,
                    0,
                    memory,
                    sumsOffset,
                    sumsPitch);
        }
        float[] to = slices == 1 ? dw : partial;
        int at = (slice * geometry.outChannels() + group * filters + first) * channels;
        kernels.addPartialSums(rows * channels, memory, sumsOffset, to, at);
    }

    private void copy(int rows, int run, float[] source, int from, float[] memory, int to) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(source, from + r * pixels * width, memory, to + r * pitch, run);
        }
    }

    /** Adds up the slices of one filter. */
    private void reduce(int filter, int worker) {
        int at = filter * channels;
        System.arraycopy(partial, at, dw, at, channels);
        for (int slice = 1; slice < slices; slice++) {
            kernels.add(channels, dw, at, partial, slice * geometry.outChannels() * channels + at, dw, at);
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
