package io.gabor.backend.cpu;

import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.Tensor;

/**
 * Dropout. The factors of some units are computed into a worker's scratch, then multiplied by vectors. In the layout CHWN the
 * scratch has those of a block of images, side by side as the images are; their numbers are those of the plain layout.
 */
final class CpuDropout implements DropoutOp {
    private static final String OP = "dropout";
    /** Units of a sample at a time: with the images of a block their factors fit the first-level cache. */
    private static final int TILE = 64;
    /** Units in a chunk of the plain layout. */
    private static final int CHUNK = 4096;
    /** About how many multiply-adds a unit's random number costs. */
    private static final int WORK = 8;

    private final CpuContext context;
    private final Kernels kernels;
    private final int units;
    private final int pixels;
    private final int features;
    private final int maxBatch;
    private final int width;
    private final long scratch;
    private final DropoutMask mask;
    private final WorkerPool.Task plain = this::plainChunk;
    private final WorkerPool.Task chwn = this::chwnTile;

    private boolean closed;
    private int count;
    private int step;
    private float[] x;
    private float[] y;

    CpuDropout(CpuContext context, int units, int pixels, DropoutSpec spec, int maxBatch) {
        this.context = context;
        this.units = units;
        this.pixels = pixels;
        this.maxBatch = maxBatch;
        kernels = context.kernels();
        features = Math.multiplyExact(units, pixels);
        mask = new DropoutMask(spec);
        width = context.memory().chwn().width();
        long factors = Math.max(CHUNK, (long) TILE * width);
        scratch = maxBatch % width == 0
                ? Math.max(factors, context.memory().chwn().scratchFloats(features))
                : factors;
        context.memory().reserveScratch(OP, scratch);
    }

    @Override
    public void apply(int n, Tensor counter, Tensor xs, Tensor ys) {
        Memory memory = context.memory();
        memory.requireOpen(OP);
        if (closed) {
            throw new IllegalStateException("dropout: this op has been closed");
        }
        Memory.range(OP, "n", n, 1, maxBatch);
        step = memory.ints(OP, "counter", counter, 1)[0];
        boolean inLanes = memory.fitsChwn(OP, "x", xs, n, features)
                && memory.fitsChwn(OP, "y", ys, n, features)
                && memory.isChwn(OP, "x", xs, features);
        int layout = inLanes ? features : 0;
        x = memory.floats(OP, "x", xs, (long) n * features, layout);
        y = memory.output(OP, "y", ys, (long) n * features, layout);
        long work = (long) n * (features + (long) WORK * units);
        if (inLanes) {
            context.pool().run(chwn, n / width * tiles(), work);
        } else {
            count = n * units;
            context.pool().run(plain, CpuContext.ceilDiv(count, CHUNK), work);
        }
    }

    private int tiles() {
        return CpuContext.ceilDiv(units, TILE);
    }

    private void plainChunk(int chunk, int worker) {
        float[] factors = context.memory().scratch(worker);
        int first = chunk * CHUNK;
        int n = Math.min(CHUNK, count - first);
        mask.fill(step, first, n, factors, 0, 1);
        if (pixels == 1) {
            kernels.multiply(n, x, first, factors, 0, y, first);
            return;
        }
        for (int u = 0; u < n; u++) {
            int at = (first + u) * pixels;
            kernels.scale(pixels, factors[u], x, at, y, at);
        }
    }

    private void chwnTile(int index, int worker) {
        float[] factors = context.memory().scratch(worker);
        int block = index / tiles();
        int first = index % tiles() * TILE;
        int n = Math.min(TILE, units - first);
        for (int lane = 0; lane < width; lane++) {
            mask.fill(step, (block * width + lane) * units + first, n, factors, lane, width);
        }
        int from = (block * features + first * pixels) * width;
        if (pixels == 1) {
            kernels.multiply(n * width, x, from, factors, 0, y, from);
            return;
        }
        for (int u = 0; u < n; u++) {
            for (int p = 0; p < pixels; p++) {
                int at = from + (u * pixels + p) * width;
                kernels.multiply(width, x, at, factors, u * width, y, at);
            }
        }
    }

    /** Returns 0: the factors are in the scratch that all ops share. */
    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.memory().returnScratch(scratch);
        }
    }
}
