package io.gabor.backend.cpu;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.Ties;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * A convolution with bias, activation and 2×2 max pooling in one, in the layout CHWN. Two rows of the convolution are
 * computed into a cache, and only their maxima leave it:
 *
 * <pre>
 * forward    y = f(max over the window of x ∗ w, + b)       since f never falls, that is the largest f(x ∗ w + b)
 * backward   dz = dy · f'(y) where the maximum was, else 0
 * </pre>
 *
 * <p>The convolution's own output, four times as large as y, is never written to memory, nor read in the backward pass. Where
 * nobody asks for dx, as in a net's first layer, neither is dz if dw can be computed from a few of its rows at a time.
 */
final class ChwnConvPool implements ConvPasses, WorkerPool.Task, RowSums.Rows {
    private final CpuContext context;
    private final Kernels kernels;
    /** One of the two computes the convolution, and the first one the pooling as well; the other is null. */
    private final WinogradForward winograd;

    private final ChwnForward conv;
    private final ChwnBackward backward;
    private final WorkerPool.Task spreading = this::spread;
    private final Function function;
    private final float slope;
    private final boolean biased;
    private final int width;
    private final int groups;
    private final int filters;
    private final int outRows;
    private final int outCols;
    private final int outPixels;
    private final long multiplyAdds;
    private final long scratch;
    /** Null where dz has to be an array. */
    private final RowSums rowSums;

    private final long rowsScratch;
    /** Which of the window's four values was the largest, 0 to 3 in reading order, laid out as y. */
    private final float[] winners;
    /** Of each plane of y, the sum of its gradients. */
    private final float[] planeSums;

    private float[] b;
    private float[] y;
    private float[] dy;
    private float[] dz;

    /** Returns whether this computes a convolution and the pooling behind it, exactly and with profit. */
    static boolean suits(ConvGeometry geometry, Epilogue epilogue, PoolGeometry pool, Ties ties) {
        return ties == Ties.FIRST
                && epilogue.bias() != Bias.PER_PIXEL
                && switch (epilogue.activation().kind()) {
                    case IDENTITY, RELU -> true;
                    // Two different sums may have one value of these: then the first of them is the maximum.
                    case LEAKY_RELU, SIGMOID, TANH -> false;
                }
                && halves(pool.rows(), geometry.rows().out())
                && halves(pool.cols(), geometry.cols().out());
    }

    private static boolean halves(WindowAxis axis, int in) {
        return axis.kernel() == 2 && axis.stride() == 2 && axis.padBefore() == 0 && 2 * axis.out() == in;
    }

    ChwnConvPool(CpuContext context, ConvGeometry geometry, Epilogue epilogue, int maxBatch) {
        this.context = context;
        kernels = context.kernels();
        width = kernels.panelWidth();
        function = CpuContext.function(epilogue.activation());
        slope = epilogue.activation().slope();
        biased = epilogue.bias() != Bias.NONE;
        groups = geometry.groups();
        filters = geometry.outChannels() / groups;
        outRows = geometry.rows().out() / 2;
        outCols = geometry.cols().out() / 2;
        outPixels = outRows * outCols;
        multiplyAdds = geometry.flops() / 2;
        backward = new ChwnBackward(context, geometry, epilogue, maxBatch, true);
        scratch = Math.max((long) filters * 4 * outCols * width, (long) outPixels * width + kernels.partialSums());
        context.memory().reserveScratch("conv2d", scratch);
        rowSums = backward.rowSums();
        rowsScratch = rowSums == null ? 0 : rowSums.rowsScratch(this);
        context.memory().reserveScratch("conv2d", rowsScratch);
        winners = context.memory().workspace("conv2d", (long) maxBatch * geometry.outChannels() * outPixels);
        boolean fast = WinogradForward.suits(geometry, epilogue);
        winograd = fast ? new WinogradForward(context, geometry, epilogue, winners) : null;
        conv = fast ? null : new ChwnForward(context, geometry, epilogue);
        planeSums = context.memory().workspace("conv2d", biased ? maxBatch / width * geometry.outChannels() : 0);
    }

    @Override
    public void forward(int n, float[] x, float[] w, float[] bs, float[] ys) {
        if (winograd != null) {
            winograd.run(n, x, w, bs, ys);
            return;
        }
        b = bs;
        y = ys;
        conv.begin(x, w);
        context.pool().run(this, n / width * outRows, multiplyAdds * n);
    }

