package io.gabor.model;

import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.Normalization;
import io.gabor.data.Split;
import io.gabor.nn.Loss;
import io.gabor.optim.Optimizer;
import io.gabor.optim.Optimizers;
import io.gabor.optim.Schedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.lang3.StringUtils;

/**
 * How a model is trained and what its input and output mean: all that a trained network needs beside its layers and weights
 * to be tested, used, or trained again.
 *
 * @param dataset the name of the data set
 * @param classes the classes to keep, renumbered in this order; empty for all
 * @param perClass the samples of each kept class; 0 for all. Only with {@code classes}
 * @param limit the first samples for training; 0 for all
 * @param testLimit the first samples for testing; 0 for all
 * @param normalization how stored values become inputs
 * @param loss what is made small
 * @param optimizer a name that {@link Optimizers} knows
 * @param rate the learning rate
 * @param schedule how the rate changes
 * @param batch the samples of a step
 * @param epochs the passes over the samples
 * @param options what else is added
 */
public record Recipe(
        String dataset,
        List<Integer> classes,
        int perClass,
        int limit,
        int testLimit,
        Normalization normalization,
        Loss loss,
        String optimizer,
        double rate,
        Schedule schedule,
        int batch,
        int epochs,
        TrainingOptions options) {
    static final String SCALE = "scale";
    static final String SHIFT = "shift";
    static final String OPTIONS = "options";

    public Recipe {
        Objects.requireNonNull(dataset, "dataset");
        classes = List.copyOf(classes);
        Objects.requireNonNull(normalization, "normalization");
        Objects.requireNonNull(loss, "loss");
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(options, "options");
        if (perClass < 0 || limit < 0 || testLimit < 0) {
            throw new IllegalArgumentException("limits must be at least 1, or 0 for all; found " + perClass
                    + " per class, " + limit + " for training, " + testLimit + " for testing");
        }
        if (batch < 1 || epochs < 1) {
            throw new IllegalArgumentException(
                    "batch and epochs must be at least 1, found batch " + batch + ", epochs " + epochs);
        }
        Optimizers.create(optimizer, rate);
    }

    /** A recipe with nothing added. */
    public Recipe(
            String dataset,
            List<Integer> classes,
            int perClass,
            int limit,
            int testLimit,
            Normalization normalization,
            Loss loss,
            String optimizer,
            double rate,
            Schedule schedule,
            int batch,
            int epochs) {
        this(
                dataset,
                classes,
                perClass,
                limit,
                testLimit,
                normalization,
                loss,
                optimizer,
                rate,
                schedule,
                batch,
                epochs,
                TrainingOptions.NONE);
    }

    /** Returns the part of a data set that this recipe trains on or tests with. */
    public Dataset select(Dataset data, Split split) {
        Dataset kept = data;
        if (!classes.isEmpty()) {
            int each = perClass == 0 ? data.size() : perClass;
            kept = data.firstOfEach(
                    each, classes.stream().mapToInt(Integer::intValue).toArray());
        }
        int first = split == Split.TRAIN ? limit : testLimit;
        return first == 0 ? kept : kept.first(first);
    }

    /**
     * Returns what training makes small: the loss, with smoothed labels and class weights where those are added. What a
     * test measures is the loss by itself.
     */
    public Loss trainingLoss(Dataset training) {
        return options.loss(loss, training);
    }

    /** Reads the part of a data set that this recipe trains on or tests with, and no more where it can be told before. */
    public Dataset load(DatasetSource source, Split split) {
        int first = split == Split.TRAIN ? limit : testLimit;
        return classes.isEmpty() && first > 0 ? source.load(split, first) : select(source.load(split), split);
    }

    /** Returns the optimizer with its rate and weight decay. */
    public Optimizer createOptimizer() {
        return options.decay(Optimizers.create(optimizer, rate));
    }

    public Recipe withDataset(String name) {
        return new Recipe(
                name,
                classes,
                perClass,
                limit,
                testLimit,
                normalization,
                loss,
                optimizer,
                rate,
                schedule,
                batch,
                epochs,
                options);
    }

    /** Returns the same for samples of so many channels: a recipe for colours has a mean and a deviation for each. */
    public Recipe forChannels(int channels) {
        return new Recipe(
                dataset,
                classes,
                perClass,
                limit,
                testLimit,
                normalization.fitting(channels),
                loss,
                optimizer,
                rate,
                schedule,
                batch,
                epochs,
                options);
    }

    public Recipe withLimits(int train, int test) {
        return new Recipe(
                dataset,
                classes,
                perClass,
                train,
                test,
                normalization,
                loss,
                optimizer,
                rate,
                schedule,
                batch,
                epochs,
                options);
    }

    public Recipe withOptimizer(String name, double newRate) {
        return new Recipe(
                dataset,
                classes,
                perClass,
                limit,
                testLimit,
                normalization,
                loss,
                name,
                newRate,
                schedule,
                batch,
                epochs,
                options);
    }

    public Recipe withSchedule(Schedule other) {
        return new Recipe(
                dataset,
                classes,
                perClass,
                limit,
                testLimit,
                normalization,
                loss,
                optimizer,
                rate,
                other,
                batch,
                epochs,
                options);
    }

    public Recipe withBatch(int samples) {
        return new Recipe(
                dataset,
                classes,
                perClass,
                limit,
                testLimit,
                normalization,
                loss,
                optimizer,
                rate,
                schedule,
                samples,
                epochs,
                options);
    }

    public Recipe withEpochs(int count) {
        return new Recipe(
                dataset,
                classes,
                perClass,
                limit,
                testLimit,
                normalization,
                loss,
                optimizer,
                rate,
                schedule,
                batch,
                count,
                options);
    }

    public Recipe withOptions(TrainingOptions others) {
        return new Recipe(
                dataset,
                classes,
                perClass,
                limit,
                testLimit,
                normalization,
                loss,
                optimizer,
                rate,
                schedule,
                batch,
                epochs,
                others);
    }

    /** Writes the recipe as plain values, for model files. */
    public Map<String, Object> write() {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("dataset", dataset);
        written.put("classes", classes);
        written.put("perClass", perClass);
        written.put("limit", limit);
        written.put("testLimit", testLimit);
        written.put(SCALE, list(normalization.scale()));
        written.put(SHIFT, list(normalization.shift()));
        written.put("loss", loss.kind());
        written.put("optimizer", optimizer);
        written.put("rate", rate);
        written.put("schedule", schedule.toString());
        written.put("batch", batch);
        written.put("epochs", epochs);
        Map<String, Object> added = options.write();
        if (!added.isEmpty()) {
            written.put(OPTIONS, added);
        }
        return written;
    }

    static List<Float> list(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if it is not a recipe; says which value
     */
    public static Recipe read(Map<?, ?> written) {
        return new Recipe(
                text(written, "dataset"),
                integers(written, "classes"),
                integer("perClass", written.get("perClass")),
                integer("limit", written.get("limit")),
                integer("testLimit", written.get("testLimit")),
                new Normalization(floats(written, SCALE), floats(written, SHIFT)),
                Loss.parse(text(written, "loss")),
                text(written, "optimizer"),
                number("rate", written.get("rate")),
                Schedule.parse(text(written, "schedule")),
                integer("batch", written.get("batch")),
                integer("epochs", written.get("epochs")),
                options(written));
    }

    private static TrainingOptions options(Map<?, ?> written) {
        Object added = written.get(OPTIONS);
        if (added == null) {
            return TrainingOptions.NONE;
        }
        if (added instanceof Map<?, ?> map) {
            return TrainingOptions.read(map);
        }
        throw wrong(OPTIONS, "an object", added);
    }

    static IllegalArgumentException wrong(String key, String expected, Object found) {
        // What was found comes from a file: on one line and not at any length.
        String shown = StringUtils.abbreviate(String.valueOf(found), 60).replaceAll("\\p{Cntrl}", "?");
        return new IllegalArgumentException("the recipe's '" + key + "' must be " + expected + ", "
                + (found == null ? "and it is missing" : "found " + shown));
    }

    static String text(Map<?, ?> written, String key) {
        if (written.get(key) instanceof String text) {
            return text;
        }
        throw wrong(key, "a string", written.get(key));
    }

    static double number(String key, Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(key, "a number", value);
    }

    static int integer(String key, Object value) {
        double number = number(key, value);
        if (number == Math.rint(number) && number >= 0 && number <= Integer.MAX_VALUE) {
            return (int) number;
        }
        throw wrong(key, "an integer of at least 0", value);
    }

    private static List<?> items(Map<?, ?> written, String key) {
        if (written.get(key) instanceof List<?> list) {
            return list;
        }
        throw wrong(key, "a list", written.get(key));
    }

    private static List<Integer> integers(Map<?, ?> written, String key) {
        List<Integer> numbers = new ArrayList<>();
        items(written, key).forEach(item -> numbers.add(integer(key, item)));
        return numbers;
    }

    private static float[] floats(Map<?, ?> written, String key) {
        List<?> list = items(written, key);
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) number(key, list.get(i));
        }
        return values;
    }
}
