package io.gabor.backend;

/** There is not enough memory for tensors or workspaces; the message says what was asked for and what there is. */
public class OutOfMemoryException extends BackendException {
    private static final long serialVersionUID = 1L;

    public OutOfMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
