package io.gabor.train;

import java.util.stream.IntStream;

/** Counts for {@link Metrics}, batch by batch, so that not all scores need to be kept. */
final class MetricsCounter {
    /** Softmax in float may end a little above 1. */
    private static final float MOST = 1 + 1e-5f;

    private final int[][] confusion;
    private final int[] ranks;
    private final int[] binSamples = new int[Calibration.BINS];
    private final int[] binCorrect = new int[Calibration.BINS];
    private final double[] binConfidence = new double[Calibration.BINS];
    private boolean probable = true;

    MetricsCounter(int classes) {
        confusion = new int[classes][classes];
        ranks = new int[classes];
    }

    /**
     * Counts the first {@code n} rows.
     *
     * @param scores {@code N×classes}
     * @param probabilities {@code N×classes}
     * @param labels of all samples
     * @param first the position in {@code labels} of row 0
     */
    void add(int n, float[] scores, float[] probabilities, int[] labels, int first) {
        for (int row = 0; row < n; row++) {
            int at = row * ranks.length;
            int label = labels[first + row];
            int predicted = firstMaximum(scores, at);
            confusion[label][predicted]++;
            // scores that are no numbers have no rank, and are not the largest either
            ranks[predicted == label ? 0 : Math.max(1, rank(scores, at, label))]++;
            addConfidence(probabilities, at, predicted, label);
        }
    }

    private int firstMaximum(float[] scores, int at) {
        int best = 0;
        for (int c = 1; c < ranks.length; c++) {
            best = scores[at + c] > scores[at + best] ? c : best;
        }
        return best;
    }

    /** Returns how many classes come before the label's: those with a larger score, and of equal ones the earlier. */
    private int rank(float[] scores, int at, int label) {
        int before = 0;
        for (int c = 0; c < ranks.length; c++) {
            boolean larger = scores[at + c] > scores[at + label];
            before += larger || scores[at + c] == scores[at + label] && c < label ? 1 : 0;
        }
        return before;
    }

    private void addConfidence(float[] probabilities, int at, int predicted, int label) {
        for (int c = 0; c < ranks.length; c++) {
            probable &= probabilities[at + c] >= 0 && probabilities[at + c] <= MOST;
        }
        if (probable) {
            double confidence = Math.min(probabilities[at + predicted], 1);
            int bin = Math.max((int) Math.ceil(confidence * Calibration.BINS) - 1, 0);
            binSamples[bin]++;
            binCorrect[bin] += predicted == label ? 1 : 0;
            binConfidence[bin] += confidence;
        }
    }

    Metrics result() {
        return new Metrics(confusion, ranks, probable ? calibration() : null);
    }

    private Calibration calibration() {
        return new Calibration(IntStream.range(0, Calibration.BINS)
                .mapToObj(m -> binSamples[m] == 0
                        ? new Calibration.Bin(0, 0, 0)
                        : new Calibration.Bin(
                                binSamples[m],
                                binConfidence[m] / binSamples[m],
                                (double) binCorrect[m] / binSamples[m]))
                .toList());
    }
}
