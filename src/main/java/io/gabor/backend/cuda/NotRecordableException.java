package io.gabor.backend.cuda;

/** A step does something that a graph cannot repeat: an upload, say. */
final class NotRecordableException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NotRecordableException(String message) {
        super(message);
    }
}
