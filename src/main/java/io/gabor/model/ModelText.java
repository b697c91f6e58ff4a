package io.gabor.model;

import io.gabor.io.FormatException;
import io.gabor.io.YamlText;
import io.gabor.nn.Layer;
import io.gabor.nn.LayerConfig;
import io.gabor.nn.LayerConfigException;
import io.gabor.nn.NamedShapeException;
import io.gabor.nn.Sequential;
import io.gabor.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.StringUtils;

/**
 * A model as a small text in YAML: a name, the shape of a sample, the layers as {@link LayerConfig} reads them, and perhaps a
 * recipe; or the name of a model that there is, with another recipe. docs/models.md has the keys. Whatever is wrong is said
 * with file and line.
 */
public final class ModelText {
    private static final String NAME = "name";
    private static final String DESCRIPTION = "description";
    private static final String MODEL = "model";
    private static final String INPUT = "input";
    private static final String CLASSES = "classes";
    private static final String PARAMETERS = "parameters";
    private static final String LAYERS = "layers";
    private static final String RECIPE = "recipe";
    private static final List<String> KEYS =
            List.of(NAME, DESCRIPTION, MODEL, INPUT, CLASSES, PARAMETERS, LAYERS, RECIPE);
    /** What a text that names a model leaves to it. */
    private static final List<String> OF_LAYERS = List.of(INPUT, CLASSES, PARAMETERS, LAYERS);

    /** The keys of a layer under which there are layers. */
    private static final List<String> OF_INNER_LAYERS = List.of(LAYERS, "shortcut");

    private static final int MAX_RANK = 3;

    private final YamlText text;
    private final Map<String, Object> root;

    private ModelText(YamlText text) {
        this.text = text;
        this.root = text.root();
    }

    /** Returns whether a file of this name is read as a text. */
    public static boolean isNamed(String file) {
        return file.endsWith(".yaml") || file.endsWith(".yml") || file.endsWith(".json");
    }

    /**
     * Reads a model, and builds its layers once to see that they fit one another.
     *
     * @throws FormatException if something is wrong; says file, line, what was expected and what was found
     * @throws IOException if the file cannot be read
     */
    public static Model read(Path path) throws IOException {
        return new ModelText(YamlText.read(path)).model();
    }

    /**
     * As {@link #read}, of a text.
     *
     * @param source what to call it in messages
     */
    public static Model parse(String source, String text) {
        return new ModelText(YamlText.parse(source, text)).model();
    }

