package io.gabor.data;

/**
 * Data that cannot be used: a file that is missing, damaged or of another kind, or samples that contradict one another.
 * The message is one line for the user: which file, what was expected, what was found, what to do.
 */
public class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
