package io.gabor.backend.cpu.simd;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Where measured tiles are kept: the folder that the system property {@code gabor.cache} names, else {@code gabor} in the
 * user's cache folder, as for data sets.
 */
final class CacheFolder {
    /** The system property that names another folder, or {@code off} for none. */
    static final String PROPERTY = "gabor.cache";

    private CacheFolder() {}

    /**
     * Returns the folder, which need not exist; empty where nothing is to be kept or no folder is known.
     *
     * @param environment the environment's variables
     * @param properties the system's properties
     */
    static Optional<Path> find(UnaryOperator<String> environment, UnaryOperator<String> properties) {
        try {
            String named = properties.apply(PROPERTY);
            if (!blank(named)) {
                return "off".equals(named) ? Optional.empty() : Optional.of(Path.of(named));
            }
            return ofUser(environment, properties);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> ofUser(UnaryOperator<String> environment, UnaryOperator<String> properties) {
        String system = properties.apply("os.name").toLowerCase(Locale.ROOT);
        String home = properties.apply("user.home");
        // A relative XDG_CACHE_HOME is to be ignored, says the XDG Base Directory Specification.
        String named = system.contains("windows")
                ? environment.apply("LOCALAPPDATA")
                : system.contains("mac") ? null : environment.apply("XDG_CACHE_HOME");
        if (!blank(named) && Path.of(named).isAbsolute()) {
            return Optional.of(Path.of(named, "gabor"));
        }
        // Some systems say "?" for a user without a home.
        if (blank(home) || !Path.of(home).isAbsolute()) {
            return Optional.empty();
        }
        if (system.contains("windows")) {
            return Optional.of(Path.of(home, "AppData", "Local", "gabor"));
        }
        return Optional.of(
                system.contains("mac")
                        ? Path.of(home, "Library", "Caches", "gabor")
                        : Path.of(home, ".cache", "gabor"));
    }

    private static boolean blank(String text) {
        return text == null || text.isBlank();
    }
}
