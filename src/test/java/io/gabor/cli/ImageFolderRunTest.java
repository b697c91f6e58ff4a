package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.data.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder of images through training to prediction: three classes that differ in colour. */
class ImageFolderRunTest {
    private static final List<String> CLASSES = List.of("blue sky", "grass", "rose");
    private static final int[] COLOURS = {0x2040F0, 0x20C030, 0xE02040};

    @TempDir
    private static Path folder;

    private static Path data;
    private static Path model;
    private static Run trained;

    private static void draw(Path into, int count) {
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < count; i++) {
                TestImages.png(into.resolve(CLASSES.get(c)).resolve(i + ".png"), 16 + c, 16, COLOURS[c] + i);
            }
        }
    }

    @BeforeAll
    static void trainOnce() {
        data = folder.resolve("colours");
        model = folder.resolve("colours.safetensors");
        draw(data, 20);
        trained = Run.gabor("train", "--dataset", data, "--epochs", 5, "--batch", 8, "--save", model);
        assertEquals(0, trained.code(), trained.toString());
    }

    private static void oneLine(Run run, String... parts) {
        assertEquals(2, run.code(), run.toString());
        assertEquals(1, run.err().lines().count(), run.err());
        for (String part : parts) {
            assertTrue(run.err().contains(part), run.err());
        }
    }

    @Test
    void trainingSaysWhatItReads() {
        assertTrue(trained.out().contains("reading 48 images of " + data + " to train with"), trained.out());
        assertTrue(trained.out().contains("reading 12 images of " + data + " to test with"), trained.out());
        assertTrue(trained.out().contains("on colours (48 samples of 3×32×32)"), trained.out());
    }

    @Test
    void testingNamesTheClassesAndUsesWhatWasKept() {
        Run run = Run.gabor("test", "--model", model);
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.out().contains("(12 of 12)"), run.out());
        CLASSES.forEach(name -> assertTrue(run.out().contains("\n" + name), run.out()));
    }

    @Test
    void anotherSeedOfFurtherTrainingKeepsTheSameImages() throws IOException {
        Path copy = Files.copy(model, folder.resolve("copy.safetensors"));
        assertEquals(
                0,
                Run.gabor("train", "--model", copy, "--seed", 9, "--epochs", 1).code());
        assertEquals(
                new FolderImages(0.2, 1),
                ModelSource.trained(copy.toString()).card().images());
    }

    @Test
    void predictionNamesTheClass() {
        Path image = TestImages.png(folder.resolve("new.png"), 50, 40, COLOURS[1]);
        Run run = Run.gabor("predict", "--model", model, image);
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.out().startsWith(image + ": grass  ("), run.out());
    }

    @Test
    void aTrainedModelHasItsSize() {
        oneLine(Run.gabor("test", "--model", model, "--image-size", 28), "3×32×32", "--image-size");
        oneLine(Run.gabor("test", "--model", model, "--grey"), "3×32×32", "--grey");
        assertEquals(
                0,
                Run.gabor("test", "--model", model, "--image-size", "32x32", "--no-grey")
                        .code());
    }

    @Test
    void otherClassesAreRefused() {
        Path other = folder.resolve("other");
        for (String name : List.of("a", "b", "c")) {
            TestImages.png(other.resolve(name).resolve("1.png"), 8, 8, 0);
            TestImages.png(other.resolve(name).resolve("2.png"), 8, 8, 0);
        }
        oneLine(Run.gabor("test", "--model", model, "--dataset", other), "blue sky, grass, rose", "a, b, c");
    }

    @Test
    void aSizeThatTheModelCannotTakeIsNamedWithOneThatItCan() {
        Object[] args = {"train", "--dataset", data, "--image-size", "8x9", "--save", folder.resolve("no.safetensors")};
        oneLine(Run.gabor(args), "3×8×9", "lenet is made for 1×28×28", "--image-size 28x28");
    }

    @Test
    void aShareForTestingOfAFolderThatHasTestImagesIsRefused() {
        Path split = folder.resolve("split");
        draw(split.resolve("train"), 3);
        draw(split.resolve("test"), 1);
        oneLine(
                Run.gabor("train", "--dataset", split, "--test-share", 0.3, "--save", folder.resolve("no.safetensors")),
                "--test-share",
                split + " has test images of its own",
                "leave it out");
    }

    @Test
    void badInputIsOneLine() throws IOException {
        Path broken = folder.resolve("broken");
        draw(broken, 3);
        Path empty = Files.write(broken.resolve("rose/0.png"), new byte[0]);
        Files.write(broken.resolve("rose/1.png"), TestImages.pngHeader(30_000, 30_000));
        Object[] strict = {
            "train", "--dataset", broken, "--strict", "--test-share", 0.4, "--image-size", 28, "--save", model
        };
        Run run = Run.gabor(strict);
        assertEquals(2, run.code(), run.toString());
        assertTrue(run.err().contains("rose") && run.err().contains(".png"), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        oneLine(Run.gabor("train", "--dataset", empty), "expected a folder", "found a file");
        oneLine(Run.gabor("train", "--dataset", data, "--image-size", "0"), "--image-size", "found '0'");
        oneLine(Run.gabor("train", "--dataset", data, "--image-size", "big"), "HEIGHTxWIDTH", "found 'big'");
        oneLine(Run.gabor("train", "--dataset", data, "--test-share", "1.5"), "--test-share must be below 1");
        oneLine(Run.gabor("train", "--dataset", "digits", "--grey"), "--grey", "digits is none");
        Path one = folder.resolve("one");
        TestImages.png(one.resolve("only/1.png"), 8, 8, 0);
        oneLine(Run.gabor("train", "--dataset", one), "only the class 'only'");
    }
}
