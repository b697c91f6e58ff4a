package io.gabor.nn;

import io.gabor.tensor.ShapeException;

/** A shape that does not fit, with the name of the layer it does not fit; containers pass it on as it is. */
final class NamedShapeException extends ShapeException {
    private static final long serialVersionUID = 1L;

    NamedShapeException(String message) {
        super(message);
    }
}
