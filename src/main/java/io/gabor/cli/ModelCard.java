package io.gabor.cli;

import io.gabor.model.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model file says besides layers and weights: the recipe, the name of the model, of its classes, and the seed.
 *
 * @param model the name of the model that was trained
 * @param recipe how it was trained
 * @param classNames in the order of the outputs; empty where the data set has target values
 * @param seed of its first weights and of the order of the samples
 * @param images null unless it was trained on a folder of images
 */
record ModelCard(String model, Recipe recipe, List<String> classNames, long seed, FolderImages images) {
    private static final String MODEL = "model";
    private static final String CLASS_NAMES = "classNames";
    private static final String SEED = "seed";
    private static final String IMAGES = "images";

    ModelCard {
        classNames = List.copyOf(classNames);
    }

    /** Returns it as plain values, for a model file. */
    Map<String, Object> write() {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put(MODEL, model);
        written.putAll(recipe.write());
        written.put(CLASS_NAMES, classNames);
        written.put(SEED, seed);
        if (images != null) {
            written.put(IMAGES, images.write());
        }
        return written;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if it is something else; says which value
     */
    static ModelCard read(Map<?, ?> written) {
        if (!(written.get(MODEL) instanceof String model)) {
            throw wrong(MODEL, "a string", written.get(MODEL));
        }
        if (!(written.get(CLASS_NAMES) instanceof List<?> list)) {
            throw wrong(CLASS_NAMES, "a list of strings", written.get(CLASS_NAMES));
        }
        if (!(written.get(SEED) instanceof Number seed)) {
            throw wrong(SEED, "an integer", written.get(SEED));
        }
        List<String> names = new ArrayList<>();
        for (Object name : list) {
            if (!(name instanceof String text)) {
                throw wrong(CLASS_NAMES, "a list of strings", list);
            }
            names.add(text);
        }
        FolderImages images = written.containsKey(IMAGES) ? FolderImages.read(written.get(IMAGES)) : null;
        return new ModelCard(model, Recipe.read(written), names, seed.longValue(), images);
    }

    /** Returns the name of an output: its class, or its number. */
    String className(int output) {
        return output < classNames.size() ? classNames.get(output) : String.valueOf(output);
    }

    private static IllegalArgumentException wrong(String key, String expected, Object found) {
        return new IllegalArgumentException("the recipe's '" + key + "' must be " + expected + ", "
                + (found == null ? "and it is missing" : "found " + found));
    }
}
