package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * The gradient of the weights of a depthwise convolution with a {@link SquareKernel}. A chunk is a column of planes
 * ({@link LanePlanes}) in a slice of the sets. Each plane's sums stay apart for each lane and are then added to those of the
 * slice, and the slices are added in their order. How many there are depends on the geometry and the batch alone, hence so
 * do the bits.
 */
final class SquareFilterGradient implements FilterGradient, WorkerPool.Task {
    /** Chunks to aim at: a few for each of several threads. */
    private static final int CHUNKS = 16;

    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final LanePlanes source;
    private final LanePlanes gradient;
    private final WorkerPool.Task reduction = this::reduce;
    private final boolean plain;
    private final int width;
    /** All of them. */
    private final int filters;

    private final SquarePlane plane;
    private final int sumFloats;
    private final int planeAt;
    private final int sourceRoom;
    private final int gradientRoom;
    private final long scratch;
    private final float[] partial;

    private int sets;
    private int slices;
    private float[] x;
    private float[] dz;
    private float[] dw;

    SquareFilterGradient(CpuContext context, ConvGeometry geometry, int maxBatch, boolean plain) {
        this.context = context;
        this.geometry = geometry;
        this.plain = plain;
        kernels = context.kernels();
        width = kernels.panelWidth();
        filters = geometry.outChannels();
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        source = new LanePlanes(kernels, plain, geometry.inChannels(), rows.in() * cols.in());
        gradient = new LanePlanes(kernels, plain, filters, rows.out() * cols.out());
        plane = SquarePlane.forward(kernels, geometry);
        sumFloats = SquareKernel.TAPS * width;
        planeAt = 2 * sumFloats;
        sourceRoom = Math.addExact(planeAt, plane.scratchFloats());
        gradientRoom = Math.addExact(sourceRoom, plain ? source.planeFloats() : 0);
        scratch = (long) gradientRoom + (plain ? gradient.planeFloats() : 0);
        context.memory().reserveScratch("conv2d", scratch);
        int most = slices(Math.max(1, gradient.sets(maxBatch)));
        partial = context.memory().workspace("conv2d", most == 1 ? 0 : (long) most * filters * SquareKernel.TAPS);
    }

    private int slices(int setCount) {
        return Math.min(setCount, CpuContext.ceilDiv(CHUNKS, gradient.columns()));
    }

    @Override
    public void run(int setCount, float[] xs, float[] dzs, float[] dws) {
        sets = setCount;
        x = xs;
        dz = dzs;
        dw = dws;
        slices = slices(setCount);
        long images = (long) setCount * (plain ? 1 : width);
        context.pool().run(this, gradient.columns() * slices, geometry.flops() / 2 * images);
        if (slices > 1) {
            context.pool().run(reduction, filters, (long) slices * filters * SquareKernel.TAPS);
        }
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int column = chunk % gradient.columns();
        int slice = chunk / gradient.columns();
        Arrays.fill(memory, 0, sumFloats, 0f);
        int end = (int) ((long) sets * (slice + 1) / slices);
        for (int set = (int) ((long) sets * slice / slices); set < end; set++) {
            Arrays.fill(memory, sumFloats, 2 * sumFloats, 0f);
            add(set, column, memory);
            kernels.add(sumFloats, memory, 0, memory, sumFloats, memory, 0);
        }
        float[] to = slices == 1 ? dw : partial;
        int first = slice * filters + (plain ? column * width : column);
        if (plain) {
            kernels.transpose(
                    SquareKernel.TAPS,
                    gradient.lanes(column),
                    memory,
                    0,
                    width,
                    to,
                    first * SquareKernel.TAPS,
                    SquareKernel.TAPS);
        } else {
            for (int t = 0; t < SquareKernel.TAPS; t++) {
                to[first * SquareKernel.TAPS + t] = kernels.sum(width, memory, t * width);
            }
        }
    }

    /** Computes the sums of a plane. */
    private void add(int set, int column, float[] memory) {
        int lanes = gradient.lanes(column);
        if (plain) {
            source.open(set, column, x, memory, sourceRoom);
            gradient.open(set, column, dz, memory, gradientRoom);
            plane.gradients(lanes, memory, sourceRoom, memory, gradientRoom, memory, sumFloats, memory, planeAt);
        } else {
            int from = source.first(set, column / (filters / geometry.inChannels()));
            plane.gradients(lanes, x, from, dz, gradient.first(set, column), memory, sumFloats, memory, planeAt);
        }
    }

    /** Adds up the slices of one filter. */
    private void reduce(int filter, int worker) {
        int taps = SquareKernel.TAPS;
        int at = filter * taps;
        System.arraycopy(partial, at, dw, at, taps);
        for (int slice = 1; slice < slices; slice++) {
            kernels.add(taps, dw, at, partial, slice * filters * taps + at, dw, at);
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
