package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Winograd;
import io.gabor.backend.cpu.simd.WinogradTransforms;
import io.gabor.tensor.ConvGeometry;

/**
 * The gradient of a 3×3 kernel's weights by Winograd's method, the transpose of {@link WinogradProduct}:
 *
 * <pre>
 * V[f, c]     = Bᵀ·x[c]·B                  for each point f of 36 and channel c, 6×6 inputs to a tile
 * Z[f, o]     = A·dz[o]·Aᵀ                 for each filter o, 4×4 outputs to a tile
 * dU[f, o, c] = Σ over tiles and images of Z[f, o] · V[f, c]
 * dw[o, c]    = Gᵀ·dU[o, c]·G
 * </pre>
 *
 * <p>The sum is over images, which are in the lanes, so V and Z are transposed on the way: then lanes are channels, and dU is
 * matrix products. The tiles are cut into slices whose V and Z stay in the third-level cache; the slices are added in their
 * order. Within a slice a chunk is one point and a panel of channels.
 */
final class WinogradFilterGradient implements FilterGradient, WorkerPool.Task {
    private static final int POINTS = WinogradTiles.POINTS;
    private static final int TAPS = Winograd.TAPS * Winograd.TAPS;
    /** V and Z of a slice take at most about this many floats. */
    private static final int SLICE_FLOATS = 5_000_000;
    /** Terms of one sum at a time: V and Z of so many and one panel each stay in the first-level cache. */
    private static final int DEPTH_FLOATS = 2048;
    /** Weights transformed at a time. */
    private static final int WEIGHTS = 1024;

    private final CpuContext context;
    private final Kernels kernels;
    private final WinogradTransforms transforms;
    private final WinogradTiles tiles;
    private final WorkerPool.Task transformation = this::transform;
    private final WorkerPool.Task finishing = this::finish;
    private final int width;
    private final int filters;
    private final int channels;
    private final int inPixels;
    private final int outPixels;
    private final int rowTiles;
    private final int blockTiles;
    private final int sliceTiles;
    /** Panels of channels and of filters: a panel is as wide as a block of images. */
    private final int channelPanels;

    private final int filterPanels;
    /** From one panel to the next of V and Z. */
    private final int panelPitch;
    /** From one point to the next of dU. */
    private final int uPitch;
    /** From one point to the next of the tiles that are about to be transposed. */
    private final int roomPitch;

    private final int vOffset;
    private final int zOffset;
    private final int uOffset;
    /** Of one image. */
    private final long multiplyAdds;

    private final long shared;
    private final long scratch;

    private int firstTile;
    private int endTile;
    private float[] x;
    private float[] dz;
    private float[] dw;
    private float[] memory;

    /**
     * Plans.
     *
     * @param sharedOffset from where on the shared array is free for this
     */
    WinogradFilterGradient(CpuContext context, ConvGeometry geometry, int maxBatch, int sharedOffset) {
        this.context = context;
        kernels = context.kernels();
        transforms = kernels.winograd();
        width = kernels.panelWidth();
        filters = geometry.outChannels();
        channels = geometry.inChannels();
        inPixels = geometry.rows().in() * geometry.cols().in();
        outPixels = geometry.rows().out() * geometry.cols().out();
        multiplyAdds = geometry.flops() / 2;
        tiles = new WinogradTiles(
                kernels, WinogradAxis.forward(geometry.rows()), WinogradAxis.forward(geometry.cols()));
        rowTiles = tiles.horizontal.tiles();
        blockTiles = tiles.vertical.tiles() * rowTiles;
        channelPanels = CpuContext.ceilDiv(channels, width);
        filterPanels = CpuContext.ceilDiv(filters, width);
        long tileFloats = (long) POINTS * (channelPanels + filterPanels) * width * width;
        sliceTiles = (int) Math.min(maxBatch / width * (long) blockTiles, Math.max(1, SLICE_FLOATS / tileFloats));
        panelPitch = Math.multiplyExact(sliceTiles, width * width);
        uPitch = Math.multiplyExact(filters, channelPanels * width);
        vOffset = sharedOffset;
        zOffset = Math.addExact(vOffset, Math.multiplyExact(POINTS * channelPanels, panelPitch));
        uOffset = Math.addExact(zOffset, Math.multiplyExact(POINTS * filterPanels, panelPitch));
        shared = uOffset + (long) POINTS * uPitch;
        // One more line than there is, so that the points of a feature do not all share one set of the cache.
        roomPitch = (width + 1) * width;
        int sums = Math.multiplyExact(filters, width);
        long weights = (long) (Winograd.TAPS * Winograd.POINTS + TAPS) * WEIGHTS;
        scratch = Math.max((long) POINTS * roomPitch + tiles.scratchFloats(), Math.max(sums, weights));
        context.memory().reserveShared("conv2d", shared);
        context.memory().reserveScratch("conv2d", scratch);
    }

