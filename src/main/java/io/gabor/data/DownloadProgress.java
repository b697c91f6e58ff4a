package io.gabor.data;

/** Is told how a download goes, so that a command can draw a bar. Called by the thread that asked for the data. */
public interface DownloadProgress {
    /** Tells no one. */
    DownloadProgress NONE = new DownloadProgress() {};

    /**
     * A file begins, or begins again at another mirror.
     *
     * @param url where it comes from
     * @param done the bytes that an interrupted download left here already
     * @param total the size of the whole file in bytes, −1 if the mirror does not say
     */
    default void started(String url, long done, long total) {}

    /** So many bytes of the current file are here, those of the interrupted download included. */
    default void advanced(long done) {}

    /** The current file is here and checked. */
    default void finished() {}

    /** The current file could not be had from this mirror; the next one is tried, if there is one. */
    default void failed(String reason) {}
}
