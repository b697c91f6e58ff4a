package io.gabor.backend;

/**
 * Marks in the queue of a backend's work, and the time between them. Setting a mark allocates nothing and waits for nothing,
 * so a step that is recorded may hold marks; each run of it sets them anew. Made by {@link Backend#timeline}.
 */
public interface Timeline extends AutoCloseable {
    /**
     * Returns whether the times are the device's own: from when the work before one mark was done there to when that before
     * the other was. Otherwise they are the host's, from call to call.
     */
    boolean onDevice();

    /** Sets a mark behind all work that has been queued; {@code index} counts from 0. */
    void mark(int index);

    /**
     * Returns the seconds between two marks that have been set, after all queued work.
     *
     * @throws IllegalStateException if one of them has not been set
     */
    double seconds(int from, int to);

    /** Releases the marks. */
    @Override
    void close();
}
