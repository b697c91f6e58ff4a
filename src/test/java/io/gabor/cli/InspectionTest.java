package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look and do not train: summary, check, doctor, bench. */
class InspectionTest {
    @TempDir
    private Path folder;

    @Test
    void summaryHasLenetsFigures() throws IOException {
        Path file = folder.resolve("s.json");
        Run run = Run.gabor("summary", "--batch", 64, "--json", file);
        assertEquals(0, run.code(), run.toString());
        String total =
                run.out().lines().filter(l -> l.startsWith("total")).findFirst().orElseThrow();
        assertTrue(total.contains("431,080") && total.contains("4.586") && total.contains("13.182"), total);
        Map<?, ?> json = Run.json(file);
        assertEquals(431_080L, json.get("parameters"));
        assertEquals(4_586_000L, json.get("forwardFlops"));
        List<?> layers = (List<?>) json.get("layers");
        assertEquals(10, layers.size());
        long parts = layers.stream()
                .mapToLong(l -> (Long) ((Map<?, ?>) l).get("activationBytes"))
                .sum();
        long input = 64L * 28 * 28 * Float.BYTES;
        assertEquals(json.get("activationBytes"), parts + input, "all memory belongs to a layer or is the input");
    }

    @Test
    void checkPassesOnARealModel() throws IOException {
        Path file = folder.resolve("c.json");
        Run run = Run.gabor("check", "--model", "digits01", "--dataset", "digits", "--batch", 4, "--json", file);
        assertEquals(0, run.code(), run.toString());
        Map<?, ?> json = Run.json(file);
        assertEquals(true, json.get("passed"));
        assertTrue(((List<?>) json.get("gradients")).size() > 8, json.toString());
        assertTrue(
                ((List<?>) json.get("parity"))
                        .stream()
                                .anyMatch(
                                        row -> ((Map<?, ?>) row).get("backend").equals("cpu")),
                json.toString());
    }

    @Test
    void doctorNamesEveryBackendAndDataSet() throws IOException {
        Path file = folder.resolve("d.json");
        Run run = Run.gabor("doctor", "--json", file);
        assertEquals(0, run.code(), run.toString());
        for (String word : List.of("Vector API", "reference", "cpu", "mnist", "cifar10", "digits", "threads")) {
            assertTrue(run.out().contains(word), word + " in " + run.out());
        }
        assertEquals(
                ModuleLayer.boot().findModule(Relaunch.MODULE).isPresent()
                        && !"off".equals(System.getProperty("gabor.simd")),
                Run.json(file).get("vectorApi"));
    }

    @Test
    void benchMeasuresEveryBackendAndPhase() throws IOException {
        Path file = folder.resolve("b.json");
        Run run = Run.gabor(
                "bench", "--model", "digits01", "--batch", 2, "--seconds", "0.01", "--rounds", 2, "--json", file);
        assertEquals(0, run.code(), run.toString());
        Map<?, ?> json = Run.json(file);
        double ceiling = (Double) json.get("ceilingGflops");
        assertTrue(ceiling > 0);
        List<?> rows = (List<?>) json.get("rows");
        assertEquals(4, rows.size(), "cpu and reference, train and infer");
        for (Object element : rows) {
            Map<?, ?> row = (Map<?, ?>) element;
            double gflops = (Double) row.get("gflops");
            assertTrue((Double) row.get("imagesPerSecond") > 0, row.toString());
            assertEquals(100 * gflops / ceiling, (Double) row.get("percentOfCeiling"), 1e-9);
            assertTrue((Double) row.get("imagesPerSecondMin") <= (Double) row.get("imagesPerSecondMax"));
            assertEquals("digits01", row.get("model"));
            assertEquals(2L, row.get("batch"));
            assertTrue((Long) row.get("threads") >= 1);
        }
    }

    @Test
    void benchSaysWhereTheTimeOfAStepGoes() throws IOException {
        Path file = folder.resolve("l.json");
        Object[] command = {
            "bench",
            "--model",
            "lenet",
            "--batch",
            2,
            "--seconds",
            "0.01",
            "--rounds",
            2,
            "--backend",
            "cpu",
            "--json",
            file
        };
        Run run = Run.gabor(command);
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.out().contains("cpu: a training step of batch 2 takes"), run.out());
        Map<?, ?> json = Run.json(file);
        double ceiling = (Double) json.get("ceilingGflops");
        Map<?, ?> cpu = (Map<?, ?>) ((List<?>) json.get("layers")).get(0);
        assertEquals("host", cpu.get("clock"));
        assertTrue((Long) cpu.get("steps") >= 2);
        double step = (Double) cpu.get("stepSeconds");
        List<?> layers = (List<?>) cpu.get("layers");
        List<String> names = layers.stream()
                .map(layer -> (String) ((Map<?, ?>) layer).get("name"))
                .toList();
        assertEquals(List.of("conv1", "conv2", "dense1", "dense2"), names);
        for (Object element : layers) {
            Map<?, ?> layer = (Map<?, ?>) element;
            Map<?, ?> forward = (Map<?, ?>) layer.get("forward");
            assertEquals((Double) forward.get("seconds") / step, (Double) forward.get("shareOfStep"), 1e-12);
            if (forward.get("gflops") != null) {
                assertEquals(
                        100 * (Double) forward.get("gflops") / ceiling, (Double) forward.get("percentOfCeiling"), 1e-9);
            }
            String line = run.out()
                    .lines()
                    .filter(l -> l.startsWith(layer.get("name") + " "))
                    .findFirst()
                    .orElseThrow();
            assertTrue(line.contains((String) layer.get("op")), line);
        }
        assertEquals("conv2d + relu + max_pool2d", ((Map<?, ?>) layers.get(0)).get("op"));
        for (String part : List.of("batchAssembly", "loss", "optimizer", "bookkeeping")) {
            assertTrue((Double) ((Map<?, ?>) cpu.get(part)).get("seconds") >= 0, part);
        }
        Object[] without = Arrays.copyOf(command, command.length + 1);
        without[command.length] = "--no-layers";
        Run shorter = Run.gabor(without);
        assertEquals(0, shorter.code(), shorter.toString());
        assertFalse(shorter.out().contains("a training step of batch"), shorter.out());
        assertEquals(List.of(), Run.json(file).get("layers"));
    }

    @Test
    void summaryPlansMemory() throws IOException {
        Path file = folder.resolve("m.json");
        Run run = Run.gabor("summary", "--backend", "cpu", "--batch", 64, "--json", file);
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.out().contains("training with batch 64 on cpu takes"), run.out());
        Map<?, ?> json = Run.json(file);
        Map<?, ?> memory = (Map<?, ?>) json.get("memory");
        long parameters = 4 * 431_080L;
        assertEquals(parameters, memory.get("parameterBytes"));
        assertEquals(parameters, memory.get("gradientBytes"));
        assertEquals(2 * parameters, memory.get("optimizerBytes"), "lenet's recipe is Adam, with two moments");
        assertEquals(3 * parameters, memory.get("checkpointBytes"));
        assertEquals(json.get("activationBytes"), memory.get("activationBytes"));
        long sum = 0;
        for (String part : List.of(
                "parameter",
                "gradient",
                "optimizer",
                "activation",
                "workspace",
                "checkpoint",
                "accumulation",
                "average",
                "best")) {
            sum += (Long) memory.get(part + "Bytes");
        }
        assertEquals(sum, memory.get("totalBytes"));
        assertTrue((Long) memory.get("freeBytes") > 0);
    }
}
