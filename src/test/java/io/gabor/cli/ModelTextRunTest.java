package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models as texts, and recipes by name, on the command line. */
final class ModelTextRunTest {
    private static final String NET = """
            name: tiny
            input: [1, 28, 28]
            classes: 10
            layers:
              - {kind: conv2d, filters: 4, kernel: 5, stride: 2}
              - relu
              - flatten
              - {kind: dense, units: classes}
            recipe:
              dataset: digits
              limit: 300
              testLimit: 100
              epochs: 2
            """;

    @TempDir
    Path folder;

    private Path text(String content) throws IOException {
        return Files.writeString(folder.resolve("tiny.yaml"), content);
    }

    @Test
    void aTextIsTrainedSavedAndTested() throws IOException {
        Path text = text(NET);
        Path saved = folder.resolve("tiny.safetensors");
        Run trained = Run.gabor("train", "--model", text, "--save", saved);
        assertEquals(0, trained.code(), trained.toString());
        assertTrue(trained.out().startsWith("training tiny (5,874 parameters) on digits (300 samples"), trained.out());
        assertTrue(trained.out().contains("epoch 2/2"), trained.out());
        Run tested = Run.gabor("test", "--model", saved);
        assertEquals(0, tested.code(), tested.toString());
        Run summary = Run.gabor("summary", "--model", text);
        assertEquals(0, summary.code(), summary.toString());
        assertTrue(summary.out().contains("conv1"), summary.out());
    }

    @Test
    void aTrainedFileIsLookedForUnderTheTextsName() throws IOException {
        Run run = Run.gabor("test", "--model", text(NET.replace("tiny", "never-trained-here")));
        assertEquals(2, run.code(), run.toString());
        assertTrue(run.err().contains("there is no file never-trained-here.safetensors"), run.err());
    }

    @Test
    void whatIsWrongIsOneLineWithFileAndLine() throws IOException {
        Path text = text(NET.replace("kernel: 5", "kernel: five"));
        for (String command : new String[] {"train", "summary", "check", "bench", "test"}) {
            Run run = Run.gabor(command, "--model", text);
            assertEquals(2, run.code(), run.toString());
            assertEquals(1, run.err().lines().count(), run.err());
            assertTrue(run.err().startsWith("gabor: " + text + ":5: "), run.err());
            assertTrue(run.err().contains("'kernel' must be"), run.err());
        }
        Run missing = Run.gabor("train", "--model", folder.resolve("none.yaml"));
        assertEquals(2, missing.code(), missing.toString());
        assertTrue(missing.err().contains("there is no model file"), missing.err());
    }

    @Test
    void aRecipeByNameTrainsItsModelOrAnother() throws IOException {
        Path saved = folder.resolve("a.safetensors");
        Path report = folder.resolve("a.json");
        Object[] little = {
            "train",
            "--recipe",
            "mnist-99.5",
            "--dataset",
            "digits",
            "--limit",
            64,
            "--test-limit",
            10,
            "--epochs",
            1,
            "--save",
            saved,
            "--json",
            report
        };
        Run run = Run.gabor(little);
        assertEquals(0, run.code(), run.toString());
        assertEquals("mnist-99.5", Run.json(report).get("model"));

        Path text = text(NET);
        Run other = Run.gabor(
                "train",
                "--recipe",
                "mnist-99.5",
                "--model",
                text,
                "--dataset",
                "digits",
                "--limit",
                64,
                "--test-limit",
                10,
                "--epochs",
                1,
                "--save",
                saved,
                "--json",
                report);
        assertEquals(0, other.code(), other.toString());
        assertEquals("tiny", Run.json(report).get("model"));

        Run unknown = Run.gabor("train", "--recipe", "cifar10-58");
        assertEquals(2, unknown.code(), unknown.toString());
        assertTrue(
                unknown.err().contains("did you mean 'cifar10-85'? There are mnist-99.5, cifar10-85"), unknown.err());
    }
}
