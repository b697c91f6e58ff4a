package io.gabor.io;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a safetensors file holds: named tensors and free text by name. Both maps are copied, keep their order and cannot
 * be changed; the tensors' arrays are not copied.
 */
public record SafetensorsFile(Map<String, String> metadata, Map<String, TensorData> tensors) {
    /** The name in the header that stands for the metadata and can be no tensor's name. */
    static final String METADATA_KEY = "__metadata__";

    /**
     * @throws IllegalArgumentException if a tensor is named {@code __metadata__}
     * @throws NullPointerException if a name, a text or a tensor is null
     */
    public SafetensorsFile {
        metadata = copy(metadata, "metadata");
        tensors = copy(tensors, "tensors");
        if (tensors.containsKey(METADATA_KEY)) {
            throw new IllegalArgumentException(
                    "a tensor cannot be named " + METADATA_KEY + "; the format keeps this name for the metadata");
        }
    }

    private static <V> Map<String, V> copy(Map<String, V> map, String what) {
        Map<String, V> copy = new LinkedHashMap<>(map);
        if (copy.containsKey(null) || copy.containsValue(null)) {
            throw new NullPointerException("a name or value in " + what + " is null");
        }
        return Collections.unmodifiableMap(copy);
    }
}
