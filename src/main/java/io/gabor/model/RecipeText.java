package io.gabor.model;

import io.gabor.data.Normalization;
import io.gabor.io.FormatException;
import io.gabor.io.YamlText;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Optimizers;
import io.gabor.optim.Schedule;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.lang3.StringUtils;

/**
 * The recipe in a model's text: the keys of a recipe in a model file, those of its options beside them, and the pixels' mean and
 * deviation in place of scale and shift. What is left out stays as it was. One key after the other goes into the recipe, so that
 * what is wrong is known by its line.
 */
final class RecipeText {
    private static final String OPTIMIZER = "optimizer";
    private static final String RATE = "rate";
    private static final String MEAN = "mean";
    private static final String DEVIATION = "deviation";

    private final YamlText text;
    private final Map<?, ?> found;
    private final Shape input;

    private RecipeText(YamlText text, Map<?, ?> found, Shape input) {
        this.text = text;
        this.found = found;
        this.input = input;
    }

    /** Returns the recipe of a model whose text has none: CIFAR-10 for three channels, else MNIST, with Adam. */
    static Recipe usual(Shape input) {
        boolean colour = input.rank() == 3 && input.dim(0) == 3;
        Normalization grey = input.rank() == 3 && input.dim(0) == 1
                ? Normalization.standard(0.1307, 0.3081)
                : input.rank() == 1 ? Normalization.NONE : Normalization.UNIT;
        return new Recipe(
                colour ? Cifar10.DATASET : "mnist",
                List.of(),
                0,
                0,
                0,
                colour ? Cifar10.NORMALIZATION : grey,
                new SoftmaxCrossEntropy(),
                "adam",
                Optimizers.usualRate("adam"),
                Schedule.COSINE,
                64,
                10);
    }

    /** Returns a recipe with what a text says of it. */
    static Recipe read(YamlText text, Map<?, ?> found, Recipe base, Shape input) {
        return new RecipeText(text, found, input).read(base);
    }

    private Recipe read(Recipe base) {
        Map<String, Object> written = base.write();
        Map<String, Object> options = new LinkedHashMap<>(base.options().write());
        List<String> ofOptions = TrainingOptions.keys();
        Set<String> own = new LinkedHashSet<>(written.keySet());
        own.removeAll(List.of(Recipe.SCALE, Recipe.SHIFT, Recipe.OPTIONS));
        if (found.get(OPTIMIZER) instanceof String optimizer && !optimizer.equals(base.optimizer())) {
            written.put(RATE, Optimizers.usualRate(optimizer));
        }
        Recipe recipe = base;
        for (Object name : found.keySet()) {
            String key = String.valueOf(name);
            if (own.contains(key)) {
                written.put(key, found.get(key));
            } else if (ofOptions.contains(key)) {
                options.put(key, found.get(key));
                written.put(Recipe.OPTIONS, options);
            } else if (key.equals(MEAN) || key.equals(DEVIATION)) {
                Normalization normalization = normalization();
                written.put(Recipe.SCALE, Recipe.list(normalization.scale()));
                written.put(Recipe.SHIFT, Recipe.list(normalization.shift()));
            } else {
                own.addAll(List.of(MEAN, DEVIATION));
                own.addAll(ofOptions);
                throw problem(
                        key,
                        "a recipe has no key '" + StringUtils.abbreviate(key, 60) + "'; it has "
                                + String.join(", ", own));
            }
            try {
                recipe = Recipe.read(written);
            } catch (IllegalArgumentException e) {
                throw problem(key, e.getMessage());
            }
        }
        return recipe;
    }

    private Normalization normalization() {
        double[] means = numbers(MEAN, DEVIATION);
        double[] deviations = numbers(DEVIATION, MEAN);
        if (means.length != deviations.length) {
            throw problem(
                    DEVIATION,
                    "expected as many deviations as means, found " + deviations.length + " and " + means.length);
        }
        for (double deviation : deviations) {
            if (!(deviation > 0)) {
                throw problem(DEVIATION, "a deviation must be above 0, found " + deviation);
            }
        }
        try {
            Normalization normalization = Normalization.standard(means, deviations);
            normalization.forChannels(input.dim(0));
            return normalization;
        } catch (IllegalArgumentException e) {
            throw problem(MEAN, e.getMessage());
        }
    }

    /** Reads one number for all channels, or a list of one for each. */
    private double[] numbers(String key, String companion) {
        Object value = found.get(key);
        List<?> list = value instanceof List<?> several ? several : value == null ? List.of() : List.of(value);
        List<Double> numbers = new ArrayList<>();
        for (Object item : list) {
            if (item instanceof Number number) {
                numbers.add(number.doubleValue());
            }
        }
        if (list.isEmpty() || numbers.size() < list.size()) {
            throw problem(
                    list.isEmpty() ? companion : key,
                    "'" + MEAN + "' and '" + DEVIATION
                            + "' go together, each a number or a list of one for each channel, of"
                            + " pixels from 0 to 1");
        }
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private FormatException problem(String key, String message) {
        return text.problem(text.line(found, key), message);
    }
}
