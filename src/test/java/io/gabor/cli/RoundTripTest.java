package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.data.Dataset;
import io.gabor.data.Datasets;
import io.gabor.data.Split;
import io.gabor.io.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From training to prediction through files, on the first drawn digits. */
class RoundTripTest {
    @TempDir
    private static Path folder;

    private static Path model;
    private static Path report;
    private static Run trained;

    private static Run train(Path save, Object... more) {
        Object[] args = {
            "train", "--dataset", "digits", "--limit", 1500, "--test-limit", 300, "--epochs", 2, "--save", save
        };
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Run.gabor(all);
    }

    @BeforeAll
    static void trainOnce() {
        model = folder.resolve("lenet.safetensors");
        report = folder.resolve("train.json");
        trained = train(model, "--json", report);
        assertEquals(0, trained.code(), trained.toString());
    }

    @Test
    void trainingPrintsALinePerEpochTheAccuracyAndTheFile() {
        List<String> lines = trained.out().lines().toList();
        assertEquals(5, lines.size(), trained.out());
        assertTrue(lines.get(0).startsWith("training lenet (431,080 parameters) on digits"), lines.get(0));
        assertTrue(lines.get(1).startsWith("epoch 1/2  loss "), lines.get(1));
        assertTrue(lines.get(2).startsWith("epoch 2/2  loss "), lines.get(2));
        assertTrue(lines.get(3).matches("test accuracy \\d+\\.\\d\\d % \\(\\d+ of 300\\), loss .*"), lines.get(3));
        assertEquals("saved to " + model, lines.get(4));
        assertFalse(trained.out().contains("\u001b") || trained.out().contains("\r"), "nobody watches");
    }

    @Test
    void theReportHasWhatProgramsNeed() throws IOException {
        Map<?, ?> json = Run.json(report);
        assertTrue(
                json.keySet()
                        .containsAll(Set.of(
                                "model",
                                "dataset",
                                "backend",
                                "device",
                                "epochs",
                                "batch",
                                "seed",
                                "trainLoss",
                                "testLoss",
                                "testAccuracy",
                                "imagesPerSecond",
                                "seconds")),
                json.toString());
        assertEquals("lenet", json.get("model"));
        assertEquals("digits", json.get("dataset"));
        assertEquals(2L, json.get("epochs"));
        List<?> losses = (List<?>) json.get("trainLoss");
        assertEquals(2, losses.size());
        assertTrue((Double) losses.get(1) < (Double) losses.get(0), "it learns: " + losses);
        assertTrue((Double) json.get("testAccuracy") > 0.5, "better than guessing: " + json);
    }

    @Test
    void testingTheFileGivesTheSameAccuracy() throws IOException {
        Path file = folder.resolve("test.json");
        Run run = Run.gabor("test", "--model", model, "--json", file);
        assertEquals(0, run.code(), run.toString());
        Map<?, ?> json = Run.json(file);
        assertEquals(Run.json(report).get("testAccuracy"), json.get("testAccuracy"));
        assertEquals(300L, json.get("testSamples"), "the recipe's limit");
        Path fewer = folder.resolve("fewer.json");
        assertEquals(
                0,
                Run.gabor("test", "--model", model, "--limit", 50, "--json", fewer)
                        .code());
        assertEquals(50L, Run.json(fewer).get("testSamples"));
    }

    @Test
    void testingLooksAtTheClasses() throws IOException {
        Path file = folder.resolve("classes.json");
        Path plot = folder.resolve("plot.png");
        Run run = Run.gabor("test", "--model", model, "--confusion", "--plot", plot, "--json", file);
        assertEquals(0, run.code(), run.toString());
        // two lines, ten classes, the matrix with what its sides mean, the file
        assertEquals(2 + 1 + 1 + 10 + 1 + 1 + 10 + 1, run.out().lines().count(), run.out());
        assertTrue(run.out().contains("class  images  precision"), run.out());
        Map<?, ?> json = Run.json(file);
        Map<?, ?> metrics = (Map<?, ?>) json.get("metrics");
        assertEquals(json.get("testAccuracy"), metrics.get("accuracy"));
        assertEquals(10, ((List<?>) metrics.get("confusion")).size());
        assertTrue(ImageIO.read(plot.toFile()).getWidth() > 1000);
    }

