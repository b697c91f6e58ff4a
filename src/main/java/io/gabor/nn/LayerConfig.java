package io.gabor.nn;

import io.gabor.tensor.Padding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.commons.lang3.StringUtils;

/**
 * Layers as plain values (maps, lists, strings, numbers, booleans), the way model files hold them: {@code kind}, an optional
 * {@code name}, and what {@link Layer#config} says. Reading trusts nothing: every value is checked for its type, and a key
 * that a kind does not know is an error.
 */
public final class LayerConfig {
    private static final Map<String, Function<LayerConfig, Layer>> READERS = new TreeMap<>();
    private static final int MAX_DEPTH = 32;
    private static final int LONGEST_VALUE = 60;

    static {
        READERS.put("conv2d", Conv2d::read);
        READERS.put("conv_transpose2d", ConvTranspose2d::read);
        READERS.put("dense", Dense::read);
        READERS.put("batch_norm1d", BatchNorm1d::read);
        READERS.put("batch_norm2d", BatchNorm2d::read);
        READERS.put("layer_norm", LayerNorm::read);
        READERS.put("dropout", Dropout::read);
        READERS.put("dropout2d", Dropout2d::read);
        READERS.put("max_pool2d", MaxPool2d::read);
        READERS.put("global_max_pool2d", config -> new GlobalMaxPool2d());
        READERS.put("avg_pool2d", AvgPool2d::read);
        READERS.put("global_avg_pool2d", config -> new GlobalAvgPool2d());
        READERS.put("zero_pad2d", ZeroPad2d::read);
        READERS.put("upsample_nearest2d", UpsampleNearest2d::read);
        READERS.put("reshape", Reshape::read);
        READERS.put("flatten", config -> new Flatten());
        READERS.put("relu", config -> new ReLU());
        READERS.put("leaky_relu", LeakyReLU::read);
        READERS.put("sigmoid", config -> new Sigmoid());
        READERS.put("tanh", config -> new Tanh());
        READERS.put("gelu", config -> new GELU());
        READERS.put("silu", config -> new SiLU());
        READERS.put("elu", ELU::read);
        READERS.put("softplus", config -> new Softplus());
        READERS.put("hard_swish", config -> new HardSwish());
        READERS.put("scale", Scale::read);
        READERS.put("softmax", config -> new Softmax());
        READERS.put("sequential", Sequential::read);
        READERS.put("residual", Residual::read);
        READERS.put("concat", Concat::read);
    }

    private final String where;
    private final Map<?, ?> values;
    private final int depth;
    /** Numbers that may stand there by their names. */
    private final Map<String, Integer> names;
    /** Is told of each layer and the values that it was made of. */
    private final BiConsumer<Layer, Map<?, ?>> made;

    private final Set<String> used = new TreeSet<>();

    private LayerConfig(
            String where, Map<?, ?> values, int depth, Map<String, Integer> names, BiConsumer<Layer, Map<?, ?>> made) {
        this.where = where;
        this.values = values;
        this.depth = depth;
        this.names = names;
        this.made = made;
    }

    /** Returns the kinds that there are. */
    public static Set<String> kinds() {
        return Collections.unmodifiableSet(READERS.keySet());
    }

    /** Writes a layer, and the layers inside it, as plain values. */
    public static Map<String, Object> write(Layer layer) {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put("kind", layer.kind());
        if (layer.name() != null) {
            written.put("name", layer.name().substring(layer.name().lastIndexOf('.') + 1));
        }
        written.putAll(layer.config());
        return written;
    }

    /**
     * Makes the layer that {@link #write(Layer)} wrote.
     *
     * @throws LayerConfigException if it is not one; says which layer and which value
     */
    public static Layer read(Map<?, ?> written) {
        return read(written, Map.of(), (layer, values) -> {});
    }

    /**
     * As {@link #read(Map)}, for what people write.
     *
     * @param names numbers that may stand in place of integers by their names
     * @param made is told of each layer and the values that it was made of, the inner ones first
     */
    public static Layer read(Map<?, ?> written, Map<String, Integer> names, BiConsumer<Layer, Map<?, ?>> made) {
        return read("the network", written, 0, names, made);
    }

    private static Layer read(
            String where, Map<?, ?> written, int depth, Map<String, Integer> names, BiConsumer<Layer, Map<?, ?>> made) {
        if (depth > MAX_DEPTH) {
            throw new LayerConfigException(
                    "the network", "layers are nested more than " + MAX_DEPTH + " deep", written, null, null);
        }
        LayerConfig config = new LayerConfig(where, written, depth, names, made);
        String kind = config.string("kind");
        Function<LayerConfig, Layer> reader = READERS.get(kind);
        if (reader == null) {
            throw config.wrong("kind", "one of " + String.join(", ", READERS.keySet()), kind);
        }
        LayerConfig named = new LayerConfig(where + " (" + kind + ")", written, depth, names, made);
        named.used.add("kind");
        try {
            Layer layer = named.layer(reader);
            made.accept(layer, written);
            return layer;
        } catch (LayerConfigException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new LayerConfigException(named.where, e.getMessage(), written, null, e);
        }
    }

