package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.data.augment.Augmentation;
import io.gabor.nn.Loss;
import io.gabor.nn.Network;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data set for the steps of a backend: whole in its memory, with the order of an epoch and the position in it, so that a
 * step can fetch its own batch without hearing from the host; or, where it does not fit, batch by batch ({@link
 * BatchStage}). Pixels stay bytes and are normalised on the way into the network.
 */
final class DeviceDataset implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceDataset.class);

    private final Backend backend;
    private final int classes;
    private final boolean takesLabels;
    private final boolean hasLabels;
    private final int size;
    private final Held held;
    private Tensor samples;
    private Tensor answers;
    private Tensor order;
    private Tensor cursor;
    private Tensor scale;
    private Tensor shift;
    private Tensor one;
    private Tensor zero;
    private Tensor labels;
    private Tensor targets;
    /** Null where images are not mixed. */
    private Tensor mixed;

    /** Null where the data set is there as a whole. */
    private BatchStage stage;
    /** Null where images are taken as they are. */
    private BatchEdits edits;

    /**
     * Brings a data set to a network's backend: as a whole if it fits, otherwise batch by batch, which a line says.
     *
     * @throws OutOfMemoryException if not even a batch fits
     */
    static DeviceDataset open(Network network, Loss loss, Dataset data, Normalization normalization) {
        try {
            return new DeviceDataset(network, loss, data, normalization, false);
        } catch (OutOfMemoryException e) {
            DeviceDataset staged = new DeviceDataset(network, loss, data, normalization, true);
            staged.announce(data);
            return staged;
        }
    }

    /**
     * Brings a data set to a network's backend.
     *
     * @param staged whether only one batch at a time is to be there
     * @throws OutOfMemoryException if it does not fit; nothing is held then
     */
    DeviceDataset(Network network, Loss loss, Dataset data, Normalization normalization, boolean staged) {
        requireFit(network, loss, data);
        backend = network.backend();
        held = new Held(backend);
        size = data.size();
        classes = data.classes();
        takesLabels = loss.takesLabels();
        hasLabels = data.labels() != null;
        try {
            make(network, data, normalization.forChannels(data.sampleShape().dim(0)), staged);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void make(Network network, Dataset data, Normalization perChannel, boolean staged) {
        int rows = staged ? Math.min(network.maxBatch(), size) : size;
        samples = held.allocate(data.type(), data.sampleShape().batched(rows));
        scale = floats(perChannel.scale());
        shift = floats(perChannel.shift());
        if (hasLabels) {
            answers = held.allocate(ElementType.I32, Shape.of(rows));
        } else {
            answers = held.allocate(ElementType.F32, data.targetShape().batched(rows));
            one = constant(data.targetShape().dim(0), 1);
            zero = constant(data.targetShape().dim(0), 0);
        }
        order = held.allocate(ElementType.I32, Shape.of(rows));
        cursor = held.allocate(ElementType.I32, Shape.of(1));
        labels = held.allocate(ElementType.I32, Shape.of(network.maxBatch()));
        targets = takesLabels
                ? null
                : held.allocate(ElementType.F32, network.out().value().shape());
        if (staged) {
            stage = new BatchStage(backend, data, samples, answers);
            backend.upload(IntStream.range(0, rows).toArray(), rows, order);
        } else {
            upload(data);
        }
    }

    private void upload(Dataset data) {
        if (data.type() == ElementType.U8) {
            backend.upload(data.bytes(), samples.size(), samples);
        } else {
            backend.upload(data.floats(), samples.size(), samples);
        }
        if (hasLabels) {
            backend.upload(data.labels(), size, answers);
        } else {
            backend.upload(data.targets(), answers.size(), answers);
        }
    }

    /** Says that each batch is uploaded before its step. */
    void announce(Dataset data) {
        LOG.info(
                "the {} samples of {} ({} bytes) do not fit into the free memory of {}; each batch is uploaded before its"
                        + " step",
                size,
                data.name(),
                TrainingPlan.bytesPerSample(data, backend) * size,
                backend.name());
    }

    private static void requireFit(Network network, Loss loss, Dataset data) {
        Shape wanted = network.in().sampleShape();
        Shape output = network.out().sampleShape();
        loss.check(output);
        if (!wanted.equals(data.sampleShape())) {
            throw new ShapeException("the network takes samples of shape " + wanted + ", and those of " + data.name()
                    + " are " + data.sampleShape() + "; use a model made for this data set");
        }
        if (data.labels() == null) {
            if (loss.takesLabels()) {
                throw new IllegalArgumentException("the loss " + loss.kind() + " needs classes, and " + data.name()
                        + " has target values; use mse or bce");
            }
            if (!output.equals(data.targetShape())) {
                throw new ShapeException("the network's output is " + output + ", and the targets of " + data.name()
                        + " are " + data.targetShape());
            }
        } else if (output.size() != data.classes()) {
            throw new ShapeException("the network has " + output.size() + " outputs, and " + data.name() + " has "
                    + data.classes() + " classes; they must be equal");
        }
    }

    private Tensor floats(float[] values) {
        Tensor tensor = held.allocate(ElementType.F32, Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private Tensor constant(int length, float value) {
        Tensor tensor = held.allocate(ElementType.F32, Shape.of(length));
        backend.fill(tensor, value);
        return tensor;
    }

    /**
     * Has the images changed at random from now on.
     *
     * @param data what was brought to the backend
     */
    void augment(Augmentation augmentation, Dataset data, long seed) {
        if (!augmentation.isNone()) {
            int maxBatch = labels.size();
            edits = new BatchEdits(backend, held, augmentation, data, maxBatch, seed);
            if (augmentation.mixes()) {
                if (takesLabels) {
                    targets = held.allocate(ElementType.F32, Shape.of(maxBatch, classes));
                }
                mixed = held.allocate(ElementType.F32, targets.shape());
            }
        }
    }

    /** Returns the number of samples. */
    int size() {
        return size;
    }

    /** Goes to the start of an epoch in this order. */
    void start(int[] newOrder) {
        start(newOrder, 0);
    }

    /** As {@link #start(int[])}; the epoch decides how images are changed. */
    void start(int[] newOrder, int epoch) {
        if (edits != null) {
            edits.start(newOrder, epoch);
        }
        if (stage != null) {
            stage.start(newOrder);
        } else {
            backend.upload(newOrder, size, order);
            backend.fill(cursor, 0);
        }
    }

    /**
     * Called before the step on the samples at {@code [from, from + n)} of the epoch: uploads them, if they are not there
     * already, and how they are changed.
     */
    void prepare(int from, int n) {
        if (edits != null) {
            edits.put(from, n);
        }
        if (stage != null) {
            stage.put(from, n);
        }
    }

    /** Writes the next {@code n} samples to {@code input}; {@link #target} then holds what belongs to them. */
    void fetch(int n, Tensor input) {
        if (edits == null) {
            backend.gather(n, samples, order, cursor, scale, shift, input);
        } else {
            backend.augment(n, samples, order, cursor, edits.rows(), scale, shift, input);
        }
        if (hasLabels) {
            backend.gatherLabels(n, answers, order, cursor, labels);
            if (targets != null) {
                backend.oneHot(n, classes, labels, targets);
            }
        } else {
            backend.gather(n, answers, order, cursor, one, zero, targets);
        }
        if (mixed != null) {
            int width = targets.size() / targets.shape().dim(0);
            backend.mixTargets(n, width, targets, edits.rows(), mixed);
        }
    }

    /** Moves on by {@code n} samples. */
    void advance(int n) {
        if (stage == null) {
            backend.increment(cursor, n);
        }
    }

    /** Returns what the loss compares with: labels, or values; where images are mixed, values. */
    Tensor target() {
        return mixed != null ? mixed : takesLabels ? labels : targets;
    }

    /** Returns the labels of the batch; only for data sets that have labels. */
    Tensor labels() {
        return labels;
    }

    /** Returns the position in the epoch: I32, one element; always 0 where batches are staged. */
    Tensor cursor() {
        return cursor;
    }

    @Override
    public void close() {
        held.close();
    }
}
