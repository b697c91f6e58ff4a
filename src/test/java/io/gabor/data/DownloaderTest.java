package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloaderTest {
    private static final byte[] CONTENT = new byte[300_000];

    static {
        new Random(1).nextBytes(CONTENT);
    }

    /** Long enough that a busy machine does not fail the mirrors that answer. */
    private static final Downloader DOWNLOADER = new Downloader(Duration.ofSeconds(5), Duration.ofSeconds(30));

    private static final Downloader IMPATIENT = new Downloader(Duration.ofSeconds(5), Duration.ofMillis(300));

    @TempDir
    Path dir;

    private final List<String> events = new ArrayList<>();
    private final DownloadProgress progress = new DownloadProgress() {
        private long last;

        @Override
        public void started(String url, long done, long total) {
            events.add("started " + done + " of " + total);
            last = done;
        }

        @Override
        public void advanced(long done) {
            assertTrue(done > last && done <= CONTENT.length, "progress goes from " + last + " to " + done);
            last = done;
        }

        @Override
        public void finished() {
            events.add("finished at " + last);
        }

        @Override
        public void failed(String reason) {
            events.add("failed");
        }
    };

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RemoteFile file(URI... mirrors) {
        return new RemoteFile("data.bin", List.of(mirrors), Digest.ofFile(sha256(CONTENT)), CONTENT.length);
    }

    private static URI closedPort() throws IOException {
        Mirror mirror = new Mirror(Mirror.status(200));
        mirror.close();
        return mirror.uri("data.bin");
    }

    private void fetched(RemoteFile file) throws IOException {
        DOWNLOADER.fetch(file, dir, progress);
        onlyTheFile();
    }

    private void onlyTheFile() throws IOException {
        assertArrayEquals(CONTENT, Files.readAllBytes(dir.resolve("data.bin")));
        assertEquals(List.of("data.bin"), names());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private DataUnavailableException refused(Downloader downloader, RemoteFile file) {
        return assertThrows(DataUnavailableException.class, () -> downloader.fetch(file, dir, progress));
    }

    @Test
    void downloads() throws IOException {
        try (Mirror mirror = new Mirror(Mirror.sends(CONTENT))) {
            fetched(file(mirror.uri("data.bin")));
            assertEquals(List.of("/data.bin"), mirror.requests);
        }
        assertEquals(List.of("started 0 of 300000", "finished at 300000"), events);
    }

    @Test
    void goesOnToTheNextMirror() throws IOException {
        try (Mirror missing = new Mirror(Mirror.status(404));
                Mirror mirror = new Mirror(Mirror.sends(CONTENT))) {
            fetched(file(closedPort(), missing.uri("data.bin"), mirror.uri("data.bin")));
            assertEquals(1, missing.requests.size());
        }
        assertEquals(List.of("failed", "failed", "started 0 of 300000", "finished at 300000"), events);
    }

    @Test
    void resumesABrokenDownload() throws IOException {
        int[] asked = {0};
        Mirror.Behaviour breaksOnce = (exchange, from) -> {
            Mirror.Behaviour now = asked[0]++ == 0 ? Mirror.breaksAfter(100_000, CONTENT) : Mirror.sends(CONTENT);
            now.answer(exchange, from);
        };
        try (Mirror mirror = new Mirror(breaksOnce)) {
            fetched(file(mirror.uri("data.bin")));
            // What the break cut off on its way is asked for again: how much that is, the client's buffers decide.
            int kept = resumedAt(mirror);
            assertTrue(kept > 0 && kept <= 100_000, "kept " + kept + " of the 100000 bytes that were sent");
            assertEquals(
                    List.of("started 0 of 300000", "started " + kept + " of 300000", "finished at 300000"), events);
        }
    }

    private static int resumedAt(Mirror mirror) {
        assertEquals(2, mirror.requests.size(), mirror.requests.toString());
        assertEquals("/data.bin", mirror.requests.get(0));
        Matcher range = Pattern.compile("/data\\.bin bytes=(\\d+)-").matcher(mirror.requests.get(1));
        assertTrue(range.matches(), mirror.requests.get(1));
        return Integer.parseInt(range.group(1));
    }

    @Test
    void resumesWhatAnEarlierRunLeft() throws IOException {
        Files.write(dir.resolve("data.bin.part"), Arrays.copyOf(CONTENT, 250_000));
        try (Mirror mirror = new Mirror(Mirror.sends(CONTENT))) {
            fetched(file(mirror.uri("data.bin")));
            assertEquals(List.of("/data.bin bytes=250000-"), mirror.requests);
        }
    }

    @Test
    void takesWhatAnEarlierRunFinishedButDidNotRename() throws IOException {
        Files.write(dir.resolve("data.bin.part"), CONTENT);
        fetched(file(closedPort()));
    }

    @Test
    void beginsAgainWhereAMirrorDoesNotResume() throws IOException {
        Files.write(dir.resolve("data.bin.part"), Arrays.copyOf(CONTENT, 250_000));
        try (Mirror mirror = new Mirror(Mirror.ignoresRanges(CONTENT))) {
            fetched(file(mirror.uri("data.bin")));
        }
        assertEquals(List.of("started 0 of 300000", "finished at 300000"), events);
        Files.delete(dir.resolve("data.bin"));
        Files.write(dir.resolve("data.bin.part"), new byte[400_000]);
        try (Mirror mirror = new Mirror(Mirror.sends(CONTENT))) {
            fetched(file(mirror.uri("data.bin")));
            assertEquals(List.of("/data.bin bytes=400000-", "/data.bin"), mirror.requests);
        }
    }

    @Test
    void beginsAgainWhereTheBeginningWasAnotherFiles() throws IOException {
        Files.write(dir.resolve("data.bin.part"), new byte[1000]);
        try (Mirror mirror = new Mirror(Mirror.sends(CONTENT))) {
            fetched(file(mirror.uri("data.bin")));
            assertEquals(List.of("/data.bin bytes=1000-", "/data.bin"), mirror.requests);
        }
    }

    @Test
    void refusesAnotherFileAndLeavesNothing() throws IOException {
        byte[] other = CONTENT.clone();
        other[77]++;
        try (Mirror mirror = new Mirror(Mirror.sends(other))) {
            DataUnavailableException e = refused(DOWNLOADER, file(mirror.uri("data.bin")));
            assertTrue(e.getMessage().contains("expected SHA-256 " + sha256(CONTENT)), e.getMessage());
            assertTrue(e.getMessage().contains("found " + sha256(other)), e.getMessage());
            assertEquals(1, mirror.requests.size());
        }
        assertEquals(List.of(), names());
        try (Mirror mirror = new Mirror(Mirror.sends(Arrays.copyOf(CONTENT, 400_000)))) {
            RemoteFile small = new RemoteFile(
                    "data.bin", List.of(mirror.uri("data.bin")), Digest.ofFile(sha256(CONTENT)), CONTENT.length);
            DownloadProgress none = DownloadProgress.NONE;
            DataUnavailableException e =
                    assertThrows(DataUnavailableException.class, () -> DOWNLOADER.fetch(small, dir, none));
            assertTrue(e.getMessage().contains("more than the 300000 bytes"), e.getMessage());
        }
        assertEquals(List.of(), names());
    }

    @Test
    void namesEveryMirrorAndItsReason() throws IOException {
        try (Mirror missing = new Mirror(Mirror.status(404));
                Mirror broken = new Mirror(Mirror.status(503))) {
            DataUnavailableException e =
                    refused(DOWNLOADER, file(missing.uri("data.bin"), broken.uri("data.bin"), closedPort()));
            assertTrue(e.getMessage().contains("HTTP status 404"), e.getMessage());
            assertTrue(e.getMessage().contains("HTTP status 503"), e.getMessage());
            assertTrue(e.getMessage().contains("no connection"), e.getMessage());
            assertEquals(1, e.getMessage().lines().count());
        }
        assertEquals(List.of(), names());
    }

    @Test
    void givesUpAMirrorThatHangs() throws IOException {
        try (Mirror silent = Mirror.hanging(-1, CONTENT);
                Mirror stuck = Mirror.hanging(100_000, CONTENT)) {
            DataUnavailableException e = refused(IMPATIENT, file(silent.uri("data.bin"), stuck.uri("data.bin")));
            assertTrue(e.getMessage().contains("no answer in time"), e.getMessage());
            assertTrue(e.getMessage().contains("no more bytes in time"), e.getMessage());
        }
        // what came is kept, and the next mirror goes on from there
        assertEquals(List.of("data.bin.part"), names());
        long kept = Files.size(dir.resolve("data.bin.part"));
        assertTrue(kept > 0 && kept <= 100_000, "kept " + kept + " of the 100000 bytes that were sent");
        try (Mirror mirror = new Mirror(Mirror.sends(CONTENT))) {
            fetched(file(mirror.uri("data.bin")));
            assertEquals(List.of("/data.bin bytes=" + kept + "-"), mirror.requests);
        }
    }

    @Test
    void comparesTheContentWhereMirrorsPackDifferently() throws IOException {
        byte[] packed = TestFiles.gzip(CONTENT);
        Digest digest = Digest.ofContent(sha256(CONTENT), CONTENT.length);
        try (Mirror mirror = new Mirror(Mirror.sends(packed))) {
            RemoteFile file = new RemoteFile("data.gz", List.of(mirror.uri("data.gz")), digest, packed.length);
            DOWNLOADER.fetch(file, dir, DownloadProgress.NONE);
            assertArrayEquals(packed, Files.readAllBytes(dir.resolve("data.gz")));
        }
        byte[] bomb = TestFiles.gzip(new byte[1 << 26]);
        try (Mirror mirror = new Mirror(Mirror.sends(bomb))) {
            RemoteFile file = new RemoteFile("bomb.gz", List.of(mirror.uri("bomb.gz")), digest, bomb.length);
            DataUnavailableException e = refused(DOWNLOADER, file);
            assertTrue(e.getMessage().contains("expected 300000 bytes of content, found more"), e.getMessage());
        }
        assertEquals(List.of("data.gz"), names());
    }

    @Test
    void saysWhenItCannotWrite() throws IOException {
        Files.writeString(dir.resolve("file"), "in the way");
        try (Mirror mirror = new Mirror(Mirror.sends(CONTENT))) {
            DataUnavailableException e = assertThrows(
                    DataUnavailableException.class,
                    () -> DOWNLOADER.fetch(file(mirror.uri("data.bin")), dir.resolve("file"), progress));
            assertTrue(e.getMessage().contains("data.bin cannot be written to"), e.getMessage());
        }
    }
}
