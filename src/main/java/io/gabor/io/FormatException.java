package io.gabor.io;

/**
 * A file that is not what it should be; the message has its name, what was expected and what was found, on one line.
 */
public final class FormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
