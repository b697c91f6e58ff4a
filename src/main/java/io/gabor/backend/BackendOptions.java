package io.gabor.backend;

/**
 * What a user may choose about a backend.
 *
 * @param threads how many CPU threads compute; 0 means as many as there are processors
 */
public record BackendOptions(int threads) {
    /** As many threads as there are processors. */
    public static final BackendOptions DEFAULT = new BackendOptions(0);

    /** The most threads that can be asked for. */
    public static final int MAX_THREADS = 1024;

    public BackendOptions {
        if (threads < 0 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be from 1 to " + MAX_THREADS + ", or 0 for one per processor; found " + threads);
        }
    }

    /** Returns the number of threads with 0 replaced by the number of processors. */
    public int resolvedThreads() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }
}
