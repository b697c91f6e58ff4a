package io.gabor.io;

import io.gabor.backend.Backend;
import io.gabor.nn.Layer;
import io.gabor.nn.LayerConfig;
import io.gabor.nn.Network;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A trained network as a safetensors file: each parameter and buffer is a tensor of its name, so PyTorch and others can read the weights;
 * the input's shape, the layers and the recipe are JSON strings in {@code __metadata__}. The same network gives the same file,
 * byte for byte.
 *
 * @param input the shape of one sample
 * @param architecture the layers as {@link LayerConfig} writes them
 * @param recipe what else there is to know, as plain values; not looked into here
 * @param weights by name, in the order of the layers
 */
public record ModelFile(
        Shape input, Map<String, Object> architecture, Map<String, Object> recipe, Map<String, TensorData> weights) {
    private static final String FORMAT = "gabor-model-1";

    /** Takes a network as it is now. */
    public static ModelFile of(Network network, Map<String, Object> recipe) {
        Map<String, float[]> values = network.weights();
        Map<String, TensorData> weights = new LinkedHashMap<>();
        network.tensors()
                .forEach((name, tensor) -> weights.put(name, new TensorData(tensor.shape(), values.get(name))));
        return new ModelFile(network.in().sampleShape(), LayerConfig.write(network.root()), recipe, weights);
    }

    /**
     * Writes the file: beside it first, then renamed, so that a failure leaves what was there.
     *
     * @throws IOException if it cannot be written
     */
    public void write(Path path) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("input", Json.write(IntStream.of(input.dims()).boxed().toList()));
        metadata.put("architecture", Json.write(architecture));
        metadata.put("recipe", Json.write(recipe));
        Safetensors.write(path, new SafetensorsFile(metadata, weights));
    }

    /**
     * Reads a file and checks all of it: that the layers exist and fit one another, and that there is exactly one tensor of
     * the right shape for each parameter and buffer.
     *
     * @throws FormatException if it is no such file; says what is wrong
     * @throws IOException if it cannot be read
     */
    public static ModelFile read(Path path) throws IOException {
        SafetensorsFile file = Safetensors.read(path);
        Map<String, String> metadata = file.metadata();
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new FormatException(path + ": not a Gabor model: expected the format '" + FORMAT
                    + "' in its metadata, found "
                    + (metadata.get("format") == null ? "none" : Quoted.text(metadata.get("format"))));
        }
        try {
            ModelFile model = new ModelFile(
                    shape(json(metadata, "input", List.class)),
                    plain(json(metadata, "architecture", Map.class)),
                    plain(json(metadata, "recipe", Map.class)),
                    file.tensors());
            model.check();
            return model;
        } catch (IllegalArgumentException e) {
            throw new FormatException(path + ": " + Quoted.line(e.getMessage()), e);
        }
    }

    private static <T> T json(Map<String, String> metadata, String key, Class<T> type) {
        String text = metadata.get(key);
        if (text == null) {
            throw new IllegalArgumentException("its metadata has no '" + key + "'");
        }
        Object value;
        try {
            value = Json.read(text);
        } catch (JsonException e) {
            throw new IllegalArgumentException("the metadata's '" + key + "' is not JSON: " + e.getMessage(), e);
        }
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("the metadata's '" + key + "' must be "
                    + (type == Map.class ? "an object" : "a list") + ", found " + Quoted.text(text));
        }
        return type.cast(value);
    }

    private static Map<String, Object> plain(Map<?, ?> map) {
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((key, value) -> result.put((String) key, value));
        return result;
    }

    private static Shape shape(List<?> dims) {
        int[] result = new int[dims.size()];
        for (int i = 0; i < result.length; i++) {
            if (!(dims.get(i) instanceof Long dim) || dim < 1 || dim > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("the input's shape must be integers above 0, found " + dims);
            }
            result[i] = dim.intValue();
        }
        return Shape.of(result);
    }

    private void check() {
        Layer root = layers();
        if (root.children().isEmpty()) {
            throw new IllegalArgumentException(
                    "the outermost layer must be a sequential or residual, found " + root.kind());
        }
        Map<String, Shape> expected = new LinkedHashMap<>(root.parameterShapes(input));
        expected.putAll(root.bufferShapes(input));
        List<String> unknown = new ArrayList<>(weights.keySet());
        unknown.removeAll(expected.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("it has tensors that no layer asks for: " + unknown);
        }
        expected.forEach((name, shape) -> {
            TensorData found = weights.get(name);
            if (found == null) {
                throw new IllegalArgumentException("the tensor " + name + " of shape " + shape + " is missing");
            }
            if (!found.shape().equals(shape)) {
                throw new ShapeException("the tensor " + name + " must be " + shape + ", found " + found.shape());
            }
        });
    }

    /** Returns new layers of this architecture. */
    public Layer layers() {
        return LayerConfig.read(architecture);
    }

    /** Builds the network for use, with its weights. */
    public Network inference(Backend backend, int maxBatch) {
        return loaded(Network.inference(layers(), input, backend, maxBatch));
    }

    /** Builds the network for further training, with its weights. */
    public Network training(Backend backend, int maxBatch) {
        return loaded(Network.training(layers(), input, backend, maxBatch, 0));
    }

    private Network loaded(Network network) {
        Map<String, float[]> values = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> values.put(name, tensor.values()));
        try {
            network.load(values);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
        return network;
    }
}
