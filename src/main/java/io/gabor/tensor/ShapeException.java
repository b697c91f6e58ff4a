package io.gabor.tensor;

/** Shapes, geometries or sizes that cannot work together; the message says what was expected and what was found. */
public class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }
}