    @Test
    void targetValuesHaveNoClassesToLookAt() {
        Path xor = folder.resolve("values.safetensors");
        assertEquals(
                0,
                Run.gabor("train", "--model", "xor", "--epochs", 2, "--save", xor)
                        .code());
        assertEquals(0, Run.gabor("test", "--model", xor).code());
        Run run = Run.gabor("test", "--model", xor, "--confusion");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("--confusion"), run.err());
    }

    @Test
    void theSameSeedGivesTheSameFile() throws IOException {
        Path again = folder.resolve("again.safetensors");
        assertEquals(0, train(again, "--threads", 1).code());
        assertArrayEquals(Files.readAllBytes(model), Files.readAllBytes(again));
        Path other = folder.resolve("other.safetensors");
        assertEquals(0, train(other, "--seed", 2).code());
        assertFalse(Arrays.equals(Files.readAllBytes(model), Files.readAllBytes(other)));
    }

    @Test
    void aFileCanBeTrainedFurther() throws IOException {
        Path copy = Files.copy(model, folder.resolve("further.safetensors"));
        Path json = folder.resolve("further.json");
        Run run = Run.gabor("train", "--model", copy, "--epochs", 1, "--json", json);
        assertEquals(0, run.code(), run.toString());
        double first = (Double) ((List<?>) Run.json(report).get("trainLoss")).get(0);
        double further = (Double) ((List<?>) Run.json(json).get("trainLoss")).get(0);
        assertTrue(further < first / 2, further + " goes on from where it was, and does not begin at " + first);
        assertFalse(Arrays.equals(Files.readAllBytes(model), Files.readAllBytes(copy)), "saved to the file itself");
    }

    private static Path image(int index, Dataset digits) throws IOException {
        BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 784; i++) {
            image.getRaster().setSample(i % 28, i / 28, 0, digits.bytes()[index * 784 + i] & 0xff);
        }
        Path file = folder.resolve("digit" + index + ".png");
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    @Test
    void predictionSaysWhatTheTestSaid() throws IOException {
        int count = 20;
        Dataset digits = Datasets.digits(Split.TEST, count, 1);
        Path tested = folder.resolve("tested.json");
        assertEquals(
                0,
                Run.gabor("test", "--model", model, "--limit", count, "--json", tested)
                        .code());
        Object[] args = new Object[count + 5];
        args[0] = "predict";
        for (int i = 0; i < count; i++) {
            args[i + 1] = image(i, digits);
        }
        args[count + 1] = "--model";
        args[count + 2] = model;
        args[count + 3] = "--json";
        args[count + 4] = "-";
        Run run = Run.gabor(args);
        assertEquals(0, run.code(), run.toString());
        assertEquals(count, run.err().lines().count(), "lines for people go to standard error now");
        List<?> predictions = (List<?>) ((Map<?, ?>) Json.read(run.out())).get("predictions");
        long correct = 0;
        for (int i = 0; i < count; i++) {
            Map<?, ?> prediction = (Map<?, ?>) predictions.get(i);
            correct += prediction.get("class").equals(String.valueOf(digits.labels()[i])) ? 1 : 0;
            double sum = ((Map<?, ?>) prediction.get("probabilities"))
                    .values().stream().mapToDouble(p -> (Double) p).sum();
            assertEquals(1, sum, 1e-5);
        }
        assertEquals(Run.json(tested).get("testCorrect"), correct);
    }

    @Test
    void aBadImageIsNamedAndTheOthersArePredicted() throws IOException {
        Path good = image(0, Datasets.digits(Split.TEST, 1, 1));
        Path bad = Files.writeString(folder.resolve("bad.png"), "no image");
        Run run = Run.gabor("predict", "--model", model, bad, good);
        assertEquals(2, run.code());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains(bad.toString()), run.err());
        assertEquals(1, run.out().lines().count(), run.out());
        assertTrue(run.out().startsWith(good + ": "), run.out());
    }

    @Test
    void aDamagedFileIsOneLine() throws IOException {
        byte[] bytes = Files.readAllBytes(model);
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(bytes, bytes.length - 7));
        Run run = Run.gabor("test", "--model", cut);
        assertEquals(2, run.code());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains(cut.toString()), run.err());
    }

    @Test
    void aModelForOtherSamplesIsOneLine() {
        Run run = Run.gabor("train", "--model", model, "--dataset", "xor", "--save", folder.resolve("no.safetensors"));
        assertEquals(2, run.code(), run.toString());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains("1×28×28"), run.err());
        assertFalse(Files.exists(folder.resolve("no.safetensors")));
    }

    @Test
    void divergingKeepsTheLastFiniteModelAndWhatWasThere() throws IOException {
        Path fresh = folder.resolve("fresh.safetensors");
        Run first = train(fresh, "--lr", "1e30");
        assertEquals(2, first.code());
        assertEquals(1, first.err().lines().count(), first.err());
        assertTrue(first.err().contains("not finite") && first.err().contains(fresh.toString()), first.err());
        assertEquals(0, Run.gabor("summary", "--model", fresh).code(), "what is kept can be read");

        byte[] before = Files.readAllBytes(model);
        Run second = train(model, "--lr", "1e30");
        assertEquals(2, second.code());
        Path beside = folder.resolve("lenet-last-finite.safetensors");
        assertTrue(second.err().contains(beside.toString()), second.err());
        assertTrue(Files.exists(beside));
        assertArrayEquals(before, Files.readAllBytes(model), "an earlier model is not replaced by a failed run");
    }

    @Test
    void manyEpochsPrintFewLines() {
        Run run = Run.gabor("train", "--model", "xor", "--epochs", 1000, "--save", folder.resolve("xor.safetensors"));
        assertEquals(0, run.code(), run.toString());
        assertEquals(21, run.out().lines().filter(l -> l.startsWith("epoch ")).count(), run.out());
    }
}
