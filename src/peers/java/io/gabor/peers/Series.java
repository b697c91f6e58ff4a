package io.gabor.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Figures of the rounds, in their order. */
final class Series {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    List<Double> values() {
        return values;
    }

    /** The middle one; of an even number, the mean of the two in the middle. */
    double median() {
        double[] sorted = sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    double min() {
        return sorted().findFirst().orElseThrow();
    }

    double max() {
        return sorted().max().orElseThrow();
    }

    private DoubleStream sorted() {
        return values.stream().mapToDouble(Double::doubleValue).sorted();
    }

    /** Returns this one's figure over the other's, round by round: what slows a round down slows both. */
    Series over(Series other) {
        Series ratios = new Series();
        IntStream.range(0, values.size()).forEach(i -> ratios.add(values.get(i) / other.values.get(i)));
        return ratios;
    }
}
