package io.gabor.peers;

import io.gabor.data.DataOptions;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.Datasets;
import io.gabor.data.DownloadProgress;
import io.gabor.data.Normalization;
import io.gabor.data.Split;
import io.gabor.model.Recipe;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The images that all engines get.
 *
 * @param data bytes and labels
 * @param normalization how bytes become a net's input
 */
record Samples(Dataset data, Normalization normalization) {
    /** More would only take memory: batches come again. */
    private static final int MOST = 8192;

    private static final int CLASSES = 10;

    /** Returns full batches for a work: MNIST, or else digits, where the net is made for MNIST; drawn ones for others. */
    static Samples of(Work work) {
        Recipe recipe = work.net().recipe();
        int count = Math.max(1, MOST / work.size()) * work.size();
        boolean stored = recipe.dataset().equals("mnist") && work.phase() != Work.Phase.START;
        Dataset data = stored
                ? mnist().load(Split.TRAIN).first(count)
                : patterns(work.net().sampleShape(), work.phase() == Work.Phase.START ? work.size() : count);
        return new Samples(data, recipe.normalization());
    }

    /** Finds MNIST, or digits in its place; downloads nothing. */
    static DatasetSource mnist() {
        return Datasets.openOrDigits("mnist", DataOptions.DEFAULT.withDownload(false), DownloadProgress.NONE);
    }

    /** Noise over a pattern for each class: random images that a net can still learn something from. */
    private static Dataset patterns(Shape shape, int count) {
        byte[] patterns = noise(CLASSES * shape.size(), 1);
        byte[] pixels = noise(count * shape.size(), 2);
        int[] labels = new int[count];
        for (int i = 0; i < pixels.length; i++) {
            int sample = i / shape.size();
            labels[sample] = sample % CLASSES;
            int pattern = patterns[labels[sample] * shape.size() + i % shape.size()] & 0xFF;
            pixels[i] = (byte) (((pixels[i] & 0xFF) + pattern) / 2);
        }
        return Dataset.ofBytes(
                "patterns",
                shape,
                pixels,
                labels,
                IntStream.range(0, CLASSES).mapToObj(String::valueOf).toList());
    }

    private static byte[] noise(int count, long stream) {
        Philox random = new Philox(1, stream);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return bytes;
    }

    int batches(int size) {
        return data.size() / size;
    }

    /** Returns batch {@code index} as a net takes it: {@code size×sample}. */
    float[] batch(int index, int size) {
        int pixels = data.sampleShape().size();
        int plane = pixels / data.sampleShape().dim(0);
        Normalization perChannel = normalization.forChannels(data.sampleShape().dim(0));
        float[] scale = perChannel.scale();
        float[] shift = perChannel.shift();
        float[] values = new float[size * pixels];
        int from = index * size * pixels;
        for (int i = 0; i < values.length; i++) {
            int channel = i % pixels / plane;
            values[i] = Math.fma(data.bytes()[from + i] & 0xFF, scale[channel], shift[channel]);
        }
        return values;
    }

    /** Returns the labels of batch {@code index}. */
    int[] labels(int index, int size) {
        return Arrays.copyOfRange(data.labels(), index * size, (index + 1) * size);
    }
}
