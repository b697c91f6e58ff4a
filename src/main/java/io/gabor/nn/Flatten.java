package io.gabor.nn;

import io.gabor.tensor.Shape;
import java.util.Map;

/** Turns a sample of any shape into a vector, row-major: what stands between convolutions and a {@link Dense} layer. */
public final class Flatten extends Reshape {
    public Flatten() {
        super(Shape.of());
    }

    @Override
    public Shape outputShape(Shape in) {
        return Shape.of(in.size());
    }

    @Override
    public String kind() {
        return "flatten";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of();
    }
}
