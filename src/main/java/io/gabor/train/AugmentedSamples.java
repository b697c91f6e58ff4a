package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.augment.Augmentation;
import io.gabor.data.augment.EditDraws;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.stream.IntStream;

/** The first samples of a data set as training sees them, to be looked at. */
public final class AugmentedSamples {
    private final Backend backend;
    private final Dataset data;
    private final EditDraws draws;
    private final int[] order;

    /**
     * Prepares to show.
     *
     * @param count how many samples; they are a batch, in which images are mixed
     * @param seed that of the training run
     */
    public AugmentedSamples(Backend backend, Dataset data, Augmentation augmentation, int count, long seed) {
        this.backend = backend;
        this.data = data.first(Math.min(count, data.size()));
        draws = new EditDraws(augmentation, data.sampleShape(), data.type(), this.data.size(), seed);
        order = IntStream.range(0, this.data.size()).toArray();
    }

    /** Returns how many samples are shown. */
    public int count() {
        return order.length;
    }

    /** Returns the samples in an epoch, counted from 1: N×C×H×W, as stored values. */
    public float[] in(int epoch) {
        Held held = new Held(backend);
        try {
            Tensor samples = held.allocate(data.type(), data.sampleShape().batched(count()));
            if (data.type() == ElementType.U8) {
                backend.upload(data.bytes(), samples.size(), samples);
            } else {
                backend.upload(data.floats(), samples.size(), samples);
            }
            Tensor positions = held.allocate(ElementType.I32, Shape.of(count()));
            backend.upload(order, count(), positions);
            Tensor cursor = held.allocate(ElementType.I32, Shape.of(1));
            Tensor edits = held.allocate(ElementType.I32, Shape.of(count(), draws.rowWidth()));
            draws.start(epoch);
            backend.upload(draws.draw(order, 0, count()), edits.size(), edits);
            int channels = data.sampleShape().dim(0);
            Tensor scale = held.allocate(ElementType.F32, Shape.of(channels));
            backend.fill(scale, 1);
            Tensor shift = held.allocate(ElementType.F32, Shape.of(channels));
            Tensor out = held.allocate(ElementType.F32, samples.shape());
            backend.augment(count(), samples, positions, cursor, edits, scale, shift, out);
            float[] values = new float[out.size()];
            backend.download(out, values, values.length);
            return values;
        } finally {
            held.close();
        }
    }
}
