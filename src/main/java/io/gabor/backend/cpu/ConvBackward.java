package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Runs;
import io.gabor.tensor.ConvGeometry;
import java.util.Arrays;

/**
 * The gradients of a convolution, for each group and a few images at a time, with {@code dz = dy · f'}:
 *
 * <pre>
 * dw[O×K]      += dz[O×T] · patches[K×T]ᵀ
 * dpatches[K×T] = w[O×K]ᵀ · dz[O×T], added to dx where the patches came from
 * db[O]        += the rows' sums of dz
 * </pre>
 *
 * <p>The batch is cut into slices, each with partial sums of dw and db of its own, which are added in the order of the
 * slices. Their number depends on the geometry and n alone, hence so do the bits. A slice is cut further into parts
 * of dw's columns and dx's channels, which changes no bit, so that a single image can occupy several threads.
 */
final class ConvBackward implements WorkerPool.Task {
    private static final String OP = "conv2d";
    private static final int MOST_SLICES = 16;
    /** Partial sums of dw take at most this many floats, unless two slices need more. */
    private static final long PARTIAL_FLOATS = 4 << 20;
    /** Chunks to aim at: a few for each of several threads. */
    private static final int CHUNKS = 8;
    /** Rows of dpatches at a time, in whole channels: so many of them stay in the second-level cache. */
    private static final int TILE_ROWS = 512;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final Bias bias;
    private final Function function;
    private final float slope;
    private final Patches patches;
    /** Of one image. */
    private final long multiplyAdds;

    private final int filters;
    private final int outPixels;
    private final int tapPitch;
    private final int partialSize;
    private final int biasSize;
    private final int channelTaps;
    private final int tileChannels;
    private final int[] gradientRows;
    private final Runs wholeRow;
    private final int gradientOffset;
    private final int inputGradientOffset;
    private final int panelOffset;
    private final int tileOffset;
    private final long scratch;
    private final float[] partialWeights;
    private final float[] partialBias;
    private final WorkerPool.Task reduction = this::reduce;

    private int n;
    private int slices;
    private int parts;
    private float[] x;
    private float[] w;
    private float[] y;
    private float[] dy;
    private float[] dw;
    private float[] db;
    private float[] dx;

    ConvBackward(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.context = context;
        this.geometry = geometry;
        kernels = context.kernels();
        bias = epilogue.bias();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        multiplyAdds = geometry.flops() / 2;
        int width = kernels.panelWidth();
        int outChannels = geometry.outChannels();
        filters = outChannels / geometry.groups();
        outPixels = geometry.rows().out() * geometry.cols().out();
        patches = new Patches(
                geometry,
                ImageGroups.size(outPixels, maxBatch, width),
                geometry.rows().out(),
                kernels);
        tapPitch = Math.multiplyExact(patches.tapRuns.length, width);
        partialSize = Math.multiplyExact(outChannels, tapPitch);
        biasSize = switch (bias) {
            case NONE -> 0;
            case PER_FILTER -> outChannels;
            case PER_PIXEL -> outChannels * outPixels;
        };

        channelTaps = geometry.rows().kernel() * geometry.cols().kernel();
        tileChannels = Math.min(geometry.inChannels() / geometry.groups(), Math.max(1, TILE_ROWS / channelTaps));
        gradientRows = new int[filters];
        for (int o = 0; o < filters; o++) {
            gradientRows[o] = o * patches.pixels;
        }
        int[] columns = new int[width];
        Arrays.setAll(columns, j -> j);
        wholeRow = Runs.of(columns, 0, width);

        gradientOffset = patches.size;
        inputGradientOffset = Math.addExact(
                gradientOffset,
                Math.addExact(Math.multiplyExact(outChannels, patches.pixels), width + kernels.slack()));
        panelOffset = Math.addExact(inputGradientOffset, patches.size);
        tileOffset = Math.addExact(
                panelOffset, Math.multiplyExact(Math.max(patches.pixels, filters), width) + kernels.slack());
        scratch = (long) tileOffset + (long) tileChannels * channelTaps * width + kernels.slack();
        context.memory().reserveScratch(OP, scratch);
        int most = slices(maxBatch);
        partialWeights = context.memory().workspace(OP, (long) most * partialSize);
        partialBias = context.memory().workspace(OP, (long) most * biasSize);
    }

    private int slices(int batch) {
        return (int) Math.min(batch, Math.max(2, Math.min(MOST_SLICES, PARTIAL_FLOATS / partialSize)));
    }

