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

class CifarReaderTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    @TempDir
    Path dir;

    private static byte[] batch(int... labels) {
        byte[] batch = new byte[labels.length * 3073];
        for (int i = 0; i < labels.length; i++) {
            Arrays.fill(batch, i * 3073, (i + 1) * 3073, (byte) (100 + i));
            batch[i * 3073] = (byte) labels[i];
        }
        return batch;
    }

    private static byte[] archive() {
        return TestFiles.tar(
                TestFiles.tarEntry("cifar-10-batches-bin/readme.html", "hello".getBytes(StandardCharsets.US_ASCII)),
                TestFiles.tarEntry("cifar-10-batches-bin/data_batch_2.bin", batch(1)),
                TestFiles.tarEntry("cifar-10-batches-bin/data_batch_1.bin", batch(2, 0)),
                TestFiles.tarEntry("cifar-10-batches-bin/data_batch_3.bin", batch(1)),
                TestFiles.tarEntry("cifar-10-batches-bin/data_batch_4.bin", batch(1)),
                TestFiles.tarEntry("cifar-10-batches-bin/test_batch.bin", batch(0)),
                TestFiles.tarEntry("cifar-10-batches-bin/data_batch_5.bin", batch(1)));
    }

    private Dataset fromArchive(byte[] file) throws IOException {
        Path path = Files.write(dir.resolve("c.tar.gz"), file);
        return CifarReader.readArchive(CifarFormat.CIFAR10, "cifar10", path, CifarFormat.CIFAR10.train(), NAMES);
    }

    private void refused(byte[] tar, String... parts) {
        DataException e = assertThrows(DataException.class, () -> fromArchive(TestFiles.gzip(tar)));
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    @Test
    void readsTheArchiveInTheOrderOfTheBatches() throws IOException {
        Dataset set = fromArchive(TestFiles.gzip(archive()));
        assertEquals(Shape.of(3, 32, 32), set.sampleShape());
        assertArrayEquals(new int[] {2, 0, 1, 1, 1, 1}, set.labels());
        assertEquals(100, set.bytes()[0]);
        assertEquals(101, set.bytes()[3072]);
        Path file = dir.resolve("c.tar.gz");
        assertArrayEquals(
                new int[] {0},
                CifarReader.readArchive(CifarFormat.CIFAR10, "cifar10", file, CifarFormat.CIFAR10.test(), NAMES)
                        .labels());
    }

    /** Records of a coarse and a fine label. */
    private static byte[] fine(int... labels) {
        byte[] file = new byte[labels.length * 3074];
        for (int i = 0; i < labels.length; i++) {
            Arrays.fill(file, i * 3074, (i + 1) * 3074, (byte) (100 + i));
            file[i * 3074] = 19;
            file[i * 3074 + 1] = (byte) labels[i];
        }
        return file;
    }

    @Test
    void ofCifar100TheFineLabelsCount() throws IOException {
        byte[] archive = TestFiles.tar(
                TestFiles.tarEntry(
                        "cifar-100-binary/fine_label_names.txt", "apple".getBytes(StandardCharsets.US_ASCII)),
                TestFiles.tarEntry("cifar-100-binary/test.bin", fine(99)),
                TestFiles.tarEntry("cifar-100-binary/train.bin", fine(0, 98)));
        Files.write(dir.resolve("cifar-100-binary.tar.gz"), TestFiles.gzip(archive));
        DatasetSource source = Datasets.open(dir.toString(), DataOptions.DEFAULT, DownloadProgress.NONE);
        Dataset train = source.load(Split.TRAIN);
        assertArrayEquals(new int[] {0, 98}, train.labels());
        assertEquals(100, train.bytes()[0]);
        assertEquals(101, train.bytes()[3072]);
        assertEquals(101, train.bytes()[2 * 3072 - 1]);
        assertEquals("woman", train.classNames().get(98));
        Dataset test = source.load(Split.TEST);
        assertEquals("worm", test.classNames().get(test.labels()[0]));
        Files.delete(dir.resolve("cifar-100-binary.tar.gz"));
        Files.createDirectory(dir.resolve("cifar-100-binary"));
        Files.write(dir.resolve("cifar-100-binary/train.bin"), fine(5));
        DataException e = assertThrows(
                DataException.class, () -> Datasets.open(dir.toString(), DataOptions.DEFAULT, DownloadProgress.NONE));
        assertTrue(e.getMessage().contains("train.bin, test.bin"), e.getMessage());
        Files.write(dir.resolve("cifar-100-binary/test.bin"), fine(100));
        DatasetSource unpacked = Datasets.open(dir.toString(), DataOptions.DEFAULT, DownloadProgress.NONE);
        assertArrayEquals(new int[] {5}, unpacked.load(Split.TRAIN).labels());
        e = assertThrows(DataException.class, () -> unpacked.load(Split.TEST));
        assertTrue(e.getMessage().contains("labels in 0 to 99, found 100"), e.getMessage());
    }

    @Test
    void readsAFolder() throws IOException {
        Files.write(dir.resolve("test_batch.bin"), batch(1, 2));
        Dataset set = CifarReader.readFolder(CifarFormat.CIFAR10, "cifar10", dir, CifarFormat.CIFAR10.test(), NAMES);
        assertArrayEquals(new int[] {1, 2}, set.labels());
        Files.write(dir.resolve("test_batch.bin"), new byte[3074]);
        DataException e = assertThrows(
                DataException.class,
                () -> CifarReader.readFolder(CifarFormat.CIFAR10, "cifar10", dir, CifarFormat.CIFAR10.test(), NAMES));
        assertTrue(e.getMessage().contains("1 records and 1 bytes"), e.getMessage());
        Files.write(dir.resolve("test_batch.bin"), batch(1, 3));
        e = assertThrows(
                DataException.class,
                () -> CifarReader.readFolder(CifarFormat.CIFAR10, "cifar10", dir, CifarFormat.CIFAR10.test(), NAMES));
        assertTrue(e.getMessage().contains("found 3 at record 1 of test_batch.bin"), e.getMessage());
    }

    @Test
    void refusesOtherArchives() throws IOException {
        refused(TestFiles.tar(TestFiles.tarEntry("train/cat/1.jpg", new byte[10])), "data_batch_1.bin", "no such file");
        refused(new byte[2048], "no such file");
        refused(Arrays.copyOf(archive(), 5000), "truncated");
        refused("This is no archive at all. ".repeat(40).getBytes(StandardCharsets.US_ASCII), "no tar archive");
        refused(TestFiles.tar(TestFiles.tarEntry("x/data_batch_1.bin", new byte[5])), "records of 3073 bytes");
        refused(
                TestFiles.tar(
                        TestFiles.tarEntry("x/data_batch_1.bin", batch(1)),
                        TestFiles.tarEntry("y/data_batch_1.bin", batch(1))),
                "found it twice");
        refused(TestFiles.tar(TestFiles.tarEntry("big", new byte[2 << 20])), "another file of 2097152 bytes");
        DataException e = assertThrows(DataException.class, () -> fromArchive(archive()));
        assertTrue(e.getMessage().contains(".tar.gz"), e.getMessage());
    }

    @Test
    void damagedArchivesNeverDoHarm() throws IOException {
        Random random = new Random(7);
        byte[] tar = archive();
        for (int i = 0; i < 400; i++) {
            byte[] bad = tar.clone();
            for (int k = 0; k < 3; k++) {
                // most of an archive is pixels, where anything is valid: aim at the headers
                int at = random.nextInt(3) == 0 ? random.nextInt(bad.length) : random.nextInt(1500);
                bad[at] = (byte) random.nextInt(256);
            }
            byte[] file = i % 2 == 0 ? TestFiles.gzip(bad) : TestFiles.damaged(TestFiles.gzip(tar), random);
            try {
                Dataset set = fromArchive(file);
                assertEquals(set.size() * 3072, set.bytes().length);
            } catch (DataException e) {
                assertTrue(e.getMessage().contains("c.tar.gz"), e.getMessage());
            }
        }
    }
}
