package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.Loss;
import io.gabor.nn.Network;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;

/**
 * A data set in backend memory, with the order of an epoch and the position in it, so that a step can fetch its own batch
 * without hearing from the host. Pixels stay bytes and are normalised on the way into the network.
 */
final class DeviceDataset implements AutoCloseable {
    private final Backend backend;
    private final int classes;
    private final boolean takesLabels;
    private final boolean hasLabels;
    private final Tensor samples;
    private final Tensor answers;
    private final Tensor order;
    private final Tensor cursor;
    private final Tensor scale;
    private final Tensor shift;
    private final Tensor one;
    private final Tensor zero;
    private final Tensor labels;
    private final Tensor targets;
    private final int size;

    DeviceDataset(Network network, Loss loss, Dataset data, Normalization normalization) {
        requireFit(network, loss, data);
        backend = network.backend();
        size = data.size();
        classes = data.classes();
        takesLabels = loss.takesLabels();
        hasLabels = data.labels() != null;
        int channels = data.sampleShape().dim(0);
        Normalization perChannel = normalization.forChannels(channels);
        samples = backend.allocate(data.type(), data.sampleShape().batched(size));
        if (data.type() == ElementType.U8) {
            backend.upload(data.bytes(), samples.size(), samples);
        } else {
            backend.upload(data.floats(), samples.size(), samples);
        }
        scale = floats(perChannel.scale());
        shift = floats(perChannel.shift());
        if (hasLabels) {
            answers = backend.allocate(ElementType.I32, Shape.of(size));
            backend.upload(data.labels(), size, answers);
            one = null;
            zero = null;
        } else {
            answers = backend.allocate(data.targetShape().batched(size));
            backend.upload(data.targets(), answers.size(), answers);
            one = constant(data.targetShape().dim(0), 1);
            zero = constant(data.targetShape().dim(0), 0);
        }
        order = backend.allocate(ElementType.I32, Shape.of(size));
        cursor = backend.allocate(ElementType.I32, Shape.of(1));
        labels = backend.allocate(ElementType.I32, Shape.of(network.maxBatch()));
        targets = takesLabels ? null : backend.allocate(network.out().value().shape());
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
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private Tensor constant(int length, float value) {
        Tensor tensor = backend.allocate(Shape.of(length));
        backend.fill(tensor, value);
        return tensor;
    }

    /** Returns the number of samples. */
    int size() {
        return size;
    }

    /** Goes to the start of an epoch in this order. */
    void start(int[] newOrder) {
        backend.upload(newOrder, size, order);
        backend.fill(cursor, 0);
    }

    /** Writes the next {@code n} samples to {@code input}; {@link #target} then holds what belongs to them. */
    void fetch(int n, Tensor input) {
        backend.gather(n, samples, order, cursor, scale, shift, input);
        if (hasLabels) {
            backend.gatherLabels(n, answers, order, cursor, labels);
            if (!takesLabels) {
                backend.oneHot(n, classes, labels, targets);
            }
        } else {
            backend.gather(n, answers, order, cursor, one, zero, targets);
        }
    }

    /** Moves on by {@code n} samples. */
    void advance(int n) {
        backend.increment(cursor, n);
    }

    /** Returns what the loss compares with: labels, or values. */
    Tensor target() {
        return takesLabels ? labels : targets;
    }

    /** Returns the labels of the batch; only for data sets that have labels. */
    Tensor labels() {
        return labels;
    }

    /** Returns the position in the epoch: I32, one element. */
    Tensor cursor() {
        return cursor;
    }

    @Override
    public void close() {
        for (Tensor tensor : new Tensor[] {samples, answers, order, cursor, scale, shift, one, zero, labels, targets}) {
            if (tensor != null) {
                backend.release(tensor);
            }
        }
    }
}
