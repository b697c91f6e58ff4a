package io.gabor.train;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How a classifier's scores compare with the labels, class by class. The predicted class is the one with the largest score,
 * the first of equal ones.
 *
 * <p>With {@code n[a][p]} the number of samples of class {@code a} that were taken for class {@code p}:
 *
 * <pre>
 * precision of c   n[c][c] / Σ over a of n[a][c]
 * recall of c      n[c][c] / Σ over p of n[c][p]
 * F1 of c          2 · precision · recall / (precision + recall)
 * </pre>
 *
 * <p>A quotient of nothing by nothing is 0. The means over the classes leave out those of which there are no samples.
 */
public final class Metrics {
    private final int[][] confusion;
    private final int[] ranks;
    private final Calibration calibration;

    /**
     * Takes what was counted.
     *
     * @param confusion {@code n[a][p]}
     * @param ranks how many samples have their label's score at position r of all scores, from the largest
     * @param calibration null where the outputs are no probabilities
     */
    Metrics(int[][] confusion, int[] ranks, Calibration calibration) {
        this.confusion = confusion;
        this.ranks = ranks;
        this.calibration = calibration;
    }

    /**
     * Compares scores with labels.
     *
     * @param scores {@code M×classes}, row-major: the larger, the likelier
     * @param probabilities {@code M×classes}: the scores as probabilities, where they can be that
     * @param labels {@code M}, each in {@code [0, classes)}
     */
    public static Metrics of(float[] scores, float[] probabilities, int[] labels, int classes) {
        MetricsCounter counter = new MetricsCounter(classes);
        counter.add(labels.length, scores, probabilities, labels, 0);
        return counter.result();
    }

    /** Returns the number of classes. */
    public int classes() {
        return confusion.length;
    }

    /** Returns the number of samples. */
    public int samples() {
        return Arrays.stream(ranks).sum();
    }

    /** Returns how many samples of one class were taken for another, or for the same. */
    public int count(int actual, int predicted) {
        return confusion[actual][predicted];
    }

    /** Returns how many samples there are of a class. */
    public int samplesOf(int c) {
        return Arrays.stream(confusion[c]).sum();
    }

    /** Returns how many samples were taken for a class. */
    public int predictedAs(int c) {
        return Arrays.stream(confusion).mapToInt(row -> row[c]).sum();
    }

    /** Returns the share of samples whose label has the largest score. */
    public double accuracy() {
        return topK(1);
    }

    /** Returns the share of samples whose label is among the {@code k} classes with the largest scores. */
    public double topK(int k) {
        return quotient(Arrays.stream(ranks).limit(k).sum(), samples());
    }

    /** Returns the share of right ones among the samples that were taken for a class. */
    public double precision(int c) {
        return quotient(confusion[c][c], predictedAs(c));
    }

    /** Returns the share of a class's samples that were found. */
    public double recall(int c) {
        return quotient(confusion[c][c], samplesOf(c));
    }

    /** Returns the harmonic mean of precision and recall. */
    public double f1(int c) {
        return quotient(2.0 * confusion[c][c], (double) predictedAs(c) + samplesOf(c));
    }

    /** Returns the mean precision of the classes. */
    public double meanPrecision() {
        return mean(this::precision);
    }

    /** Returns the mean recall of the classes. */
    public double meanRecall() {
        return mean(this::recall);
    }

    /** Returns the mean F1 of the classes. */
    public double meanF1() {
        return mean(this::f1);
    }

    /** Returns how far the confidence can be trusted; empty where an output was not in [0, 1] and so no probability. */
    public Optional<Calibration> calibration() {
        return Optional.ofNullable(calibration);
    }

    private double mean(IntToDoubleFunction ofClass) {
        return IntStream.range(0, classes())
                .filter(c -> samplesOf(c) > 0)
                .mapToDouble(ofClass)
                .average()
                .orElse(0);
    }

    private static double quotient(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }
}
