package io.gabor.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Downloads files whose digest is known. The bytes go to {@code NAME.part} beside the target; an interrupted download is
 * taken up where it stopped, and a file appears under its name only when it is whole, checked and on the disk.
 *
 * @param connectTimeout how long to wait for a connection
 * @param idleTimeout how long to wait for the answer to begin, and for each next part of it
 */
record Downloader(Duration connectTimeout, Duration idleTimeout) {
    /** Three seconds to connect, fifteen of silence. */
    static final Downloader DEFAULT = new Downloader(Duration.ofSeconds(3), Duration.ofSeconds(15));

    /** A broken connection is taken up so often at one mirror. */
    private static final int ATTEMPTS = 3;

    /** What a mirror cannot give; another one may. */
    private static final class MirrorException extends Exception {
        private static final long serialVersionUID = 1L;
        private final boolean again;

        /** @param again whether the same mirror is worth another attempt */
        MirrorException(String reason, boolean again) {
            super(reason);
            this.again = again;
        }
    }

    /** What the disk cannot take; no mirror can help. */
    private static final class DiskException extends IOException {
        private static final long serialVersionUID = 1L;

        DiskException(IOException cause) {
            super(Reasons.of(cause), cause);
        }
    }

    /**
     * Downloads a file into a folder that exists.
     *
     * @throws DataUnavailableException if no mirror has it, naming each mirror and its reason, or if it cannot be written
     */
    void fetch(RemoteFile file, Path folder, DownloadProgress progress) {
        Path part = folder.resolve(file.name() + ".part");
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(connectTimeout)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        List<String> reasons = new ArrayList<>();
        try {
            if (Files.exists(part) && file.digest().mismatch(part) == null) {
                publish(part, folder.resolve(file.name()));
                return;
            }
            for (URI mirror : file.mirrors()) {
                String reason = fetch(client, mirror, file, part, progress);
                if (reason == null) {
                    publish(part, folder.resolve(file.name()));
                    progress.finished();
                    return;
                }
                progress.failed(reason);
                reasons.add(mirror.getHost() + ": " + reason);
            }
            if (Files.exists(part) && Files.size(part) == 0) {
                Files.delete(part);
            }
        } catch (IOException e) {
            discard(part);
            throw new DataUnavailableException(
                    file.name() + " cannot be written to " + folder + ": " + Reasons.of(e), e);
        }
        throw new DataUnavailableException(file.name() + " cannot be downloaded (" + String.join("; ", reasons) + ")");
    }

    /** Returns null if the file is whole and right, and otherwise why it is not. */
    private String fetch(HttpClient client, URI mirror, RemoteFile file, Path part, DownloadProgress progress)
            throws IOException {
        String reason = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long resumed = Files.exists(part) ? Files.size(part) : 0;
            try {
                transfer(client, mirror, file, part, resumed, progress);
            } catch (MirrorException e) {
                reason = e.getMessage();
                if (e.again) {
                    continue;
                }
                return reason;
            }
            String mismatch = file.digest().mismatch(part);
            if (mismatch == null) {
                return null;
            }
            discard(part);
            reason = "sent another file: " + mismatch;
            if (resumed == 0) {
                return reason;
            }
            // the beginning may have come from another mirror that packs the same content in other bytes
        }
        return reason;
    }

    private void transfer(
            HttpClient client, URI mirror, RemoteFile file, Path part, long resumed, DownloadProgress progress)
            throws MirrorException, IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(mirror).timeout(idleTimeout);
        if (resumed > 0) {
            request.header("Range", "bytes=" + resumed + "-");
        }
        HttpResponse<InputStream> response = send(client, request.build());
        try (InputStream body = response.body()) {
            boolean append = response.statusCode() == 206 && startsAt(response, resumed);
            if (response.statusCode() == 416 || response.statusCode() == 206 && !append) {
                discard(part);
                throw new MirrorException("does not resume at byte " + resumed, resumed > 0);
            }
            if (response.statusCode() != 200 && !append) {
                throw new MirrorException("HTTP status " + response.statusCode(), false);
            }
            long done = append ? resumed : 0;
            OptionalLong length = response.headers().firstValueAsLong("Content-Length");
            long total = length.isPresent() ? done + length.getAsLong() : -1;
            progress.started(mirror.toString(), done, total);
            copy(body, part, append, done, file.maxBytes(), progress);
        } catch (MirrorException | DiskException e) {
            throw e;
        } catch (IOException e) {
            throw new MirrorException("the connection broke: " + Reasons.of(e), true);
        }
    }

    private static HttpResponse<InputStream> send(HttpClient client, HttpRequest request) throws MirrorException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new MirrorException(Reasons.of(e), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MirrorException("interrupted", false);
        }
    }

    private static boolean startsAt(HttpResponse<?> response, long resumed) {
        return response.headers()
                .firstValue("Content-Range")
                .filter(range -> range.startsWith("bytes " + resumed + "-"))
                .isPresent();
    }

    /** Appends a body to a file. A thread of its own waits for the bytes, because a body has no time-out of its own. */
    private void copy(InputStream body, Path part, boolean append, long done, long max, DownloadProgress progress)
            throws MirrorException, IOException {
        ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "gabor-download");
            thread.setDaemon(true);
            return thread;
        });
        try (FileChannel out = open(part, append)) {
            byte[] buffer = new byte[1 << 16];
            long total = done;
            for (int n = next(reader, body, buffer); n >= 0; n = next(reader, body, buffer)) {
                total += n;
                if (total > max) {
                    discard(part);
                    throw new MirrorException("sent more than the " + max + " bytes that it can have", false);
                }
                write(out, ByteBuffer.wrap(buffer, 0, n));
                progress.advanced(total);
            }
            force(out);
        } finally {
            reader.shutdownNow();
        }
    }

    private int next(ExecutorService reader, InputStream body, byte[] buffer) throws MirrorException, IOException {
        try {
            return reader.submit(() -> body.read(buffer)).get(idleTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new MirrorException("no more bytes in time", false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MirrorException("interrupted", false);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static FileChannel open(Path part, boolean append) throws DiskException {
        try {
            return append
                    ? FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.APPEND)
                    : FileChannel.open(
                            part,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new DiskException(e);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws DiskException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw new DiskException(e);
        }
    }

    private static void force(FileChannel out) throws DiskException {
        try {
            out.force(true);
        } catch (IOException e) {
            throw new DiskException(e);
        }
    }

    private static void publish(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void discard(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // what cannot be deleted is overwritten or refused by its digest the next time
        }
    }
}
