package io.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The folders that hold data sets, each set in a folder of its own.
 *
 * @param given where data is looked for first, in this order: what the user named
 * @param cache where it is looked for last, and downloaded to
 */
record DataFolders(List<Path> given, Path cache) {
    /**
     * Returns the folders for the options and the environment: {@code dataDir}, {@code $GABOR_DATA}, the user's cache
     * folder.
     *
     * @param environment the environment's variables
     * @param properties the system's properties: {@code os.name} and {@code user.home}
     * @throws DataException if a folder that the user named is none
     */
    static DataFolders of(DataOptions options, UnaryOperator<String> environment, UnaryOperator<String> properties) {
        List<Path> given = new ArrayList<>();
        if (options.dataDir() != null) {
            given.add(existing(options.dataDir(), "the data folder of the options (--data-dir)"));
        }
        String named = environment.apply("GABOR_DATA");
        if (named != null && !named.isBlank()) {
            given.add(existing(Path.of(named), "the data folder of the environment variable GABOR_DATA"));
        }
        return new DataFolders(List.copyOf(given), cache(environment, properties));
    }

    private static Path existing(Path folder, String what) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(what + " must be a folder with one folder for each data set, found "
                    + (Files.exists(folder) ? "a file" : "nothing") + " at " + folder);
        }
        return folder;
    }

    private static Path cache(UnaryOperator<String> environment, UnaryOperator<String> properties) {
        String system = properties.apply("os.name").toLowerCase(Locale.ROOT);
        Path home = Path.of(properties.apply("user.home"));
        if (system.contains("windows")) {
            String local = environment.apply("LOCALAPPDATA");
            return (blank(local) ? home.resolve("AppData").resolve("Local") : Path.of(local)).resolve("gabor");
        }
        if (system.contains("mac")) {
            return home.resolve("Library").resolve("Caches").resolve("gabor");
        }
        // a relative XDG_CACHE_HOME is to be ignored, says the XDG Base Directory Specification
        String xdg = environment.apply("XDG_CACHE_HOME");
        boolean usable = !blank(xdg) && Path.of(xdg).isAbsolute();
        return (usable ? Path.of(xdg) : home.resolve(".cache")).resolve("gabor");
    }

    private static boolean blank(String text) {
        return text == null || text.isBlank();
    }
}
