package io.gabor.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file to be written at the end of a long run: what would stop that is found at its beginning. */
final class Destination {
    private Destination() {}

    /**
     * Returns the path if it can be written as things are.
     *
     * @param option for the message
     * @throws UsageException if it cannot
     */
    static Path check(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new UsageException(option + " " + file + " is a folder, expected a file; add a file name");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException(
                    option + " " + file + ": the folder " + folder + " does not exist; create it first");
        }
        boolean writable = Files.exists(file) ? Files.isWritable(file) : Files.isWritable(folder);
        if (!writable) {
            throw new UsageException(option + " " + file + ": no permission to write there; choose another place");
        }
        return file;
    }
}