    /** Computes dw, db and dx; or dx alone, where {@code dws} is null: then {@code xs} is not read. */
    void run(int batch, float[] xs, float[] ws, float[] ys, float[] dys, float[] dws, float[] dbs, float[] dxs) {
        n = batch;
        x = xs;
        w = ws;
        y = ys;
        dy = dys;
        dw = dws;
        db = dbs;
        dx = dxs;
        slices = slices(batch);
        long work = 2 * multiplyAdds * batch;
        parts = slices >= CHUNKS || work < WorkerPool.PARALLEL_WORK ? 1 : CpuContext.ceilDiv(CHUNKS, slices);
        context.pool().run(this, slices * parts, work);
        if (dws != null) {
            context.pool().run(reduction, geometry.outChannels(), (long) slices * partialSize);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        int slice = chunk / parts;
        int part = chunk % parts;
        int end = (int) ((long) n * (slice + 1) / slices);
        boolean first = true;
        for (int image = (int) ((long) n * slice / slices); image < end; image += patches.images) {
            int images = Math.min(patches.images, end - image);
            float[] memory = context.memory().scratch(worker);
            differentiate(image, images, memory);
            if (dw != null) {
                patches.load(x, image, images, 0, memory, 0);
                if (part == 0) {
                    addBias(slice, images, first, memory);
                }
                addWeights(slice, part, images * outPixels, first, memory);
            }
            if (dx != null) {
                inputGradient(image, images, part, memory);
            }
            first = false;
        }
    }

    /** Writes dz[O×T]. */
    private void differentiate(int image, int images, float[] memory) {
        int outChannels = geometry.outChannels();
        for (int i = 0; i < images; i++) {
            int from = (image + i) * outChannels * outPixels;
            kernels.differentiate(
                    function,
                    slope,
                    outChannels,
                    outPixels,
                    y,
                    from,
                    outPixels,
                    dy,
                    from,
                    outPixels,
                    memory,
                    gradientOffset + i * outPixels,
                    patches.pixels);
        }
    }

    private void addBias(int slice, int images, boolean first, float[] memory) {
        int start = slice * biasSize;
        if (first) {
            Arrays.fill(partialBias, start, start + biasSize, 0f);
        }
        for (int o = 0; o < geometry.outChannels(); o++) {
            int row = gradientOffset + o * patches.pixels;
            switch (bias) {
                case NONE -> {}
                case PER_FILTER -> partialBias[start + o] += kernels.sum(images * outPixels, memory, row);
                case PER_PIXEL -> {
                    int sum = start + o * outPixels;
                    for (int i = 0; i < images; i++) {
                        kernels.add(outPixels, partialBias, sum, memory, row + i * outPixels, partialBias, sum);
                    }
                }
            }
        }
    }

    private void addWeights(int slice, int part, int pixels, boolean first, float[] memory) {
        int width = kernels.panelWidth();
        int panels = patches.tapRuns.length;
        int all = panels * geometry.groups();
        for (int index = share(all, part); index < share(all, part + 1); index++) {
            int group = index / panels;
            int panel = index % panels;
            kernels.copyRuns(
                    pixels,
                    patches.pixelOffset,
                    0,
                    patches.tapRuns[panel],
                    memory,
                    group * patches.groupStride,
                    memory,
                    panelOffset,
                    width);
            kernels.multiplyPanel(
                    filters,
                    pixels,
                    memory,
                    gradientOffset + group * filters * patches.pixels,
                    patches.pixels,
                    1,
                    memory,
                    panelOffset,
                    partialWeights,
                    slice * partialSize + group * filters * tapPitch + panel * width,
                    tapPitch,
                    !first);
        }
    }

    private void inputGradient(int image, int images, int part, float[] memory) {
        int width = kernels.panelWidth();
        int channels = geometry.inChannels() / geometry.groups();
        int firstChannel = share(channels, part);
        int endChannel = share(channels, part + 1);
        patches.clear(memory, inputGradientOffset, images, firstChannel, endChannel);
        for (int group = 0; group < geometry.groups(); group++) {
            for (int panel = 0; panel * width < images * outPixels; panel++) {
                kernels.copyRuns(
                        filters,
                        gradientRows,
                        0,
                        wholeRow,
                        memory,
                        gradientOffset + group * filters * patches.pixels + panel * width,
                        memory,
                        panelOffset,
                        width);
                for (int c = firstChannel; c < endChannel; c += tileChannels) {
                    int tap = c * channelTaps;
                    int rows = Math.min(tileChannels, endChannel - c) * channelTaps;
                    kernels.multiplyPanel(
                            rows,
                            filters,
                            w,
                            group * filters * patches.taps + tap,
                            1,
                            patches.taps,
                            memory,
                            panelOffset,
                            memory,
                            tileOffset,
                            width,
                            false);
                    kernels.addRuns(
                            rows,
                            channelTaps,
                            patches.tapOffset,
                            tap,
                            patches.pixelRuns[panel],
                            memory,
                            tileOffset,
                            width,
                            memory,
                            inputGradientOffset + group * patches.groupStride);
                }
            }
        }
        patches.store(memory, inputGradientOffset, images, firstChannel, endChannel, dx, image);
    }

    /** Returns where a part of {@code count} things begins. */
    private int share(int count, int part) {
        return (int) ((long) count * part / parts);
    }

    /** Adds up the slices of one filter. */
    private void reduce(int filter, int worker) {
        int taps = patches.taps;
        int to = filter * taps;
        System.arraycopy(partialWeights, filter * tapPitch, dw, to, taps);
        int biases = biasSize / geometry.outChannels();
        int bias0 = filter * biases;
        if (biases > 0) {
            System.arraycopy(partialBias, bias0, db, bias0, biases);
        }
        for (int slice = 1; slice < slices; slice++) {
            kernels.add(taps, dw, to, partialWeights, slice * partialSize + filter * tapPitch, dw, to);
            if (biases > 0) {
                kernels.add(biases, db, bias0, partialBias, slice * biasSize + bias0, db, bias0);
            }
        }
    }

    long workspaceBytes() {
        return 4L * (partialWeights.length + partialBias.length);
    }

    void close() {
        context.memory().returnScratch(scratch);
        context.memory().drop(partialWeights);
        context.memory().drop(partialBias);
    }
}
