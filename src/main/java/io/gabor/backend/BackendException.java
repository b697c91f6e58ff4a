package io.gabor.backend;

/** A failure of the device or its memory; the message names the op, what was asked for and what there is. */
public class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
