package io.gabor.model;

import io.gabor.data.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How much each class counts in the loss. As text: {@code equal}, {@code balanced}, or the weights themselves,
 * {@code 1,2.5,1}.
 *
 * @param balanced whether each class is to count alike, however many samples it has: weight M / (C · samples of the class)
 *     with M samples and C classes, as scikit-learn has it; 1 for a class without samples
 * @param each the weights, in the order of the classes; empty where they are equal or balanced
 */
public record ClassWeights(boolean balanced, List<Double> each) {
    /** Every sample counts alike. */
    public static final ClassWeights EQUAL = new ClassWeights(false, List.of());

    private static final String EQUAL_TEXT = "equal";
    private static final String BALANCED_TEXT = "balanced";

    public ClassWeights {
        each = List.copyOf(each);
    }

    /**
     * Reads them from their text.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static ClassWeights parse(String text) {
        if (text.equals(EQUAL_TEXT)) {
            return EQUAL;
        }
        if (text.equals(BALANCED_TEXT)) {
            return new ClassWeights(true, List.of());
        }
        List<Double> each = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            each.add(weight(part, text));
        }
        return new ClassWeights(false, each);
    }

    private static double weight(String part, String text) {
        try {
            double weight = Double.parseDouble(part.strip());
            if (weight > 0 && weight <= Float.MAX_VALUE) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // The message is the same.
        }
        throw new IllegalArgumentException("class weights are '" + BALANCED_TEXT
                + "', or a number above 0 for each class with commas between them, found '" + text + "'");
    }

    /** Returns the weights for a data set to train on; none where they are equal. */
    public double[] of(Dataset data) {
        if (!balanced) {
            return each.stream().mapToDouble(Double::doubleValue).toArray();
        }
        double[] weights = new double[data.classes()];
        for (int label : data.labels()) {
            weights[label]++;
        }
        for (int c = 0; c < weights.length; c++) {
            weights[c] = weights[c] == 0 ? 1 : data.size() / (weights.length * weights[c]);
        }
        return weights;
    }

    @Override
    public String toString() {
        if (balanced) {
            return BALANCED_TEXT;
        }
        return each.isEmpty() ? EQUAL_TEXT : each.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
