package io.gabor.backend;

/** Makes backends of one kind; found through {@link java.util.ServiceLoader}. Loading a provider must load no natives. */
public interface BackendProvider {
    /**
     * Whether a backend can run here.
     *
     * @param usable whether {@link #open} will work
     * @param detail what it would run on; or, if it is not usable, why not
     * @param remedy what the user can do to make it usable or faster; empty if there is nothing to do
     */
    record Availability(boolean usable, String detail, String remedy) {}

    /** Returns the name to select it by. */
    String name();

    /** Returns its rank for {@code auto}: the highest usable one wins. Below 0: never chosen automatically. */
    int priority();

    /** Finds out whether the backend can run here. Never throws. */
    Availability probe();

    /**
     * Opens the backend.
     *
     * @throws BackendUnavailableException if it cannot run here
     */
    Backend open(BackendOptions options);
}
