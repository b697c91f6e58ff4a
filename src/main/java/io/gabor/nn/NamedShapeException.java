package io.gabor.nn;

import io.gabor.tensor.ShapeException;

/** A shape that does not fit, with the name of the layer it does not fit; containers pass it on as it is. */
public final class NamedShapeException extends ShapeException {
    private static final long serialVersionUID = 1L;

    private final transient Layer layer;

    NamedShapeException(Layer layer, String message) {
        super(message);
        this.layer = layer;
    }

    /** Returns the layer that it does not fit. */
    public Layer layer() {
        return layer;
    }
}
