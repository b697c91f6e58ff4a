package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.SquareKernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * The gradient of the input of a depthwise convolution with a {@link SquareKernel} of stride 2. Pixels of dx that one, two,
 * two and four taps reach alternate: they are computed in fours from the same pixels of dz ({@link SquareKernels#spread}). A
 * plane of dx ({@link LanePlanes}) is one chunk.
 *
 * <p>Under a padding of 1 that halves the extents exactly, the fours are dx as it is, and dz is read where it lies. Else there is one row and one column of fours more, and dx is cut out of their pixels.
 */
final class SpreadInputGradient implements InputGradient, WorkerPool.Task {
    private final CpuContext context;
    private final SquareKernels squares;
    private final Kernels kernels;
    private final ConvGeometry geometry;
    private final LanePlanes source;
    private final LanePlanes result;
    private final boolean plain;
    private final int width;
    /** Of one channel. */
    private final int filters;

    private final int rows;
    private final int cols;
    private final boolean halved;
    private final int rowFours;
    private final int colFours;
    private final PaddedRows padding;
    private final int paddedAt;
    private final int foursAt;
    private final int sourceRoom;
    private final int resultRoom;
    private final long scratch;

    private float[] w;
    private float[] dz;
    private float[] dx;

    SpreadInputGradient(CpuContext context, ConvGeometry geometry, boolean plain) {
        this.context = context;
        this.geometry = geometry;
        this.plain = plain;
        kernels = context.kernels();
        squares = kernels.squares();
        width = kernels.panelWidth();
        filters = geometry.outChannels() / geometry.inChannels();
        rows = geometry.rows().in();
        cols = geometry.cols().in();
        int outRows = geometry.rows().out();
        int outCols = geometry.cols().out();
        source = new LanePlanes(kernels, plain, geometry.outChannels(), outRows * outCols);
        result = new LanePlanes(kernels, plain, geometry.inChannels(), rows * cols);
        halved = halves(geometry.rows()) && halves(geometry.cols());
        int more = halved ? 0 : 1;
        rowFours = outRows + more;
        colFours = outCols + more;
        padding = new PaddedRows(width, outRows, outCols, more, colFours + 1);
        paddedAt = SquareKernel.TAPS * width;
        foursAt = Math.addExact(paddedAt, halved ? 0 : Math.multiplyExact(rowFours + 1, padding.pitch()));
        int foursFloats = Math.multiplyExact(4 * rowFours * colFours, width);
        sourceRoom = Math.addExact(foursAt, halved && filters == 1 ? 0 : foursFloats);
        resultRoom = Math.addExact(sourceRoom, plain ? source.planeFloats() : 0);
        scratch = (long) resultRoom + (plain ? result.planeFloats() : 0);
        context.memory().reserveScratch("conv2d", scratch);
    }

    private static boolean halves(WindowAxis axis) {
        return axis.padBefore() == 1 && axis.in() == 2 * axis.out();
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
            SquareKernel.weights(w, column * width, lanes, false, width, memory, 0);
            source.open(set, column, dz, memory, sourceRoom);
            spread(lanes, memory, sourceRoom, false, memory, resultRoom, memory);
            result.close(set, column, memory, resultRoom, dx);
            return;
        }
        for (int filter = column * filters; filter < (column + 1) * filters; filter++) {
            SquareKernel.weights(w, filter, 1, false, width, memory, 0);
            boolean add = filter > column * filters;
            spread(lanes, dz, source.first(set, filter), add, dx, result.first(set, column), memory);
        }
    }

    private void spread(int lanes, float[] gradient, int from, boolean add, float[] to, int at, float[] memory) {
        if (!halved) {
            padding.copy(gradient, from, -1, rowFours + 1, memory, paddedAt);
            int row = 2 * colFours * width;
            squares.spread(
                    lanes, rowFours, colFours, 0, memory, 0, memory, paddedAt, padding.pitch(), memory, foursAt, row);
            cut(memory, add, to, at);
        } else if (add) {
            halved(lanes, gradient, from, memory, foursAt, memory);
            kernels.add(result.planeFloats(), to, at, memory, foursAt, to, at);
        } else {
            halved(lanes, gradient, from, to, at, memory);
        }
    }

    private void halved(int lanes, float[] gradient, int from, float[] to, int at, float[] memory) {
        int edges = SquareKernels.RIGHT | SquareKernels.BOTTOM;
        int pitch = colFours * width;
        squares.spread(lanes, rowFours, colFours, edges, memory, 0, gradient, from, pitch, to, at, cols * width);
    }

    /** Cuts dx out of the fours. */
    private void cut(float[] memory, boolean add, float[] to, int at) {
        int above = geometry.rows().padBefore() + 1;
        int left = geometry.cols().padBefore() + 1;
        int reachedRows = Math.max(0, Math.min(rows, 2 * rowFours - above));
        int reached = Math.max(0, Math.min(cols, 2 * colFours - left)) * width;
        for (int i = 0; i < rows; i++) {
            int row = at + i * cols * width;
            int from = foursAt + ((i + above) * 2 * colFours + left) * width;
            if (i >= reachedRows) {
                Arrays.fill(to, row, row + (add ? 0 : cols * width), 0f);
            } else if (add) {
                kernels.add(reached, to, row, memory, from, to, row);
            } else {
                System.arraycopy(memory, from, to, row, reached);
                Arrays.fill(to, row + reached, row + cols * width, 0f);
            }
        }
    }

    @Override
    public void close() {
        context.memory().returnScratch(scratch);
    }
}
