package io.gabor.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Recipes by name, each a text in the form of {@link ModelText} beside this class: a model, a data set and all settings, tuned
 * together for an accuracy. docs/results.md has what was measured.
 */
public final class Recipes {
    private static final List<String> NAMES = List.of("mnist-99.5", "cifar10-85");

    private Recipes() {}

    /** Returns the names. */
    public static List<String> names() {
        return NAMES;
    }

    /** Returns the model with the recipe of this name, if there is one. */
    public static Optional<Model> find(String name) {
        return NAMES.contains(name) ? Optional.of(read(name)) : Optional.empty();
    }

    private static Model read(String name) {
        String file = "recipe-" + name + ".yaml";
        try (InputStream in = Recipes.class.getResourceAsStream(file)) {
            return ModelText.parse(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the recipe " + name + " cannot be read from the jar", e);
        }
    }
}
