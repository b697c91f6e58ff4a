package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --watch}: the table and the warnings for people, and the same for programs. */
class WatchTest {
    @TempDir
    private Path folder;

    private Run train(String model, String more) {
        String line = "train --dataset digits --limit 320 --test-limit 50 --batch 32 --epochs 2 --model " + model + " "
                + more + " --save " + folder.resolve(model + ".safetensors") + " --json "
                + folder.resolve(model + ".json");
        return Run.gabor((Object[]) line.split(" +"));
    }

    private static Map<?, ?> at(Object list, int index) {
        return (Map<?, ?>) ((List<?>) list).get(index);
    }

    @Test
    void aTableBelowEachEpochAndAllInTheReport() throws IOException {
        Run run = train("lenet", "--watch-every 5");
        assertEquals(0, run.code(), run.toString());
        List<String> lines = run.out().lines().toList();
        List<Integer> epochs = List.of(
                lines.indexOf(lines.stream()
                        .filter(line -> line.startsWith("epoch 1/2"))
                        .findFirst()
                        .orElseThrow()),
                lines.indexOf(lines.stream()
                        .filter(line -> line.startsWith("epoch 2/2"))
                        .findFirst()
                        .orElseThrow()));
        for (int epoch = 0; epoch < 2; epoch++) {
            String title = lines.get(epochs.get(epoch) + 1);
            assertTrue(
                    title.matches(
                            "  at step " + 10 * (epoch + 1) + " +output +gradient +of weights +update/weight +dead"),
                    title);
            assertTrue(
                    lines.get(epochs.get(epoch) + 2)
                            .matches("  conv1 relu +\\S+ ± \\S+( +\\d\\.\\de[+-]\\d\\d){3} +\\d+ %"),
                    run.out());
            assertTrue(
                    lines.get(epochs.get(epoch) + 5).matches("  dense2 +-?\\S+ ± \\S+( +\\d\\.\\de[+-]\\d\\d){3}"),
                    run.out());
        }
        Map<?, ?> report = Run.json(folder.resolve("lenet.json"));
        assertEquals(List.of(), report.get("warnings"));
        List<?> looks = (List<?>) report.get("health");
        assertEquals(
                List.of(1L, 2L, 4L, 5L, 10L, 15L, 20L),
                looks.stream().map(look -> ((Map<?, ?>) look).get("step")).toList());
        Map<?, ?> conv = at(at(looks, 6).get("layers"), 0);
        assertEquals("conv1", conv.get("layer"));
        assertEquals(null, conv.get("saturated"), "no number is null");
        assertEquals("conv1.weight", at(conv.get("parameters"), 0).get("name"));
        assertTrue((Double) at(conv.get("parameters"), 0).get("updateRatio") > 0);
    }

    @Test
    void warningsSayLayerAndRemedy() throws IOException {
        Run run = train("lenet", "--watch --optimizer adam --lr 0.1");
        assertTrue(
                run.out()
                        .lines()
                        .anyMatch(line -> line.startsWith("warning at step 1: the steps are too large: one changed the"
                                + " weights of dense1 by ")),
                run.toString());
        Map<?, ?> warning = at(Run.json(folder.resolve("lenet.json")).get("warnings"), 0);
        assertEquals("large-update", warning.get("kind"));
        assertEquals("dense1", warning.get("layer"));
        assertEquals(1L, warning.get("step"));
    }

    /** The same file with and without: a watched run is the same run. */
    @Test
    void watchingChangesNothing() throws IOException {
        Run plain = train("lenet", "");
        byte[] model = Files.readAllBytes(folder.resolve("lenet.safetensors"));
        assertFalse(plain.out().contains("at step"), plain.out());
        assertFalse(Run.json(folder.resolve("lenet.json")).containsKey("health"));
        assertEquals(0, train("lenet", "--watch-every 1").code());
        assertTrue(Arrays.equals(model, Files.readAllBytes(folder.resolve("lenet.safetensors"))));
    }

    @Test
    void ofADeepNetTheFirstAndTheLastLayersAreShown() {
        Run run = train("resnet8", "--watch");
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("  \\.\\.\\. \\d+ more")), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.startsWith("  conv1 ")), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.startsWith("  dense1 ")), run.out());
    }
}
