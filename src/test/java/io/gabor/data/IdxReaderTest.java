package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxReaderTest {
    private static final List<String> NAMES = List.of("zero", "one", "two");
    private static final byte[] PIXELS = {1, 2, 3, 4, 5, 6, (byte) 250, 0, 9, 8, 7, 6};
    private static final byte[] LABELS = {2, 0};

    @TempDir
    Path dir;

    private Dataset read(byte[] images, byte[] labels) throws IOException {
        Path imageFile = Files.write(dir.resolve("images"), images);
        Path labelFile = Files.write(dir.resolve("labels"), labels);
        return IdxReader.read("set", imageFile, labelFile, NAMES);
    }

    private void refused(byte[] images, byte[] labels, String... parts) {
        DataException e = assertThrows(DataException.class, () -> read(images, labels));
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void readsPlainAndGzippedFiles() throws IOException {
        byte[] images = TestFiles.idx(PIXELS, 2, 2, 3);
        byte[] labels = TestFiles.idx(LABELS, 2);
        for (Dataset set : List.of(read(images, labels), read(TestFiles.gzip(images), TestFiles.gzip(labels)))) {
            assertEquals(Shape.of(1, 2, 3), set.sampleShape());
            assertArrayEquals(PIXELS, set.bytes());
            assertArrayEquals(new int[] {2, 0}, set.labels());
            assertEquals(NAMES, set.classNames());
        }
    }

    @Test
    void refusesWhatIsNoIdxFile() {
        byte[] labels = TestFiles.idx(LABELS, 2);
        refused("<html>".getBytes(StandardCharsets.US_ASCII), labels, "images", "0x00000803", "found 0x3C68746D");
        refused(new byte[0], labels, "images", "only 0 bytes");
        refused(labels, labels, "3 axes", "found 0x00000801");
        refused(TestFiles.idx(PIXELS, 2, 2, 3), TestFiles.idx(PIXELS, 2, 2, 3), "labels", "1 axis");
    }

    @Test
    void refusesTruncatedAndOverlongFiles() throws IOException {
        byte[] images = TestFiles.idx(PIXELS, 2, 2, 3);
        byte[] labels = TestFiles.idx(LABELS, 2);
        refused(Arrays.copyOf(images, 10), labels, "header of 16 bytes, found only 10");
        refused(Arrays.copyOf(images, 20), labels, "images", "truncated", "12 elements");
        refused(Arrays.copyOf(images, 29), labels, "images", "too long", "12 elements");
        refused(TestFiles.gzip(Arrays.copyOf(images, 20)), labels, "truncated", "12 elements, found only 4");
        refused(TestFiles.gzip(Arrays.copyOf(images, 29)), labels, "too long");
        byte[] packed = TestFiles.gzip(images);
        refused(Arrays.copyOf(packed, packed.length - 9), labels, "images", "truncated");
    }

    @Test
    void refusesHeadersThatPromiseTooMuchBeforeAllocating() throws IOException {
        byte[] labels = TestFiles.idx(LABELS, 2);
        refused(TestFiles.idx(PIXELS, 60_000, 100, 100), labels, "truncated", "600000000 elements");
        refused(TestFiles.gzip(TestFiles.idx(PIXELS, 60_000, 100, 100)), labels, "truncated", "600000000 elements");
        refused(TestFiles.idx(PIXELS, 1 << 20, 1 << 10, 1 << 10), labels, "at most 1073741824 elements");
        refused(TestFiles.idx(PIXELS, -1, 2, 3), labels, "extent", "found 4294967295");
        refused(TestFiles.idx(new byte[0], 0, 2, 3), labels, "extent", "found 0");
    }

    @Test
    void refusesAGzipBomb() throws IOException {
        byte[] small = TestFiles.idx(new byte[1 << 26], 2, 2, 3);
        byte[] bomb = TestFiles.gzip(small);
        assertTrue(bomb.length < 100_000, "64 MiB of zeros are packed small");
        refused(bomb, TestFiles.idx(LABELS, 2), "too long", "expected 12 elements");
    }

    @Test
    void refusesWhatDoesNotBelongTogether() {
        refused(TestFiles.idx(PIXELS, 2, 2, 3), TestFiles.idx(new byte[] {1}, 1), "2 images", "1 labels");
        refused(
                TestFiles.idx(PIXELS, 2, 2, 3),
                TestFiles.idx(new byte[] {0, 3}, 2),
                "labels in 0 to 2",
                "found 3 at sample 1");
    }

    @Test
    void refusesWhatIsNotThere() {
        DataException e = assertThrows(
                DataException.class,
                () -> IdxReader.read("set", dir.resolve("nothing"), dir.resolve("nowhere"), NAMES));
        assertTrue(e.getMessage().contains("nothing") && e.getMessage().contains("no such file"), e.getMessage());
    }

    /** Whatever happens to a file, the answer is a valid set or a DataException, and never much memory. */
    @Test
    void damagedFilesNeverDoHarm() throws IOException {
        Random random = new Random(42);
        byte[] images = TestFiles.idx(PIXELS, 2, 2, 3);
        byte[] labels = TestFiles.idx(LABELS, 2);
        int refused = 0;
        for (int i = 0; i < 4000; i++) {
            byte[] badImages = TestFiles.damaged(i % 2 == 0 ? images : TestFiles.gzip(images), random);
            byte[] badLabels = i % 3 == 0 ? TestFiles.damaged(labels, random) : labels;
            try {
                Dataset set = read(badImages, badLabels);
                assertEquals(set.size() * set.sampleShape().size(), set.bytes().length);
                assertEquals(set.size(), set.labels().length);
            } catch (DataException e) {
                assertTrue(e.getMessage().contains(dir.toString()), e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 2000, "most damage is noticed, found " + refused + " of 4000");
    }
}
