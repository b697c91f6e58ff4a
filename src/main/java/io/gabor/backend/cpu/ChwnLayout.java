package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;

/**
 * The layout CHWN, in blocks: the values of one feature (one channel of one pixel, or one unit) of {@code width} images
 * lie side by side, so that a vector holds the same feature of several images. Then any convolution, whatever its kernel,
 * stride or padding, is products of whole vectors, with nothing to pack and nothing to cut off.
 *
 * <pre>plain:  [image][feature]           CHWN:  [image / width][feature][image % width]</pre>
 *
 * <p>An array is in this layout as a whole or not at all, hence only where the batch fills it and is a multiple of
 * {@code width}. Ops that know the layout ask for it; to all others {@link Memory} gives the plain layout, and converts on
 * the way. A block takes the same elements of the array in both layouts, so a conversion needs room for one block only.
 */
final class ChwnLayout {
    /** Features converted at a time: so many lines of all images of a block fit the first-level cache. */
    private static final int TILE = 64;

    private final WorkerPool pool;
    private final Kernels kernels;
    private final int width;
    private final WorkerPool.Task toChwn = (block, worker) -> convert(block, worker, true);
    private final WorkerPool.Task toPlain = (block, worker) -> convert(block, worker, false);
    private final Scratch scratch;

    private float[] array;
    private int features;

    ChwnLayout(WorkerPool pool, Scratch scratch, Kernels kernels) {
        this.pool = pool;
        this.scratch = scratch;
        this.kernels = kernels;
        width = kernels.panelWidth();
    }

    /** Returns the images of a block. */
    int width() {
        return width;
    }

    /** Returns whether an array of n images can be in this layout. */
    boolean fits(int n, int featureCount, CpuStorage storage) {
        return n % width == 0 && (long) n * featureCount == storage.length;
    }

    /** Returns how many floats of scratch a conversion takes. */
    long scratchFloats(int featureCount) {
        return (long) featureCount * width;
    }

    /** Brings a storage that {@link #fits} into this layout. */
    void enter(CpuStorage storage, int featureCount) {
        if (storage.chwnFeatures == featureCount) {
            return;
        }
        leave(storage);
        run(toChwn, storage, featureCount);
        storage.chwnFeatures = featureCount;
    }

    /** Brings a storage into the plain layout. */
    void leave(CpuStorage storage) {
        if (storage.chwnFeatures > 0) {
            run(toPlain, storage, storage.chwnFeatures);
            storage.chwnFeatures = 0;
        }
    }

    private void run(WorkerPool.Task task, CpuStorage storage, int featureCount) {
        array = storage.floats;
        features = featureCount;
        scratch.require(scratchFloats(featureCount));
        pool.run(task, storage.length / featureCount / width, (long) WorkerPool.MOVE * storage.length);
        array = null;
    }

    private void convert(int block, int worker, boolean chwn) {
        float[] copy = scratch.of(worker);
        int size = features * width;
        int start = block * size;
        for (int first = 0; first < features; first += TILE) {
            int count = Math.min(TILE, features - first);
            if (chwn) {
                kernels.transpose(width, count, array, start + first, features, copy, first * width, width);
            } else {
                kernels.transpose(count, width, array, start + first * width, width, copy, first, features);
            }
        }
        System.arraycopy(copy, 0, array, start, size);
    }
}
