package io.gabor.train;

import io.gabor.data.Dataset;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Small data sets, drawn at random. */
final class Samples {
    private Samples() {}

    /** Returns vectors of {@code dims} values in {@code classes} overlapping clouds. */
    static Dataset clouds(int count, int dims, int classes, long seed) {
        Philox random = new Philox(seed, 1);
        float[] centres = new float[classes * dims];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = (float) random.nextGaussian();
        }
        float[] values = new float[count * dims];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = random.nextInt(classes);
            for (int d = 0; d < dims; d++) {
                values[i * dims + d] = (float) (centres[labels[i] * dims + d] + 0.7 * random.nextGaussian());
            }
        }
        return Dataset.ofFloats("clouds", Shape.of(dims), values, labels, names(classes));
    }

    /** Returns images of bytes, {@code channels×5×5}, with labels that mean nothing. */
    static Dataset images(int count, int channels, int classes, long seed) {
        Philox random = new Philox(seed, 2);
        byte[] pixels = new byte[count * channels * 25];
        int[] labels = new int[count];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextInt();
        }
        for (int i = 0; i < count; i++) {
            labels[i] = random.nextInt(classes);
        }
        return Dataset.ofBytes("images", Shape.of(channels, 5, 5), pixels, labels, names(classes));
    }

    /** Returns pairs of numbers: {@code x} and what it should become. */
    static Dataset pairs(float... xAndTarget) {
        int count = xAndTarget.length / 2;
        float[] x = new float[count];
        float[] targets = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = xAndTarget[2 * i];
            targets[i] = xAndTarget[2 * i + 1];
        }
        return Dataset.regression("pairs", Shape.of(1), x, Shape.of(1), targets);
    }

    private static List<String> names(int classes) {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }
}
