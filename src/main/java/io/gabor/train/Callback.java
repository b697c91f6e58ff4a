package io.gabor.train;

/** Told how training goes; on the training thread, between two steps. {@link Trainer#stop} may be called from here. */
public interface Callback {
    /** Called several times a second, and at the end of an epoch. */
    default void onProgress(Progress progress) {}

    /** Called after each step that is looked at ({@link Trainer#watch}). */
    default void onHealth(Health health) {}

    /** Called after each epoch. */
    default void onEpoch(EpochResult result) {}
}
