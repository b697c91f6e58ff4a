package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TileCacheTest {
    private static final TileChoice CHOICE = new TileChoice(new double[] {1.5, 2, 1e-3, 4, 5, 1e9}, 2, 4);

    @TempDir
    private Path folder;

    private TileCache cache() {
        return new TileCache(folder.resolve("deep/cache"), "a processor; a JVM");
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("deep/cache"))) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), "one file, and nothing left beside it");
            return all.get(0);
        }
    }

    private static void same(TileChoice expected, TileChoice found) {
        assertArrayEquals(expected.heightSpeeds(), found.heightSpeeds());
        assertEquals(expected.correlateRows(), found.correlateRows());
        assertEquals(expected.correlateColumns(), found.correlateColumns());
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        assertTrue(cache().read().isEmpty());
        cache().write(new TileChoice(new double[] {9, 9, 9, 9, 9, 9}, 4, 4));
        cache().write(CHOICE);
        same(CHOICE, cache().read().orElseThrow());
        assertTrue(Files.size(file()) < 4096);
    }

    @Test
    void anotherKeyIsAnotherFile() {
        cache().write(CHOICE);
        assertTrue(new TileCache(folder.resolve("deep/cache"), "a processor; another JVM")
                .read()
                .isEmpty());
    }

    @Test
    void aDamagedFileIsAsGoodAsNone() throws IOException {
        cache().write(CHOICE);
        Path file = file();
        String sound = Files.readString(file);
        List<String> damaged = List.of(
                "",
                "\n\n\n\n",
                sound.substring(0, sound.length() / 2),
                sound.substring(0, sound.length() - 2),
                sound.replace("gabor tiles 3", "gabor tiles 2"),
                sound.replace("a JVM", "b JVM"),
                sound.replace("1.5", "-1.5"),
                sound.replace("1.5", "NaN"),
                sound.replace("1.5", "Infinity"),
                sound.replace("1.5", "0"),
                sound.replace("1.5", "x"),
                sound.replace("1.5 ", ""),
                sound.replace("2 4", "2 3"),
                sound.replace("2 4", "2"),
                sound.replace("2 4", "2 99999999999"),
                sound + "more\n",
                sound + " ".repeat(5000));
        for (String text : damaged) {
            Files.writeString(file, text);
            assertTrue(cache().read().isEmpty(), text);
        }
        Files.write(file, new byte[] {(byte) 0xC3, 0x28, 0, (byte) 0xFF});
        assertTrue(cache().read().isEmpty(), "no UTF-8");
        Files.write(file, sound.getBytes(StandardCharsets.UTF_8));
        same(CHOICE, cache().read().orElseThrow());
    }

    @Test
    void aFolderThatCannotBeIsNoError() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "in the way");
        TileCache cache = new TileCache(blocked, "key");
        cache.write(CHOICE);
        assertTrue(cache.read().isEmpty());
        assertEquals("in the way", Files.readString(blocked));
    }

    @Test
    void aFolderInTheFilesPlaceIsNoError() throws IOException {
        cache().write(CHOICE);
        Path file = file();
        Files.delete(file);
        Files.createDirectories(file.resolve("full"));
        cache().write(CHOICE);
        assertTrue(cache().read().isEmpty());
        assertTrue(Files.isDirectory(file()));
    }

    @Test
    void aKeptChoiceIsTaken() {
        assumeTrue(KernelSelection.reason().isEmpty(), "the scalar twin has no tiles");
        cache().write(CHOICE);
        TileCalibration calibration = new TileCalibration();
        same(CHOICE, calibration.choice(cache()));
    }

    /** Which shapes win is not for a test to say; that the choice works is. */
    @Test
    void withoutAKeptChoiceOneIsMeasured() {
        assumeTrue(KernelSelection.reason().isEmpty(), "the scalar twin has no tiles");
        TileChoice choice = new TileCalibration().choice(cache());
        for (double speed : choice.heightSpeeds()) {
            assertTrue(speed > 0 && Double.isFinite(speed), choice + " with " + speed);
        }
        cache().read().ifPresent(kept -> same(choice, kept));
        String text = new VectorKernels(choice).description();
        assertTrue(text.endsWith(" bit, tiles " + choice), text);
    }

    @Test
    void theKeyIsOneLine() {
        assumeTrue(KernelSelection.reason().isEmpty(), "the scalar twin has no tiles");
        assertEquals(1, TileCache.keyOfThisJvm().lines().count());
        assertTrue(TileCache.keyOfThisJvm().contains(System.getProperty("java.vm.version")));
    }
}
