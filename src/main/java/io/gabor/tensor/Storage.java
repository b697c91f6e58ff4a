package io.gabor.tensor;

/**
 * Memory that a backend owns. Only the backend that made a storage can look inside; to everyone else it is a handle
 * with a length.
 */
public interface Storage {
    /** Returns the number of elements that fit. */
    int length();
}
