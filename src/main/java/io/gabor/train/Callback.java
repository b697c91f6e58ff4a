package io.gabor.train;

/** Told how training goes; on the training thread, between two steps. {@link Trainer#stop} may be called from here. */
public interface Callback {
    /** Called several times a second, and at the end of an epoch. */
    default void onProgress(Progress progress) {}

    /** Called after each epoch. */
    default void onEpoch(EpochResult result) {}
}
