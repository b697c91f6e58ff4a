package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Winograd;
import io.gabor.backend.cpu.simd.WinogradTransforms;

/**
 * A kernel's weights at the points, {@code U = G·w·Gᵀ}, packed for {@link Kernels#multiplyTiles}: first the weights of each
 * tap are packed, then whole vectors of packed weights are transformed.
 */
final class WinogradWeights {
    private static final int TAPS = Winograd.TAPS * Winograd.TAPS;
    /** Weights transformed at a time: their intermediate values fill a part of the second-level cache. */
    private static final int RUN = 1024;

    private final CpuContext context;
    private final WinogradTransforms transforms;
    private final int rows;
    private final int inner;
    private final boolean turned;
    private final int[] heights;
    /** Floats of one point's weights, in whole vectors. */
    final int pitch;

    private final WorkerPool.Task packing = this::pack;
    private final WorkerPool.Task transformation = this::transform;

    private float[] w;
    private int offset;

    /**
     * Plans.
     *
     * @param rows features of the result
     * @param inner features of the source
     * @param turned whether a weight's features are (source, result) and its taps in reverse, as the input's gradient takes
     *     them; else (result, source)
     */
    WinogradWeights(CpuContext context, int rows, int inner, boolean turned) {
        this.context = context;
        this.rows = rows;
        this.inner = inner;
        this.turned = turned;
        transforms = context.kernels().winograd();
        heights = context.kernels().tiling(rows);
        int width = context.kernels().panelWidth();
        pitch = Math.multiplyExact(CpuContext.ceilDiv(Math.multiplyExact(rows, inner), width), width);
    }

    /** Returns how many floats of the shared array this takes. */
    long sharedFloats() {
        return (long) (WinogradTiles.POINTS + TAPS) * pitch;
    }

    /** Returns how many floats of a worker's scratch this takes. */
    long scratchFloats() {
        return (long) Winograd.POINTS * Winograd.TAPS * RUN;
    }

    /** Leaves the packed weights of point k at {@code sharedOffset + k·pitch} of the shared array. */
    void prepare(float[] ws, int sharedOffset) {
        w = ws;
        offset = sharedOffset;
        context.pool().run(packing, heights.length, (long) WorkerPool.MOVE * TAPS * pitch);
        context.pool().run(transformation, CpuContext.ceilDiv(pitch, RUN), (long) WinogradTiles.POINTS * pitch);
    }

    private int taps() {
        return offset + WinogradTiles.POINTS * pitch;
    }

    /** Packs the rows of one tile. */
    private void pack(int tile, int worker) {
        float[] packed = context.memory().shared();
        int row = 0;
        for (int t = 0; t < tile; t++) {
            row += heights[t];
        }
        int height = heights[tile];
        for (int i = 0; i < height; i++) {
            for (int c = 0; c < inner; c++) {
                int from = (turned ? c * rows + row + i : (row + i) * inner + c) * TAPS;
                int to = taps() + row * inner + c * height + i;
                for (int tap = 0; tap < TAPS; tap++) {
                    packed[to + tap * pitch] = w[from + (turned ? TAPS - 1 - tap : tap)];
                }
            }
        }
    }

    private void transform(int chunk, int worker) {
        float[] packed = context.memory().shared();
        float[] scratch = context.memory().scratch(worker);
        int first = chunk * RUN;
        int n = Math.min(RUN, pitch - first);
        for (int q = 0; q < Winograd.TAPS; q++) {
            int from = taps() + q * pitch + first;
            transforms.weights(n, packed, from, Winograd.TAPS * pitch, scratch, q * RUN, Winograd.TAPS * RUN);
        }
        for (int k = 0; k < Winograd.POINTS; k++) {
            int to = offset + k * Winograd.POINTS * pitch + first;
            transforms.weights(n, scratch, k * Winograd.TAPS * RUN, RUN, packed, to, pitch);
        }
    }
}
