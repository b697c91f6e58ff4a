package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private static IOConsumer<OutputStream> text(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesANewFileAndReplacesAnOldOne() throws IOException {
        Path file = folder.resolve("report.json");
        AtomicFile.write(file, text("first, and longer"));
        assertEquals("first, and longer", Files.readString(file));
        AtomicFile.write(file, text("second"));
        assertEquals("second", Files.readString(file));
        assertEquals(List.of("report.json"), names());
    }

    @Test
    void theOldContentsStayUntilTheNewOnesAreWhole() throws IOException {
        Path file = folder.resolve("report.json");
        Files.writeString(file, "old");
        AtomicFile.write(file, out -> {
            out.write(new byte[1 << 20]);
            out.flush();
            assertEquals("old", Files.readString(file));
            assertEquals(2, names().size(), "the temporary file is in the same folder");
        });
        assertEquals(1 << 20, Files.size(file));
    }

    @Test
    void aFullDiskLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "old");
        IOException e = assertThrows(
                IOException.class,
                () -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    out.flush();
                    throw new IOException("No space left on device");
                }));
        assertEquals("cannot write " + file + ": No space left on device", e.getMessage());
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("model.safetensors"), names());
    }

    @Test
    void anyOtherFailureLeavesNothingEither() throws IOException {
        Path file = folder.resolve("new");
        RuntimeException failure = new IllegalStateException("no");
        assertSame(
                failure,
                assertThrows(
                        IllegalStateException.class,
                        () -> AtomicFile.write(file, out -> {
                            out.write(1);
                            throw failure;
                        })));
        Error error = new OutOfMemoryError("no");
        assertSame(
                error,
                assertThrows(
                        OutOfMemoryError.class,
                        () -> AtomicFile.write(file, out -> {
                            throw error;
                        })));
        assertEquals(List.of(), names());
    }

    @Test
    void theFullDevice() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no /dev/full");
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(full, text("x")));
        assertTrue(e.getMessage().startsWith("cannot write /dev/full: "), e.getMessage());
    }

    @Test
    void aDeviceIsWrittenToAndNotReplaced() throws IOException {
        Path device = Path.of("/dev/null");
        assumeTrue(Files.exists(device), "this system has no /dev/null");
        AtomicFile.write(device, text("x"));
        assertTrue(!Files.isRegularFile(device));
    }

    @Test
    void closingTheStreamIsAllowed() throws IOException {
        Path file = folder.resolve("closed");
        AtomicFile.write(file, out -> {
            try (out) {
                out.write('a');
            }
        });
        assertEquals("a", Files.readString(file));
    }

    @Test
    void anInterruptedThreadStillWrites() throws IOException {
        Path file = folder.resolve("model");
        Thread.currentThread().interrupt();
        try {
            AtomicFile.write(file, text("saved"));
        } finally {
            assertTrue(Thread.interrupted(), "the interrupt is kept for who waits for it");
        }
        assertEquals("saved", Files.readString(file));
    }

    @Test
    void aMissingFolderIsNamed() {
        Path file = folder.resolve("missing").resolve("model");
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(file, text("x")));
        assertEquals(
                "cannot write " + file + ": the folder " + file.getParent() + " does not exist; create it first",
                e.getMessage());
    }

    @Test
    void aFolderIsNotReplaced() throws IOException {
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(folder, text("x")));
        assertEquals("cannot write " + folder + ": it is a folder, expected a file", e.getMessage());
        assertEquals(List.of(), names());
    }

    @Test
    void anUnwritableFolderIsAnError() throws IOException {
        assumePosix();
        Path locked = Files.createDirectory(folder.resolve("locked"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeTrue(!Files.isWritable(locked), "this user may write anywhere");
        Path file = locked.resolve("model");
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(file, text("x")));
        assertEquals("cannot write " + file + ": permission denied", e.getMessage());
    }

    @Test
    void aReadOnlyFileIsNotReplaced() throws IOException {
        Path file = folder.resolve("model");
        Files.writeString(file, "old");
        assertTrue(file.toFile().setReadOnly());
        assumeTrue(!Files.isWritable(file), "this user may write anything");
        IOException e = assertThrows(IOException.class, () -> AtomicFile.write(file, text("x")));
        assertEquals("cannot write " + file + ": the file is read-only", e.getMessage());
        assertEquals("old", Files.readString(file));
    }

    @Test
    void permissionsAreThoseOfAnyNewFileAndOfTheOldFile() throws IOException {
        assumePosix();
        Path ordinary = Files.createFile(folder.resolve("ordinary"));
        Path file = folder.resolve("model");
        AtomicFile.write(file, text("x"));
        assertEquals(Files.getPosixFilePermissions(ordinary), Files.getPosixFilePermissions(file));
        Set<PosixFilePermission> secret = PosixFilePermissions.fromString("rw-------");
        Files.setPosixFilePermissions(file, secret);
        AtomicFile.write(file, text("y"));
        assertEquals(secret, Files.getPosixFilePermissions(file));
    }

    @Test
    void aSymbolicLinkStaysAndItsFileIsReplaced() throws IOException {
        assumePosix();
        Path file = folder.resolve("model-7");
        Files.writeString(file, "old");
        Path link = Files.createSymbolicLink(folder.resolve("latest"), Path.of("model-7"));
        AtomicFile.write(link, text("new"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(file));
        assertEquals(List.of("latest", "model-7"), names());
    }

    private void assumePosix() throws IOException {
        assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"), "no POSIX permissions here");
    }
}