    private Layer layer(Function<LayerConfig, Layer> reader) {
        Object name = value("name");
        Layer layer = reader.apply(this);
        if (name != null) {
            layer.named(string("name"));
        }
        for (Object key : values.keySet()) {
            if (!used.contains(String.valueOf(key))) {
                throw problem(
                        String.valueOf(key),
                        "there is no '" + shown(key) + "'; it knows " + String.join(", ", used),
                        null);
            }
        }
        return layer;
    }

    /** What was found comes from a file: on one line and not at any length. */
    private static String shown(Object found) {
        return StringUtils.abbreviate(String.valueOf(found), LONGEST_VALUE).replaceAll("\\p{Cntrl}", "?");
    }

    // ---- writing of single values -----------------------------------------------------------------------------------

    static Object write(Padding padding) {
        return padding.kind() == Padding.Kind.EXPLICIT
                ? List.of(padding.top(), padding.bottom(), padding.left(), padding.right())
                : padding.toString();
    }

    static String write(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    // ---- reading of single values -----------------------------------------------------------------------------------

    private Object value(String key) {
        used.add(key);
        return values.get(key);
    }

    private IllegalArgumentException wrong(String key, String expected, Object found) {
        String problem = found == null ? "and it is missing" : "found " + shown(found);
        return problem(key, "'" + key + "' must be " + expected + ", " + problem, null);
    }

    private LayerConfigException problem(String key, String problem, Throwable cause) {
        return new LayerConfigException(where, problem, values, key, cause);
    }

    String string(String key) {
        Object value = value(key);
        if (value instanceof String text) {
            return text;
        }
        throw wrong(key, "a string", value);
    }

    boolean flag(String key, boolean otherwise) {
        Object value = value(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, "true or false", value);
    }

    double number(String key, double otherwise) {
        Object value = value(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(key, "a number", value);
    }

    double requiredNumber(String key) {
        if (value(key) == null) {
            throw wrong(key, "a number", null);
        }
        return number(key, 0);
    }

    int integer(String key) {
        return integer(key, value(key));
    }

    int integer(String key, int otherwise) {
        Object value = value(key);
        return value == null ? otherwise : integer(key, value);
    }

    private int integer(String key, Object value) {
        if (value instanceof String name && names.containsKey(name)) {
            return names.get(name);
        }
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= 0 && number <= Integer.MAX_VALUE) {
                return (int) number;
            }
        }
        throw wrong(key, "an integer from 0 to 2147483647", value);
    }

    List<Integer> integers(String key) {
        Object value = value(key);
        if (!(value instanceof List<?> list)) {
            throw wrong(key, "a list of integers", value);
        }
        List<Integer> numbers = new ArrayList<>();
        list.forEach(item -> numbers.add(integer(key, item)));
        return numbers;
    }

    /** Reads {height, width}, or one number for both. */
    int[] pair(String key) {
        Object value = value(key);
        if (value instanceof List<?>) {
            List<Integer> both = integers(key);
            if (both.size() == 2) {
                return new int[] {both.get(0), both.get(1)};
            }
            throw wrong(key, "one number or [height, width]", value);
        }
        int one = integer(key, value);
        return new int[] {one, one};
    }

    int[] pair(String key, int otherwise) {
        return pair(key, otherwise, otherwise);
    }

    int[] pair(String key, int height, int width) {
        return value(key) == null ? new int[] {height, width} : pair(key);
    }

    Padding padding(String key) {
        Object value = value(key);
        if (value == null || "valid".equals(value)) {
            return Padding.VALID;
        }
        if ("same".equals(value)) {
            return Padding.SAME;
        }
        if (value instanceof List<?> list && list.size() == 4) {
            List<Integer> sides = integers(key);
            return Padding.of(sides.get(0), sides.get(1), sides.get(2), sides.get(3));
        }
        if (value instanceof Number) {
            return Padding.of(integer(key, value));
        }
        throw wrong(key, "\"valid\", \"same\", a number or [top, bottom, left, right]", value);
    }

    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        Object value = value(key);
        if (value == null) {
            return otherwise;
        }
        for (E constant : type.getEnumConstants()) {
            if (write(constant).equals(value)) {
                return constant;
            }
        }
        throw wrong(
                key,
                "one of "
                        + String.join(
                                ", ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(LayerConfig::write)
                                        .toList()),
                value);
    }

    Initializer initializer(String key, Initializer otherwise) {
        if (value(key) == null) {
            return otherwise;
        }
        try {
            return Initializer.parse(string(key));
        } catch (LayerConfigException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw problem(key, e.getMessage(), e);
        }
    }

    /** Returns whether there is a value under this key. */
    boolean has(String key) {
        return value(key) != null;
    }

    List<Layer> layers(String key) {
        Object value = value(key);
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            throw wrong(key, "a list of at least one layer", value);
        }
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String place = where + ", layer " + (i + 1);
            if (!(list.get(i) instanceof Map<?, ?> map)) {
                throw new LayerConfigException(
                        place, "expected an object, found " + shown(list.get(i)), values, key, null);
            }
            layers.add(read(place, map, depth + 1, names, made));
        }
        return layers;
    }
}