    @Override
    public void run(int blocks, float[] xs, float[] dzs, float[] dws) {
        x = xs;
        dz = dzs;
        dw = dws;
        memory = context.memory().shared();
        int all = blocks * blockTiles;
        int slices = CpuContext.ceilDiv(all, sliceTiles);
        WorkerPool pool = context.pool();
        for (int slice = 0; slice < slices; slice++) {
            firstTile = (int) ((long) all * slice / slices);
            endTile = (int) ((long) all * (slice + 1) / slices);
            int count = endTile - firstTile;
            int panels = channelPanels + filterPanels;
            pool.run(transformation, count * panels, (long) count * panels * POINTS * width * width);
            pool.run(this, POINTS * channelPanels, multiplyAdds * blocks * width / slices);
        }
        pool.run(finishing, CpuContext.ceilDiv(uPitch, WEIGHTS), (long) POINTS * uPitch);
    }

    /** Computes V or Z of one panel of features of a tile. */
    private void transform(int chunk, int worker) {
        float[] room = context.memory().scratch(worker);
        int panels = channelPanels + filterPanels;
        int local = chunk / panels;
        int panel = chunk % panels;
        int tile = (firstTile + local) % blockTiles;
        int block = (firstTile + local) / blockTiles;
        if (panel < channelPanels) {
            inputs(block, tile / rowTiles, tile % rowTiles, panel * width, room);
            transpose(room, vOffset + panel * panelPitch + local * width * width, channelPanels);
        } else {
            panel -= channelPanels;
            gradients(block, tile / rowTiles, tile % rowTiles, panel * width, room);
            transpose(room, zOffset + panel * panelPitch + local * width * width, filterPanels);
        }
    }

    private void inputs(int block, int i, int j, int first, float[] room) {
        int end = Math.min(first + width, channels);
        for (int c = first; c < end; c++) {
            int from = (block * channels + c) * inPixels * width;
            tiles.input(i, j, x, from, room, POINTS * roomPitch, room, (c - first) * width, roomPitch);
        }
    }

    private void gradients(int block, int i, int j, int first, float[] room) {
        int end = Math.min(first + width, filters);
        for (int o = first; o < end; o++) {
            int from = (block * filters + o) * outPixels * width;
            tiles.gradient(i, j, dz, from, room, POINTS * roomPitch, room, (o - first) * width, roomPitch);
        }
    }

    /** Brings one tile of a panel to the shared array. Features that do not exist are whatever was there, and nobody uses them. */
    private void transpose(float[] room, int to, int panels) {
        for (int f = 0; f < POINTS; f++) {
            kernels.transpose(room, f * roomPitch, width, memory, to + f * panels * panelPitch);
        }
    }

    /** Computes dU of one point and a panel of channels, or adds to it. */
    @Override
    public void run(int chunk, int worker) {
        float[] sums = context.memory().scratch(worker);
        int f = chunk / channelPanels;
        int panel = chunk % channelPanels;
        int v = vOffset + (f * channelPanels + panel) * panelPitch;
        int z = zOffset + f * filterPanels * panelPitch;
        int terms = (endTile - firstTile) * width;
        int depth = Math.max(1, DEPTH_FLOATS / width);
        for (int t = 0; t < terms; t += depth) {
            for (int o = 0; o < filters; o += width) {
                kernels.multiplyPanel(
                        Math.min(width, filters - o),
                        Math.min(depth, terms - t),
                        memory,
                        z + o / width * panelPitch + t * width,
                        1,
                        width,
                        memory,
                        v + t * width,
                        sums,
                        o * width,
                        width,
                        t > 0);
            }
        }
        int to = uOffset + f * uPitch + panel * width;
        int pitch = channelPanels * width;
        for (int o = 0; o < filters; o++) {
            if (firstTile == 0) {
                System.arraycopy(sums, o * width, memory, to + o * pitch, width);
            } else {
                kernels.add(width, sums, o * width, memory, to + o * pitch, memory, to + o * pitch);
            }
        }
    }

    /** Computes dw of some pairs of a filter and a channel. */
    private void finish(int chunk, int worker) {
        float[] room = context.memory().scratch(worker);
        int first = chunk * WEIGHTS;
        int n = Math.min(WEIGHTS, uPitch - first);
        for (int k = 0; k < Winograd.POINTS; k++) {
            int from = uOffset + k * uPitch + first;
            transforms.weightGradient(
                    n, memory, from, Winograd.POINTS * uPitch, room, k * WEIGHTS, Winograd.POINTS * WEIGHTS);
        }
        int taps = Winograd.TAPS * Winograd.POINTS * WEIGHTS;
        for (int p = 0; p < Winograd.TAPS; p++) {
            int from = p * Winograd.POINTS * WEIGHTS;
            transforms.weightGradient(n, room, from, WEIGHTS, room, taps + p * Winograd.TAPS * WEIGHTS, WEIGHTS);
        }
        int pitch = channelPanels * width;
        for (int i = 0; i < n; i++) {
            int c = (first + i) % pitch;
            int at = ((first + i) / pitch * channels + c) * TAPS;
            for (int tap = 0; tap < TAPS && c < channels; tap++) {
                dw[at + tap] = room[taps + tap * WEIGHTS + i];
            }
        }
    }

    @Override
    public long workspaceBytes() {
        return 0;
    }

    @Override
    public void close() {
        context.memory().returnShared(shared);
        context.memory().returnScratch(scratch);
    }
}
