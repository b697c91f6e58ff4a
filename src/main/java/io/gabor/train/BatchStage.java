package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;

/**
 * Brings one batch after the other to the backend, for a data set that does not fit there as a whole: the samples are
 * gathered on the host, in the order of the epoch, and uploaded between two steps. They stay as they are stored; a step
 * normalises them as it does those of a data set that is there as a whole, to the same bits.
 */
final class BatchStage {
    private final Backend backend;
    private final Dataset data;
    private final Tensor samples;
    private final Tensor answers;
    private final byte[] bytes;
    private final float[] floats;
    private final int[] labels;
    private final float[] targets;
    private int[] order;

    /**
     * Takes the tensors to fill.
     *
     * @param samples of the data set's type, {@code N×sample} for the largest batch N
     * @param answers the labels, I32, N; or the targets, F32, {@code N×target}
     */
    BatchStage(Backend backend, Dataset data, Tensor samples, Tensor answers) {
        this.backend = backend;
        this.data = data;
        this.samples = samples;
        this.answers = answers;
        boolean stored = data.type() == ElementType.U8;
        bytes = stored ? new byte[samples.size()] : null;
        floats = stored ? null : new float[samples.size()];
        boolean classes = data.labels() != null;
        labels = classes ? new int[answers.size()] : null;
        targets = classes ? null : new float[answers.size()];
    }

    /** Goes by this order from now on. */
    void start(int[] newOrder) {
        order = newOrder.clone();
    }

    /** Uploads the samples at {@code [from, from + n)} of the order. */
    void put(int from, int n) {
        int width = data.sampleShape().size();
        if (bytes != null) {
            rows(data.bytes(), bytes, width, from, n);
            backend.upload(bytes, n * width, samples);
        } else {
            rows(data.floats(), floats, width, from, n);
            backend.upload(floats, n * width, samples);
        }
        if (labels != null) {
            rows(data.labels(), labels, 1, from, n);
            backend.upload(labels, n, answers);
        } else {
            int outputs = data.targetShape().size();
            rows(data.targets(), targets, outputs, from, n);
            backend.upload(targets, n * outputs, answers);
        }
    }

    /** Copies rows of {@code width} elements between two arrays of one type. */
    private void rows(Object source, Object target, int width, int from, int n) {
        for (int i = 0; i < n; i++) {
            System.arraycopy(source, order[from + i] * width, target, i * width, width);
        }
    }
}
