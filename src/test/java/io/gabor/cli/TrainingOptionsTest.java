package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.io.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be added to a recipe, from the command line into the training run and the model file. */
class TrainingOptionsTest {
    @TempDir
    private Path folder;

    private Run train(Path save, Path json, String more) {
        String line = "train --dataset digits --model conv3x3-softmax --limit 600 --test-limit 50 --batch 8 --lr 0.05 "
                + more + " --save " + save + " --json " + json;
        return Run.gabor((Object[]) line.split(" +"));
    }

    @Test
    void allAtOnce() throws IOException {
        Path save = folder.resolve("net.safetensors");
        Path json = folder.resolve("train.json");
        Run run = train(
                save,
                json,
                "--epochs 4 --schedule warm-up:epochs=1+one-cycle:max=0.05 --label-smoothing 0.1"
                        + " --class-weights balanced --clip-norm 2 --clip-value 0.5 --accumulate 2 --ema 0.9 --weight-decay 0.001 --no-bias-decay --validation-share 0.25 --keep-best 2");
        assertEquals(0, run.code(), run.toString());
        assertTrue(
                run.out().lines().anyMatch(line -> line.matches("epoch 1/4  loss .*, validation loss .*, .* %  .*")),
                run.out());
        Map<?, ?> report = Run.json(json);
        long aside = (Long) report.get("validationSamples");
        assertEquals(600, aside + (Long) report.get("trainSamples"));
        assertEquals(150, aside, 5, "a quarter of each class, in whole samples");
        assertTrue(run.out().lines().findFirst().orElseThrow().contains(", " + aside + " set aside)"), run.out());
        assertEquals(4, ((List<?>) report.get("validationLoss")).size());
        assertEquals("warm-up:epochs=1+one-cycle:max=0.05", report.get("schedule"));
        assertTrue((Double) report.get("testAccuracy") > 0.3, "it learns: " + report);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    2,
                    files.filter(f -> f.getFileName().toString().startsWith("net-epoch"))
                            .count());
        }
        Path best = folder.resolve("net-epoch" + report.get("bestEpoch") + ".safetensors");
        assertEquals(0, Run.gabor("test", "--model", best).code(), "what is kept can be tested");
        Map<?, ?> options = (Map<?, ?>) ModelFile.read(save).recipe().get("options");
        assertEquals("balanced", options.get("classWeights"));
        assertEquals(0.25, options.get("validationShare"));

        Run again = Run.gabor("train", "--model", save, "--epochs", 2, "--json", json);
        assertEquals(0, again.code(), again.toString());
        assertEquals(aside, Run.json(json).get("validationSamples"), "what a file was trained with, it goes on with");
    }

    @Test
    void augmentationIsKeptWithTheModelUntilItIsLeftOut() throws IOException {
        Path save = folder.resolve("net.safetensors");
        Path json = folder.resolve("train.json");
        Run run = train(save, json, "--epochs 1 --shift 2 --rotate 10 --flip --cutout 5");
        assertEquals(0, run.code(), run.toString());
        assertTrue(
                run.out().contains("training images are changed at random: shift 2, rotate 10, flip 1, cutout 5"),
                run.out());
        Map<?, ?> options = (Map<?, ?>) ModelFile.read(save).recipe().get("options");
        assertEquals(Map.of("shift", 2.0, "rotate", 10.0, "flip", 1.0, "cutout", 5.0), options.get("augmentation"));

        assertAugmentation("shift 3, rotate 10, cutout 5", save, json, "--shift 3 --no-flip");
        assertAugmentation("shift 3, rotate 10, cutout 5, contrast 0.5", save, json, "--contrast 0.5");
        assertAugmentation("crop 1", save, json, "--no-augment --crop 1");
        assertAugmentation("none", save, json, "--no-augment");
    }

    private static void assertAugmentation(String expected, Path model, Path json, String more) throws IOException {
        String line = "train --epochs 1 --model " + model + " --json " + json + " " + more;
        Run run = Run.gabor((Object[]) line.split(" +"));
        assertEquals(0, run.code(), run.toString());
        assertEquals(expected, Run.json(json).get("augmentation"));
    }

    @Test
    void stoppingEarlySaysSo() throws IOException {
        Path json = folder.resolve("train.json");
        Run run = train(folder.resolve("net.safetensors"), json, "--epochs 300 --validation-share 0.5 --patience 1");
        assertEquals(0, run.code(), run.toString());
        Map<?, ?> report = Run.json(json);
        assertFalse((Boolean) report.get("stopped"));
        long best = (Long) report.get("bestEpoch");
        assertTrue(
                run.out()
                        .contains(
                                "no lower validation loss since epoch " + best + "; stopped after epoch " + (best + 1)),
                run.out());
    }
}
