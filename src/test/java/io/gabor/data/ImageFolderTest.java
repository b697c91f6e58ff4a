package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gabor.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of images as data sets. An image's red value says which one it is. */
class ImageFolderTest {
    @TempDir
    Path dir;

    private static void images(Path folder, int count, int firstRed) {
        for (int i = 0; i < count; i++) {
            TestImages.png(folder.resolve(String.format("%03d.png", i)), 6, 6, firstRed + i << 16 | 7);
        }
    }

    /** cat: 3 to train, 2 to test; dog: 6 and 1; ant: 3 and 1. */
    private Path pets() {
        images(dir.resolve("train/cat"), 3, 10);
        images(dir.resolve("train/dog"), 6, 20);
        images(dir.resolve("train/ant"), 3, 30);
        images(dir.resolve("test/cat"), 2, 110);
        images(dir.resolve("test/dog"), 1, 120);
        images(dir.resolve("test/ant"), 1, 130);
        return dir;
    }

    private DatasetSource open(ImageOptions options) {
        return Datasets.open(dir.toString(), DataOptions.DEFAULT.withImages(options), DownloadProgress.NONE);
    }

    private DatasetSource open() {
        return open(ImageOptions.DEFAULT);
    }

    private static List<Integer> reds(Dataset data) {
        int area = data.sampleShape().dim(1) * data.sampleShape().dim(2);
        List<Integer> reds = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            reds.add(data.bytes()[i * 3 * area] & 0xFF);
        }
        return reds;
    }

    @Test
    void theClassesAreTheFoldersSortedByName() {
        pets();
        DatasetSource source = open();
        Dataset test = source.load(Split.TEST);
        assertEquals(List.of("ant", "cat", "dog"), test.classNames());
        assertEquals(dir.getFileName().toString(), source.name());
        assertEquals(dir.toString(), source.location());
        assertTrue(source.ofImages());
        assertEquals(Shape.of(3, 6, 6), test.sampleShape());
        for (int i = 0; i < test.size(); i++) {
            int first = List.of(130, 110, 120).get(test.labels()[i]);
            assertTrue(reds(test).get(i) >= first && reds(test).get(i) < first + 2);
        }
    }

    /** At 1/6 of ant and cat and at 1/12, 3/12, 5/12, ... of dog; where two meet, the classes in their order. */
    @Test
    void theOrderMixesTheClassesEvenly() {
        pets();
        Dataset train = open().load(Split.TRAIN);
        assertEquals(List.of(20, 30, 10, 21, 22, 31, 11, 23, 24, 32, 12, 25), reds(train));
        assertArrayEquals(new int[] {2, 0, 1, 2, 2, 0, 1, 2, 2, 0, 1, 2}, train.labels());
        assertEquals(List.of(20, 30, 10, 21), reds(open().load(Split.TRAIN, 4)), "no more than asked for");
    }

    @Test
    void theThreadsChangeNothing() {
        images(dir.resolve("a"), 60, 0);
        images(dir.resolve("b"), 40, 100);
        Dataset one = open(ImageOptions.DEFAULT.withThreads(1)).load(Split.TRAIN);
        Dataset many = open(ImageOptions.DEFAULT.withThreads(7)).load(Split.TRAIN);
        assertArrayEquals(one.bytes(), many.bytes());
        assertArrayEquals(one.labels(), many.labels());
    }

    @Test
    void aShareOfEachClassIsKeptForTesting() {
        images(dir.resolve("a"), 20, 0);
        images(dir.resolve("b"), 10, 100);
        images(dir.resolve("c"), 2, 200);
        Dataset test = open().load(Split.TEST);
        Dataset train = open().load(Split.TRAIN);
        assertEquals(4 + 2 + 1, test.size(), "a fifth, and one at least");
        assertEquals(16 + 8 + 1, train.size());
        Set<Integer> all = new HashSet<>(reds(train));
        all.addAll(reds(test));
        assertEquals(32, all.size(), "each image is in one of them");
        assertEquals(reds(test), reds(open().load(Split.TEST)), "the same seed keeps the same images");
        ImageOptions other = ImageOptions.DEFAULT.withSplit(0.2, 2);
        assertNotEquals(
                new HashSet<>(reds(test)), new HashSet<>(reds(open(other).load(Split.TEST))));
        ImageOptions half = ImageOptions.DEFAULT.withSplit(0.5, 1);
        assertEquals(10 + 5 + 1, open(half).load(Split.TEST).size());
    }

    @Test
    void sizeAndChannelsComeFromLooking() {
        TestImages.png(dir.resolve("a/1.png"), 20, 10, 0x808080);
        TestImages.png(dir.resolve("a/2.png"), 20, 10, 0x101010);
        TestImages.png(dir.resolve("b/1.png"), 20, 10, 0xFFFFFF);
        TestImages.png(dir.resolve("b/2.png"), 20, 10, 0x000000);
        assertEquals(Shape.of(1, 10, 20), open().load(Split.TRAIN).sampleShape());
        assertEquals(
                Shape.of(3, 10, 20),
                open(ImageOptions.DEFAULT.withChannels(3)).load(Split.TRAIN).sampleShape());
        assertEquals(
                Shape.of(1, 7, 5),
                open(ImageOptions.DEFAULT.withSize(7, 5)).load(Split.TEST).sampleShape());
        TestImages.png(dir.resolve("c/1.png"), 21, 10, 0x0000FF);
        TestImages.png(dir.resolve("c/2.png"), 21, 10, 0x0000FF);
        assertEquals(Shape.of(3, 32, 32), open().load(Split.TRAIN).sampleShape(), "of several sizes, and one is blue");
    }

    @Test
    void largeImagesBecomeSmall() {
        TestImages.png(dir.resolve("a/1.png"), 100, 100, 0xFF0000);
        TestImages.png(dir.resolve("a/2.png"), 100, 100, 0xFF0000);
        TestImages.png(dir.resolve("b/1.png"), 100, 100, 0x00FF00);
        TestImages.png(dir.resolve("b/2.png"), 100, 100, 0x00FF00);
        assertEquals(Shape.of(3, 32, 32), open().load(Split.TRAIN).sampleShape());
    }

    /** 40×20 to 10×10: the left and right quarters are cut off, and four pixels make one. */
    @Test
    void theMiddleIsKeptAndAveraged() {
        BufferedImage image = new BufferedImage(40, 20, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 20; y++) {
            for (int x = 0; x < 40; x++) {
                boolean kept = x >= 10 && x < 30;
                image.setRGB(x, y, kept ? (x % 2 == 0 ? 0x640000 : 0xC80000) : 0x00FF00);
            }
        }
        Path file = TestImages.write(dir.resolve("wide.png"), image);
        byte[] sample = ImageReader.read(file, Shape.of(3, 10, 10), ImageReader.Fit.COVER);
        for (int i = 0; i < 100; i++) {
            assertEquals(150, sample[i] & 0xFF, "the mean of 100 and 200");
            assertEquals(0, sample[100 + i], "nothing of the sides");
        }
        Path light = TestImages.png(dir.resolve("light.png"), 10, 10, 0xF0F0F0);
        assertEquals(
                (byte) 0xF0,
                ImageReader.read(light, Shape.of(1, 10, 10), ImageReader.Fit.COVER)[0],
                "not inverted, as predict does it for nets that learnt from ink on black");
    }

    @Test
    void imagesThatCannotBeReadAreLeftOut() throws IOException {
        pets();
        Files.write(dir.resolve("train/dog/000.png"), new byte[0]);
        Files.writeString(dir.resolve("train/cat/001.png"), "no image");
        Files.write(dir.resolve("train/ant/002.png"), TestImages.pngHeader(30_000, 30_000));
        Dataset train = open().load(Split.TRAIN);
        assertEquals(List.of(30, 10, 21, 22, 31, 23, 24, 12, 25), reds(train));
        assertArrayEquals(new int[] {0, 1, 2, 2, 0, 2, 2, 1, 2}, train.labels());
    }

    private void refused(Runnable work, String... parts) {
        DataException e = assertThrows(DataException.class, work::run);
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    @Test
    void strictStopsAtTheFirstInTheList() throws IOException {
        pets();
        Files.write(dir.resolve("train/dog/001.png"), new byte[0]);
        Files.write(dir.resolve("train/cat/002.png"), TestImages.pngHeader(30_000, 30_000));
        for (int threads = 1; threads <= 4; threads++) {
            ImageOptions strict = ImageOptions.DEFAULT.withStrict(true).withThreads(threads);
            refused(() -> open(strict).load(Split.TRAIN), "001.png", "found 0 bytes", "--strict");
        }
        Files.delete(dir.resolve("train/dog/001.png"));
        ImageOptions strict = ImageOptions.DEFAULT.withStrict(true);
        refused(() -> open(strict).load(Split.TRAIN), "002.png", "30000×30000", "at most 10000");
    }

    @Test
    void progressIsTold() {
        pets();
        List<String> told = new ArrayList<>();
        DecodingProgress progress = new DecodingProgress() {
            @Override
            public void started(String folder, Split split, int images) {
                told.add(split + " " + images);
            }

            @Override
            public void advanced(int done) {
                if (done == 12) {
                    told.add("done");
                }
            }

            @Override
            public void finished() {
                told.add("finished");
            }
        };
        open(ImageOptions.DEFAULT.withProgress(progress)).load(Split.TRAIN);
        assertEquals("TRAIN 12", told.get(0));
        assertTrue(told.contains("done"), told.toString());
        assertEquals("finished", told.get(told.size() - 1));
    }

    @Test
    void foldersThatAreNoDataSet() throws IOException {
        refused(this::open, "two or more folders", "found no folder");
        Path notes = Files.writeString(dir.resolve("notes.txt"), "text");
        refused(() -> Datasets.load(notes.toString(), Split.TRAIN, DataOptions.DEFAULT), "found a file");
        images(dir.resolve("cat"), 2, 0);
        refused(this::open, "only the class 'cat'");
        Files.createDirectory(dir.resolve("dog"));
        refused(this::open, "dog: expected PNG or JPEG images of the class 'dog', found none");
        Files.writeString(dir.resolve("dog/readme.txt"), "text");
        Files.createDirectory(dir.resolve("dog/more"));
        refused(this::open, "found none among 1 files", "not looked into");
        images(dir.resolve("dog"), 1, 0);
        refused(this::open, "dog: expected two or more images");
        TestImages.png(dir.resolve("stray.png"), 5, 5, 0);
        refused(this::open, "found 1 outside", "stray.png");
    }

    @Test
    void trainAndTestMustAgree() throws IOException {
        images(dir.resolve("train/cat"), 2, 0);
        images(dir.resolve("train/dog"), 2, 0);
        refused(this::open, "test: expected a folder", "found nothing");
        Files.writeString(dir.resolve("test"), "text");
        refused(this::open, "test: expected a folder", "found a file");
        Files.delete(dir.resolve("test"));
        images(dir.resolve("test/cat"), 2, 0);
        images(dir.resolve("test/cow"), 2, 0);
        refused(this::open, "only in train: dog", "only in test: cow");
    }

    @Test
    void aClassOfWhichNothingCanBeReadIsRefused() throws IOException {
        pets();
        for (int i = 0; i < 3; i++) {
            Files.write(dir.resolve("train/ant/00" + i + ".png"), new byte[3]);
        }
        refused(() -> open().load(Split.TRAIN), "ant", "none of those that were tried can be read");
    }

    @Test
    void whatDoesNotFitIntoMemoryIsRefusedBeforeItIsRead() {
        for (int i = 0; i < 20; i++) {
            TestImages.png(dir.resolve("a/" + i + ".png"), 4, 4, 0);
            TestImages.png(dir.resolve("b/" + i + ".png"), 4, 4, 0);
        }
        ImageOptions large = ImageOptions.DEFAULT.withSize(9999, 9999).withChannels(3);
        refused(() -> open(large).load(Split.TRAIN), "32 images of 3×9999×9999", "--image-size", "--limit");
        assertEquals(32, open().load(Split.TRAIN).size());
    }

    @Test
    void linksInACircleDoNoHarm() throws IOException {
        pets();
        Files.createSymbolicLink(dir.resolve("train/cat/up"), dir);
        assertEquals(12, open().load(Split.TRAIN).size());
        Files.createSymbolicLink(dir.resolve("train/cat/loop.png"), dir.resolve("train/cat/loop.png"));
        assertEquals(12, open().load(Split.TRAIN).size(), "left out like any image that cannot be read");
        Files.createSymbolicLink(dir.resolve("train/eel"), dir.resolve("train/eel"));
        refused(this::open, "train/eel", "in a circle");
    }

    @Test
    void aFolderThatMayNotBeReadIsNamed() throws IOException {
        pets();
        Path cat = dir.resolve("train/cat");
        assumeTrue(
                cat.getFileSystem().supportedFileAttributeViews().contains("posix"), "a file system with permissions");
        Files.setPosixFilePermissions(cat, PosixFilePermissions.fromString("---------"));
        try {
            assumeFalse(Files.isReadable(cat), "root may read anything");
            refused(this::open, "train/cat: the folder cannot be read: access is denied");
        } finally {
            Files.setPosixFilePermissions(cat, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void filesOfOtherKindsAndHiddenOnesAreNoImages() throws IOException {
        pets();
        Files.writeString(dir.resolve("train/cat/notes.txt"), "text");
        Files.write(dir.resolve("train/cat/.hidden.png"), new byte[0]);
        Files.createDirectory(dir.resolve("train/.cache"));
        assertEquals(
                12,
                open(ImageOptions.DEFAULT.withStrict(true)).load(Split.TRAIN).size());
    }

    @Test
    void optionsThatCannotBe() {
        for (Runnable wrong : List.<Runnable>of(
                () -> ImageOptions.DEFAULT.withSize(0, 5),
                () -> ImageOptions.DEFAULT.withChannels(2),
                () -> ImageOptions.DEFAULT.withSplit(1, 1),
                () -> ImageOptions.DEFAULT.withThreads(-1))) {
            assertThrows(IllegalArgumentException.class, wrong::run);
        }
    }
}
