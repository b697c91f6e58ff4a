package io.gabor.io;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file all or not at all: into a temporary file beside it, forced to the disk, then renamed over it in one
 * step. Who opens the file sees the old contents or the new ones, never a part; so does who looks after a crash.
 */
public final class AtomicFile {
    private static final int BUFFER_BYTES = 1 << 16;

    private AtomicFile() {}

    /**
     * Writes {@code target} with what {@code contents} puts into the stream. A file that is there is replaced and its
     * permissions are kept; a symbolic link to a file stays and the file behind it is replaced. What cannot be
     * replaced, a device or a pipe as {@code /dev/stdout}, is written to directly.
     *
     * <p>On any failure, also an exception of {@code contents}, the temporary file is deleted and what was there before
     * is untouched. An interrupt of the thread does not stop the writing.
     *
     * @throws IOException if the file cannot be written: folder missing or not writable, disk full, target a folder or
     *     read-only; one line with the file and the reason
     */
    public static void write(Path target, IOConsumer<OutputStream> contents) throws IOException {
        try {
            if (isStream(target)) {
                writeDirectly(target, contents);
            } else {
                replace(Files.exists(target) ? target.toRealPath() : target.toAbsolutePath(), contents);
            }
        } catch (IOException e) {
            throw new IOException("cannot write " + target + ": " + FailureReason.of(e), e);
        }
    }

    /** Devices and pipes, and the names that stand for a stream of this process, wherever that leads. */
    private static boolean isStream(Path target) {
        if (Files.isSymbolicLink(target)) {
            Path absolute = target.toAbsolutePath();
            if (absolute.startsWith("/dev") || absolute.startsWith("/proc")) {
                return true;
            }
        }
        return Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target);
    }

    private static void writeDirectly(Path target, IOConsumer<OutputStream> contents) throws IOException {
        try (OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(target, StandardOpenOption.WRITE, StandardOpenOption.APPEND), BUFFER_BYTES)) {
            contents.accept(out);
        }
    }

    private static void replace(Path target, IOConsumer<OutputStream> contents) throws IOException {
        if (Files.isDirectory(target)) {
            throw new IOException("it is a folder, expected a file");
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            // The rename would succeed where the folder is writable, and undo someone's protection.
            throw new IOException("the file is read-only");
        }
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("the folder " + folder + " does not exist; create it first");
        }
        Path temporary = createBeside(folder);
        boolean done = false;
        try {
            fill(temporary, contents);
            keepPermissions(target, temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            done = true;
        } finally {
            if (!done) {
                deleteQuietly(temporary);
            }
        }
        force(folder);
    }

    /** Creates a file under a name that is free; unlike createTempFile's, it has the permissions of any new file. */
    private static Path createBeside(Path folder) throws IOException {
        while (true) {
            String name = String.format(
                    ".gabor-%016x.tmp", ThreadLocalRandom.current().nextLong());
            try {
                return Files.createFile(folder.resolve(name));
            } catch (FileAlreadyExistsException e) {
                // Another 64 random bits will be free.
            }
        }
    }

    /** A FileOutputStream and no channel: an interrupt would close a channel, and Ctrl-C must not cost the model. */
    private static void fill(Path temporary, IOConsumer<OutputStream> contents) throws IOException {
        try (FileOutputStream file = new FileOutputStream(temporary.toFile())) {
            OutputStream buffered = new BufferedOutputStream(file, BUFFER_BYTES);
            contents.accept(new FilterOutputStream(buffered) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                }

                @Override
                public void close() throws IOException {
                    // The file must stay open until it is forced to the disk.
                    flush();
                }
            });
            buffered.flush();
            file.getFD().sync();
        }
    }

    private static void keepPermissions(Path from, Path to) throws IOException {
        if (Files.exists(from) && Files.getFileStore(from).supportsFileAttributeView("posix")) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(from);
            // Some file systems have permissions and refuse to change them: do not ask without need.
            if (!permissions.equals(Files.getPosixFilePermissions(to))) {
                Files.setPosixFilePermissions(to, permissions);
            }
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The failure that led here is the one to report.
        }
    }

    /** Makes the rename itself last. Not every system can open a folder; the file is whole there as well. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows, some network file systems.
        }
    }
}
