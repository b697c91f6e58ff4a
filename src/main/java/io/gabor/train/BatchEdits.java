package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.augment.Augmentation;
import io.gabor.data.augment.EditDraws;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * What happens to the images of a batch, on the backend: drawn on the host and uploaded before the step, into the tensor
 * that the step reads. The same place in the same epoch gives the same draws, so a step can be taken again.
 */
final class BatchEdits {
    private final Backend backend;
    private final EditDraws draws;
    private final Tensor rows;
    private int[] order;

    /**
     * Allocates the tensor.
     *
     * @param held what releases it
     */
    BatchEdits(Backend backend, Held held, Augmentation augmentation, Dataset data, int maxBatch, long seed) {
        this.backend = backend;
        draws = new EditDraws(augmentation, data.sampleShape(), data.type(), maxBatch, seed);
        rows = held.allocate(ElementType.I32, Shape.of(maxBatch, draws.rowWidth()));
    }

    /** Goes to the start of an epoch in this order. */
    void start(int[] newOrder, int epoch) {
        order = newOrder.clone();
        draws.start(epoch);
    }

    /** Uploads what happens to the samples at {@code [from, from + n)} of the order. */
    void put(int from, int n) {
        backend.upload(draws.draw(order, from, n), n * draws.rowWidth(), rows);
    }

    /** Returns the rows, one for each image of the batch. */
    Tensor rows() {
        return rows;
    }
}
