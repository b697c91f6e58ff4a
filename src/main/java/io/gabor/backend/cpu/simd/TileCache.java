package io.gabor.backend.cpu.simd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * Measured tiles in a small text file, one for each processor and JVM. Nothing that is wrong with the file or its folder
 * is an error: then it is measured again.
 */
final class TileCache {
    private static final String FORMAT = "gabor tiles 3";
    private static final long LARGEST = 4096;

    private final Path folder;
    private final Path file;
    private final String key;

    /**
     * Names the file; does not touch it.
     *
     * @param key all that the speeds depend on, in one line
     */
    TileCache(Path folder, String key) {
        this.folder = folder;
        this.key = key;
        // Each format has its own file, so that two versions of this software do not take turns in overwriting one.
        file = folder.resolve("tiles-" + Integer.toHexString((FORMAT + key).hashCode()) + ".txt");
    }

    /** Returns what the speeds of this JVM's tiles depend on: processor, JVM, how the JVM compiles, vectors, shapes. */
    static String keyOfThisJvm() {
        String key = String.join(
                "; ",
                Processor.model(),
                System.getProperty("os.arch"),
                System.getProperty("java.vm.vendor"),
                System.getProperty("java.vm.version"),
                System.getProperty("java.vm.info"),
                VectorKernels.LANES + " lanes",
                Arrays.toString(TileChoice.HEIGHTS));
        return key.replace('\n', ' ');
    }

    /** Returns what was kept under this key; empty if there is nothing, or nothing to make sense of. */
    Optional<TileChoice> read() {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                return Optional.empty();
            }
            return parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException e) {
            // Damaged, or not to be read: as good as none.
            return Optional.empty();
        }
    }

    /** In plain loops: a JVM's first streams would take longer than all the rest. */
    private Optional<TileChoice> parse(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length != 5 || !lines[0].equals(FORMAT) || !lines[1].equals(key) || !lines[4].isEmpty()) {
            return Optional.empty();
        }
        String[] numbers = lines[2].split(" ", -1);
        String[] sides = lines[3].split(" ", -1);
        double[] speeds = new double[TileChoice.HEIGHTS.length];
        if (numbers.length != speeds.length || sides.length != 2) {
            return Optional.empty();
        }
        for (int i = 0; i < speeds.length; i++) {
            speeds[i] = Double.parseDouble(numbers[i]);
            if (!(speeds[i] > 0) || !Double.isFinite(speeds[i])) {
                return Optional.empty();
            }
        }
        int rows = Integer.parseInt(sides[0]);
        int columns = Integer.parseInt(sides[1]);
        boolean shapes =
                Arrays.binarySearch(TileChoice.SIDES, rows) >= 0 && Arrays.binarySearch(TileChoice.SIDES, columns) >= 0;
        return shapes ? Optional.of(new TileChoice(speeds, rows, columns)) : Optional.empty();
    }

    /** Takes the lock under which to measure and to write. */
    TileLock lock() {
        return TileLock.of(folder);
    }

    /** Keeps a choice: written beside the file and renamed, so that nobody reads half of it. */
    void write(TileChoice choice) {
        StringBuilder text = new StringBuilder(FORMAT).append('\n').append(key).append('\n');
        String separator = "";
        for (double speed : choice.heightSpeeds()) {
            text.append(separator).append(speed);
            separator = " ";
        }
        text.append('\n').append(choice.correlateRows()).append(' ').append(choice.correlateColumns());
        Path beside = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try {
                Files.writeString(beside, text.append('\n'), StandardCharsets.UTF_8);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException | RuntimeException e) {
            // Not to be written: the next JVM measures again.
            return;
        }
    }
}