    private Model model() {
        for (String key : root.keySet()) {
            if (!KEYS.contains(key)) {
                throw problem(key, "there is no key '" + shown(key) + "'; there are " + String.join(", ", KEYS));
            }
        }
        String name = string(NAME);
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw wrong(NAME, "at most 64 letters, digits, '.', '_' and '-'", name);
        }
        return root.containsKey(MODEL) ? ofModel(name) : ofLayers(name);
    }

    private Model ofModel(String name) {
        for (String key : OF_LAYERS) {
            if (root.containsKey(key)) {
                throw problem(
                        key, "'" + key + "' comes from the model that '" + MODEL + "' names; leave one of them out");
            }
        }
        Model base = Models.find(string(MODEL))
                .orElseThrow(() -> wrong(
                        MODEL,
                        "one of "
                                + String.join(
                                        ", ",
                                        Models.all().stream().map(Model::name).toList()),
                        root.get(MODEL)));
        return new Model(
                name,
                root.containsKey(DESCRIPTION) ? string(DESCRIPTION) : base.description(),
                base.sampleShape(),
                base.classes(),
                base.architecture(),
                recipe(base.recipe(), base.sampleShape()));
    }

    private Model ofLayers(String name) {
        Shape input = input();
        int classes = integer(root, CLASSES);
        Map<String, Integer> parameters = parameters();
        if (!(root.get(LAYERS) instanceof List<?> list) || list.isEmpty()) {
            throw wrong(LAYERS, "a list of at least one layer", root.get(LAYERS));
        }
        expand(list);
        Map<String, Object> outermost = new LinkedHashMap<>();
        outermost.put("kind", "sequential");
        outermost.put(LAYERS, list);
        text.place(outermost, text.line(root, LAYERS));
        check(outermost, parameters, input, classes);
        return new Model(
                name,
                root.containsKey(DESCRIPTION) ? string(DESCRIPTION) : list.size() + " layers",
                input,
                classes,
                outputs -> layers(outermost, parameters, outputs, new IdentityHashMap<>()),
                recipe(RecipeText.usual(input), input));
    }

    private Shape input() {
        if (root.get(INPUT) instanceof List<?> list && !list.isEmpty() && list.size() <= MAX_RANK) {
            try {
                return Shape.of(
                        list.stream().mapToInt(item -> integer(INPUT, item)).toArray());
            } catch (IllegalArgumentException e) {
                throw problem(INPUT, "'" + INPUT + "': " + e.getMessage());
            }
        }
        throw wrong(INPUT, "the shape of a sample, as [3, 32, 32]", root.get(INPUT));
    }

    /** Returns the numbers that may stand in layers by their names. */
    private Map<String, Integer> parameters() {
        Map<String, Integer> parameters = new HashMap<>();
        if (!root.containsKey(PARAMETERS)) {
            return parameters;
        }
        if (!(root.get(PARAMETERS) instanceof Map<?, ?> map)) {
            throw wrong(PARAMETERS, "names and whole numbers, as {width: 64}", root.get(PARAMETERS));
        }
        for (Object key : map.keySet()) {
            String name = String.valueOf(key);
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || name.equals(CLASSES)) {
                throw text.problem(
                        text.line(map, name),
                        "a parameter's name has letters, digits and '_' and is not '" + CLASSES + "', found '"
                                + shown(name) + "'");
            }
            parameters.put(name, integer(map, name));
        }
        return parameters;
    }

    /** Puts layers of a kind alone, {@code relu}, in the form {@code {kind: relu}}, however deep. */
    private void expand(List<?> layers) {
        @SuppressWarnings("unchecked") // the reader's own lists
        List<Object> items = (List<Object>) layers;
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof String kind) {
                Map<String, Object> layer = new LinkedHashMap<>();
                layer.put("kind", kind);
                text.place(layer, text.itemLine(layers, i));
                items.set(i, layer);
            } else if (items.get(i) instanceof Map<?, ?> layer) {
                for (String key : OF_INNER_LAYERS) {
                    if (layer.get(key) instanceof List<?> inner) {
                        expand(inner);
                    }
                }
            }
        }
    }

    private void check(Map<String, Object> outermost, Map<String, Integer> parameters, Shape input, int classes) {
        Map<Layer, Map<?, ?>> places = new IdentityHashMap<>();
        Sequential layers = layers(outermost, parameters, classes, places);
        Shape output;
        try {
            output = layers.outputShape(input);
        } catch (NamedShapeException e) {
            throw text.problem(text.line(places.getOrDefault(e.layer(), outermost)), e.getMessage());
        } catch (IllegalArgumentException e) {
            throw problem(LAYERS, e.getMessage());
        }
        if (output.rank() != 1 || output.size() != classes) {
            throw problem(
                    CLASSES,
                    "the layers put out " + output + ", and there are to be " + classes + " classes; make them agree");
        }
    }

    private Sequential layers(
            Map<String, Object> outermost, Map<String, Integer> parameters, int outputs, Map<Layer, Map<?, ?>> places) {
        Map<String, Integer> names = new HashMap<>(parameters);
        names.put(CLASSES, outputs);
        try {
            return (Sequential) LayerConfig.read(outermost, names, places::put);
        } catch (LayerConfigException e) {
            throw text.problem(text.line(e.values(), e.key()), e.getMessage());
        }
    }

    private Recipe recipe(Recipe base, Shape input) {
        if (!root.containsKey(RECIPE)) {
            return base;
        }
        if (root.get(RECIPE) instanceof Map<?, ?> recipe) {
            return RecipeText.read(text, recipe, base, input);
        }
        throw wrong(RECIPE, "keys and values", root.get(RECIPE));
    }

    private String string(String key) {
        if (root.get(key) instanceof String value) {
            return value;
        }
        throw wrong(key, "a string", root.get(key));
    }

    private int integer(Map<?, ?> map, String key) {
        if (map.get(key) instanceof Long value && value >= 1 && value <= Integer.MAX_VALUE) {
            return value.intValue();
        }
        throw text.problem(text.line(map, key), expected(key, "a whole number of at least 1", map.get(key)));
    }

    private int integer(String key, Object value) {
        if (value instanceof Long number && number >= 1 && number <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw wrong(key, "whole numbers of at least 1", value);
    }

    private FormatException wrong(String key, String expected, Object found) {
        return problem(key, expected(key, expected, found));
    }

    private static String expected(String key, String expected, Object found) {
        return "'" + key + "' must be " + expected + ", "
                + (found == null ? "and it is missing" : "found " + shown(found));
    }

    private static String shown(Object found) {
        return StringUtils.abbreviate(String.valueOf(found), 60);
    }

    private FormatException problem(String key, String message) {
        return text.problem(text.line(root, key), message);
    }
}
