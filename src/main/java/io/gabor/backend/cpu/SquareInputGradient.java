package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;

/**
 * The gradient of the input of a depthwise convolution with a {@link SquareKernel} of stride 1: again such a convolution, of
 * dz in a border of zeros with the kernel turned by half a turn. A plane of dx ({@link LanePlanes}) is one chunk.
 */
final class SquareInputGradient implements InputGradient, WorkerPool.Task {
    private final CpuContext context;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final LanePlanes source;
    private final LanePlanes result;
    private final boolean plain;
    private final int width;
    /** Of one channel. */
    private final int filters;

    private final SquarePlane plane;
    private final int planeAt;
    private final int sourceRoom;
    private final int resultRoom;
    private final long scratch;

    private float[] w;
    private float[] dz;
    private float[] dx;

    SquareInputGradient(CpuContext context, ConvGeometry geometry, boolean plain) {
        this.context = context;
        this.geometry = geometry;
        this.plain = plain;
        kernels = context.kernels();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.inChannels();
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        source = new LanePlanes(kernels, plain, geometry.outChannels(), rows.out() * cols.out());
        result = new LanePlanes(kernels, plain, geometry.inChannels(), rows.in() * cols.in());
        plane = SquarePlane.backward(kernels, geometry);
        planeAt = SquareKernel.TAPS * width;
        sourceRoom = Math.addExact(planeAt, plane.scratchFloats());
        resultRoom = Math.addExact(sourceRoom, plain ? source.planeFloats() : 0);
        scratch = (long) resultRoom + (plain || filters > 1 ? result.planeFloats() : 0);
        context.memory().reserveScratch("conv2d", scratch);
    }

    @Override
    public void run(int n, float[] dzs, float[] ws, float[] dxs) {
        dz = dzs;
        w = ws;
        dx = dxs;
        context.pool().run(this, result.sets(n) * result.columns(), geometry.flops() / 2 * n);
    }

    @Override
    public void run(int chunk, int worker) {
        float[] memory = context.memory().scratch(worker);
        int set = chunk / result.columns();
        int column = chunk % result.columns();
        int lanes = result.lanes(column);
        if (plain) {
            SquareKernel.weights(w, column * width, lanes, true, width, memory, 0);
            source.open(set, column, dz, memory, sourceRoom);
            plane.sums(lanes, memory, 0, memory, sourceRoom, memory, resultRoom, memory, planeAt);
            result.close(set, column, memory, resultRoom, dx);
            return;
        }
        int to = result.first(set, column);
        for (int filter = column * filters; filter < (column + 1) * filters; filter++) {
            SquareKernel.weights(w, filter, 1, true, width, memory, 0);
            int from = source.first(set, filter);
            if (filter == column * filters) {
                plane.sums(lanes, memory, 0, dz, from, dx, to, memory, planeAt);
            } else {
                plane.sums(lanes, memory, 0, dz, from, memory, resultRoom, memory, planeAt);
                kernels.add(result.planeFloats(), dx, to, memory, resultRoom, dx, to);
            }
        }
    }

    @Override
    public void close() {
        context.memory().returnScratch(scratch);
    }
}
