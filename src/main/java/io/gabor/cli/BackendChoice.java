package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say what computes. */
final class BackendChoice {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description =
                    "auto, cuda, cpu or reference; a name either works or fails with the reason (default: auto, the best"
                            + " one that works here).")
    private String name;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = WholeNumber.Threads.class,
            description = "CPU threads (default: one per processor). The results do not depend on it.")
    private Integer threads;

    /** Returns whether a backend was asked for by name. */
    boolean isNamed() {
        return name != null && !name.equals(Backends.AUTO);
    }

    /** Returns the name; auto unless one was given. */
    String name() {
        return name == null ? Backends.AUTO : name;
    }

    /** Returns the number of threads that was asked for; 0 for one per processor. */
    int threads() {
        return threads == null ? 0 : threads;
    }

    BackendOptions options() {
        return threads == null ? BackendOptions.DEFAULT : new BackendOptions(threads);
    }

    /**
     * Opens the backend.
     *
     * @throws UsageException if there is none of that name
     */
    Backend open() {
        requireKnown();
        return Backends.select(name(), options());
    }

    /** Returns the providers of the one backend that was asked for, or of all. */
    List<BackendProvider> providers() {
        requireKnown();
        return Backends.providers().stream()
                .filter(provider -> !isNamed() || provider.name().equals(name))
                .toList();
    }

    private void requireKnown() {
        List<String> known = new ArrayList<>();
        known.add(Backends.AUTO);
        Backends.providers().forEach(provider -> known.add(provider.name()));
        if (!known.contains(name())) {
            throw new UsageException(Nearest.message("backend", name(), known));
        }
    }
}
