package io.gabor.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selects a backend. A name is a promise: {@code select("cpu")} runs there or fails with the reason; only {@code auto}
 * falls back, and each rejection is one warning with its remedy.
 */
public final class Backends {
    /** The name that means: the best one that works here. */
    public static final String AUTO = "auto";

    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

    private Backends() {}

    /** Returns all providers, the preferred ones first. */
    public static List<BackendProvider> providers() {
        List<BackendProvider> found = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())
                .forEach(found::add);
        found.sort(Comparator.comparingInt(BackendProvider::priority).reversed().thenComparing(BackendProvider::name));
        return found;
    }

    /** Opens the best backend that works here, with default options. */
    public static Backend auto() {
        return select(AUTO, BackendOptions.DEFAULT);
    }

    /** Opens the backend of this name with default options; see {@link #select(String, BackendOptions)}. */
    public static Backend select(String name) {
        return select(name, BackendOptions.DEFAULT);
    }

    /**
     * Opens a backend.
     *
     * @param name {@code auto} or a provider's name
     * @throws IllegalArgumentException if no provider has this name
     * @throws BackendUnavailableException if it cannot run here
     */
    public static Backend select(String name, BackendOptions options) {
        List<BackendProvider> providers = providers();
        if (name.equals(AUTO)) {
            return best(providers, options);
        }
        for (BackendProvider provider : providers) {
            if (provider.name().equals(name)) {
                return provider.open(options);
            }
        }
        throw new IllegalArgumentException("there is no backend '" + name + "'; there are: " + AUTO + ", "
                + providers.stream().map(BackendProvider::name).collect(Collectors.joining(", ")));
    }

    private static Backend best(List<BackendProvider> providers, BackendOptions options) {
        List<String> rejections = new ArrayList<>();
        for (BackendProvider provider : providers) {
            if (provider.priority() < 0) {
                continue;
            }
            BackendProvider.Availability found = provider.probe();
            if (found.usable()) {
                try {
                    Backend backend = provider.open(options);
                    LOG.info("backend {}: {}", backend.name(), backend.device());
                    return backend;
                } catch (BackendException e) {
                    found = new BackendProvider.Availability(false, e.getMessage(), "");
                }
            }
            String rejection =
                    provider.name() + ": " + found.detail() + (found.remedy().isEmpty() ? "" : "; " + found.remedy());
            LOG.warn("backend {}", rejection);
            rejections.add(rejection);
        }
        throw new BackendUnavailableException("no backend can run here: "
                + (rejections.isEmpty() ? "none is on the class path" : String.join("; ", rejections)));
    }
}
