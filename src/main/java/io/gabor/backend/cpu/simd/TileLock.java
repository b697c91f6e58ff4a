package io.gabor.backend.cpu.simd;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lets one JVM at a time measure: two at once would take each other for a slow machine. The system frees the lock of a JVM
 * that has died. Where there can be no lock, nobody is waited for.
 */
final class TileLock implements AutoCloseable {
    private final FileChannel channel;
    private final boolean free;

    private TileLock(FileChannel channel, boolean free) {
        this.channel = channel;
        this.free = free;
    }

    /** Takes the lock of a folder, if it is free; does not wait. */
    static TileLock of(Path folder) {
        FileChannel channel = null;
        try {
            Files.createDirectories(folder.toAbsolutePath());
            channel =
                    FileChannel.open(folder.resolve("tiles.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            return new TileLock(channel, lock != null);
        } catch (OverlappingFileLockException e) {
            return new TileLock(channel, false);
        } catch (IOException | RuntimeException e) {
            return new TileLock(channel, true);
        }
    }

    /** Returns whether nobody else measures while this is open. */
    boolean free() {
        return free;
    }

    /** Frees the lock. */
    @Override
    public void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was written to it.
                return;
            }
        }
    }
}