    /** One row of y's pixels. */
    @Override
    public void run(int chunk, int worker) {
        float[] tile = context.memory().scratch(worker);
        int block = chunk / outRows;
        int row = chunk % outRows;
        int line = 2 * outCols * width;
        for (int group = 0; group < groups; group++) {
            conv.row(block, group, 2 * row, tile, 0, 2 * line);
            conv.row(block, group, 2 * row + 1, tile, line, 2 * line);
            int filter = group * filters;
            int to = ((block * groups * filters + filter) * outPixels + row * outCols) * width;
            for (int o = 0; o < filters; o++) {
                int top = o * 2 * line;
                int at = to + o * outPixels * width;
                kernels.maxPool2x2Lanes(outCols, tile, top, top + line, y, at, winners, at);
            }
            int pitch = outPixels * width;
            kernels.finish(
                    function,
                    slope,
                    filters,
                    outCols * width,
                    y,
                    to,
                    pitch,
                    biased ? b : null,
                    filter,
                    1,
                    0,
                    y,
                    to,
                    pitch);
        }
    }

    @Override
    public void backward(int n, float[] x, float[] w, float[] ys, float[] dys, float[] dw, float[] db, float[] dx) {
        y = ys;
        dy = dys;
        if (dx == null && rowSums != null) {
            rowSums.run(n / width, x, this, dw);
            if (biased) {
                sumPlanes(n / width, db);
            }
            return;
        }
        dz = backward.buffer();
        int planes = n / width * groups * filters;
        context.pool().run(spreading, planes, 4L * WorkerPool.TOUCH * planes * outPixels * width);
        if (biased) {
            sumPlanes(n / width, db);
        }
        backward.gradients(n, x, w, dz, dw, dx);
    }

    /** One plane of dz. */
    private void spread(int plane, int worker) {
        float[] gradient = context.memory().scratch(worker);
        int line = outCols * width;
        int size = outRows * line;
        int from = plane * size;
        kernels.differentiate(function, slope, 1, size, y, from, 0, dy, from, 0, gradient, 0, 0);
        for (int row = 0; row < outRows; row++) {
            int at = row * line;
            int top = 4 * (from + at);
            kernels.unpool2x2Lanes(outCols, gradient, at, winners, from + at, dz, top, top + 2 * line);
        }
        if (biased) {
            Arrays.fill(gradient, size, size + kernels.partialSums(), 0f);
            kernels.sumUp(size, gradient, 0, gradient, size);
            kernels.addPartialSums(1, gradient, size, planeSums, plane);
        }
    }

    @Override
    public int roomFloats() {
        return outCols * width + kernels.partialSums();
    }

    @Override
    public void write(int plane, int first, int end, float[] memory, int at, int room) {
        int line = outCols * width;
        int sums = room + line;
        if (first == 0) {
            Arrays.fill(memory, sums, sums + kernels.partialSums(), 0f);
        }
        for (int row = first / 2; row < end / 2; row++) {
            int from = (plane * outRows + row) * line;
            kernels.differentiate(function, slope, 1, line, y, from, 0, dy, from, 0, memory, room, 0);
            int top = at + 2 * (2 * row - first) * line;
            kernels.unpool2x2Lanes(outCols, memory, room, winners, from, memory, top, top + 2 * line);
            kernels.sumUp(line, memory, room, memory, sums);
        }
        if (biased && end == 2 * outRows) {
            kernels.addPartialSums(1, memory, sums, planeSums, plane);
        }
    }

    /** {@code db}, from the sums of y's planes: all that a window's gradient is spread to is that gradient and zeros. */
    private void sumPlanes(int blocks, float[] db) {
        int channels = groups * filters;
        System.arraycopy(planeSums, 0, db, 0, channels);
        for (int block = 1; block < blocks; block++) {
            kernels.add(channels, db, 0, planeSums, block * channels, db, 0);
        }
    }

    @Override
    public long workspaceBytes() {
        return backward.workspaceBytes() + 4L * (winners.length + planeSums.length);
    }

    @Override
    public void close() {
        if (winograd != null) {
            winograd.close();
        } else {
            conv.close();
        }
        backward.close();
        context.memory().drop(winners);
        context.memory().drop(planeSums);
        context.memory().returnScratch(scratch);
        context.memory().returnScratch(rowsScratch);
    }
}
