package io.gabor.nn;

import java.util.Map;
import org.apache.commons.lang3.StringUtils;

/** Values that are no layer: the message says where and what; containers pass it on as it is. */
public final class LayerConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_PROBLEM = 400;

    private final transient Map<?, ?> values;
    private final String key;

    LayerConfigException(String where, String problem, Map<?, ?> values, String key, Throwable cause) {
        super(where + ": " + StringUtils.abbreviate(problem, LONGEST_PROBLEM), cause);
        this.values = values;
        this.key = key;
    }

    /** Returns the values of the layer that cannot be made: the same object that was to be read. */
    public Map<?, ?> values() {
        return values;
    }

    /** Returns the key among them that is wrong; null where it is the layer as a whole. */
    public String key() {
        return key;
    }
}
