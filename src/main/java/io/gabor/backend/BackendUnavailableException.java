package io.gabor.backend;

/** A backend that cannot run here; the message holds the reason and the remedy. */
public final class BackendUnavailableException extends BackendException {
    private static final long serialVersionUID = 1L;

    public BackendUnavailableException(String message) {
        super(message);
    }
}
