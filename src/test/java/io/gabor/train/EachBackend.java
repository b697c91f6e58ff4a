package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import java.util.stream.Stream;

/** The names of the backends that can run here: sources of parameterised tests. */
public final class EachBackend {
    private EachBackend() {}

    /** Returns the names, the preferred one first. */
    public static Stream<String> names() {
        return Backends.providers().stream()
                .filter(provider -> provider.probe().usable())
                .map(BackendProvider::name);
    }

    /** Opens the fastest one that computes on the CPU; that of the reference if there is no other. */
    public static Backend fastest() {
        return Backends.select(names().findFirst().orElseThrow());
    }
}
