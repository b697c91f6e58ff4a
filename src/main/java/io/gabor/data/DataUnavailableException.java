package io.gabor.data;

/**
 * A known data set that is in none of the folders and cannot be downloaded. Only this failure allows another data set to
 * take its place ({@link Datasets#openOrDigits}); a damaged file never does.
 */
public final class DataUnavailableException extends DataException {
    private static final long serialVersionUID = 1L;

    public DataUnavailableException(String message) {
        super(message);
    }

    public DataUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
