package io.gabor.data;

/** Is told how the reading of images goes, so that a command can draw a bar. Called by the thread that asked for the data. */
public interface DecodingProgress {
    /** Tells no one. */
    DecodingProgress NONE = new DecodingProgress() {};

    /** So many images of one split of a folder will be read. */
    default void started(String folder, Split split, int images) {}

    /** So many of them have been read. */
    default void advanced(int done) {}

    /** They have all been read, or one of them has ended it. */
    default void finished() {}
}
