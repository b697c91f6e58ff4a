package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.cpu.Ceiling;
import io.gabor.data.Dataset;
import io.gabor.data.Datasets;
import io.gabor.data.Split;
import io.gabor.model.Recipe;
import io.gabor.model.Xor;
import io.gabor.nn.Network;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.train.StepProfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gabor bench}: how fast a model is on every backend, and how fast it could be. */
@Command(
        name = "bench",
        description = {
            "Times training steps and inference of a model on every usable backend in one run, in alternation, and"
                    + " compares them with the machine's multiply-add ceiling, measured in the same run.",
            "Then it says where the time of a training step goes: layer by layer, forward and backward.",
            "The images are drawn or random; no data set is needed."
        },
        footer = {
            "  gabor bench",
            "  gabor bench --model conv3x3-softmax --batch 1 --backend cpu --threads 1",
            "  gabor bench --rounds 9 --seconds 2 --json bench.json"
        })
final class BenchCommand extends GaborCommand {
    private static final String REFERENCE = "reference";

    @Option(
            names = "--model",
            paramLabel = "NAME|FILE",
            defaultValue = "lenet",
            description = "The name of a model, a model file, or a text in YAML that describes a model"
                    + " (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Images per step (default: from the model's recipe).")
    private Integer batch;

    @Mixin
    private BackendChoice backendChoice;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            defaultValue = "1",
            converter = PositiveNumber.class,
            description = "How long to run each phase on each backend in a round (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            converter = WholeNumber.AtLeastOne.class,
            description = "Rounds; the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--layers",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Say where the time of a training step goes, layer by layer, or leave it out (default: say it).")
    private boolean layers;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = RecipeOptions.SEED)
    private long seed;

    private final List<AutoCloseable> open = new ArrayList<>();

    @Override
    int run(Screen screen, JsonReport report) throws Exception {
        ModelSource source = ModelSource.find(model);
        int size = batch == null ? source.recipe().batch() : batch;
        try {
            List<Workload> workloads = workloads(source, size);
            screen.format(
                    "%s, batch %d, %d round%s of %s each; %s",
                    source.name(), size, rounds, rounds == 1 ? "" : "s", Numbers.seconds(seconds), devices(workloads));
            Benchmark.Result result = new Benchmark(workloads, () -> ceiling(workloads), seconds, rounds)
                    .run(round -> announce(screen, round));
            screen.endLive();
            print(screen, result);
            List<LayerTimes> times = layerTimes(screen, workloads, result.ceilingGflops());
            report.put("command", "bench")
                    .put("version", Version.text())
                    .put("model", source.name())
                    .put("batch", size)
                    .put("rounds", rounds)
                    .put("secondsPerRound", seconds)
                    .put("ceilingGflops", result.ceilingGflops())
                    .put("rows", rows(source, result))
                    .put("layers", times.stream().map(LayerTimes::write).toList());
            return ExitCode.DONE;
        } finally {
            for (int i = open.size() - 1; i >= 0; i--) {
                open.get(i).close();
            }
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    private List<Workload> workloads(ModelSource source, int size) {
        List<Workload> workloads = new ArrayList<>();
        int outputs = source.outputs();
        Shape sample = source.sampleShape();
        Recipe recipe = source.recipe();
        Dataset data = samples(source, Workload.Training.samples(size));
        for (BackendProvider provider : backendChoice.providers()) {
            if (provider.probe().usable() || backendChoice.isNamed()) {
                Backend backend = opened(provider.open(backendChoice.options()));
                Network training = source.training(outputs, sample, backend, size, seed);
                workloads.add(opened(new Workload.Training(training, recipe, data)));
                Network inference = Network.inference(source.layers(outputs), sample, backend, size);
                inference.load(training.weights());
                workloads.add(opened(new Workload.Inference(inference)));
            }
        }
        return workloads;
    }

    /** Digits where they fit the model, else noise; what the values are does not matter for the time. */
    private Dataset samples(ModelSource source, int count) {
        Shape sample = source.sampleShape();
        int outputs = source.outputs();
        if (source.recipe().dataset().equals(Xor.NAME)) {
            return repeated(Xor.dataset(), count);
        }
        List<String> names =
                IntStream.range(0, outputs).mapToObj(String::valueOf).toList();
        if (sample.equals(Shape.of(1, 28, 28))) {
            Dataset digits = Datasets.digits(Split.TRAIN, count, seed);
            int[] labels = IntStream.of(digits.labels()).map(l -> l % outputs).toArray();
            return Dataset.ofBytes("digits", sample, digits.bytes(), labels, names);
        }
        byte[] noise = new byte[Math.multiplyExact(count, sample.size())];
        int[] labels = new int[count];
        Philox random = new Philox(seed, 0);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) random.nextInt(256);
        }
        for (int i = 0; i < count; i++) {
            labels[i] = random.nextInt(outputs);
        }
        return Dataset.ofBytes("noise", sample, noise, labels, names);
    }

    private static Dataset repeated(Dataset data, int count) {
        int in = data.sampleShape().size();
        int out = data.targetShape().size();
        float[] values = new float[count * in];
        float[] targets = new float[count * out];
        for (int i = 0; i < count; i++) {
            System.arraycopy(data.floats(), i % data.size() * in, values, i * in, in);
            System.arraycopy(data.targets(), i % data.size() * out, targets, i * out, out);
        }
        return Dataset.regression(data.name(), data.sampleShape(), values, data.targetShape(), targets);
    }

    private double ceiling(List<Workload> workloads) {
        for (Workload workload : workloads) {
            OptionalDouble measured = Ceiling.measure(workload.backend());
            if (measured.isPresent()) {
                return measured.getAsDouble();
            }
        }
        return Ceiling.measure(backendChoice.options().resolvedThreads());
    }

    private static String devices(List<Workload> workloads) {
        return String.join(
                "; ",
                workloads.stream()
                        .map(w -> w.backend().name() + ": " + w.backend().device())
                        .distinct()
                        .toList());
    }

    private void announce(Screen screen, int round) {
        if (screen.isTerminal()) {
            screen.live().accept(round == 0 ? "warming up" : "round " + round + " of " + rounds);
        }
    }

    private static void print(Screen screen, Benchmark.Result result) {
        boolean device = result.timings().stream()
                .anyMatch(timing -> timing.deviceSeconds().isPresent());
        List<String> titles = new ArrayList<>(
                List.of("backend", "phase", ">images/s", ">spread", ">GFLOP/s", ">of ceiling", ">against reference"));
        if (device) {
            titles.addAll(3, List.of(">ms a batch", ">on the device"));
        }
        Table table = new Table(titles.toArray(String[]::new));
        for (Benchmark.Timing timing : result.timings()) {
            OptionalDouble speedUp = speedUp(timing, result);
            OptionalDouble share = percentOfCeiling(timing, result);
            List<String> cells = new ArrayList<>(List.of(
                    timing.workload().backend().name(),
                    timing.workload().phase(),
                    Numbers.rate(timing.median()),
                    Numbers.format("± %.1f %%", 50 * (timing.max() - timing.min()) / timing.median()),
                    Numbers.format("%.2f", timing.gflops()),
                    share.isEmpty() ? "-" : Numbers.format("%.1f %%", share.getAsDouble()),
                    speedUp.isEmpty() ? "-" : Numbers.format("%,.1f ×", speedUp.getAsDouble())));
            if (device) {
                cells.addAll(3, List.of(milliseconds(wallSeconds(timing)), deviceMilliseconds(timing)));
            }
            table.row(cells.toArray(String[]::new));
        }
        screen.table(table);
        screen.format(
                "ceiling: %.1f GFLOP/s of multiply-adds, measured in this run; spread is half of max − min",
                result.ceilingGflops());
    }

    private static double wallSeconds(Benchmark.Timing timing) {
        return timing.workload().network().maxBatch() / timing.median();
    }

    private static String milliseconds(double seconds) {
        return Numbers.format("%.4f", 1e3 * seconds);
    }

    private static String deviceMilliseconds(Benchmark.Timing timing) {
        return timing.deviceSeconds().isEmpty()
                ? "-"
                : milliseconds(timing.deviceSeconds().getAsDouble());
    }

    /** The ceiling is the CPU's; a device with a clock of its own is not compared with it. */
    private static OptionalDouble percentOfCeiling(Benchmark.Timing timing, Benchmark.Result result) {
        return timing.deviceSeconds().isPresent()
                ? OptionalDouble.empty()
                : OptionalDouble.of(100 * timing.gflops() / result.ceilingGflops());
    }

    private List<LayerTimes> layerTimes(Screen screen, List<Workload> workloads, double ceiling) {
        List<LayerTimes> all = new ArrayList<>();
        for (Workload workload : workloads) {
            if (layers && workload instanceof Workload.Training training) {
                if (screen.isTerminal()) {
                    screen.live().accept("layers on " + workload.backend().name());
                }
                StepProfile profile = training.profile(seconds, seconds * rounds, rounds);
                LayerTimes times = new LayerTimes(workload.backend().name(), profile, ceiling);
                screen.endLive();
                times.print(screen);
                all.add(times);
            }
        }
        return all;
    }

    private static OptionalDouble speedUp(Benchmark.Timing timing, Benchmark.Result result) {
        return result.timings().stream()
                .filter(other -> other.workload().backend().name().equals(REFERENCE)
                        && other.workload().phase().equals(timing.workload().phase()))
                .mapToDouble(other -> timing.median() / other.median())
                .findFirst();
    }

    private List<Object> rows(ModelSource source, Benchmark.Result result) {
        List<Object> rows = new ArrayList<>();
        for (Benchmark.Timing timing : result.timings()) {
            Workload workload = timing.workload();
            OptionalDouble speedUp = speedUp(timing, result);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("backend", workload.backend().name());
            row.put("phase", workload.phase());
            row.put("model", source.name());
            row.put("batch", workload.network().maxBatch());
            row.put("threads", workload.backend().threads());
            row.put("imagesPerSecond", timing.median());
            row.put("gflops", timing.gflops());
            OptionalDouble share = percentOfCeiling(timing, result);
            row.put("percentOfCeiling", share.isEmpty() ? null : share.getAsDouble());
            row.put("secondsPerBatch", wallSeconds(timing));
            if (timing.deviceSeconds().isPresent()) {
                row.put("deviceSecondsPerBatch", timing.deviceSeconds().getAsDouble());
            }
            row.put("speedUpOverReference", speedUp.isEmpty() ? null : speedUp.getAsDouble());
            row.put("imagesPerSecondMin", timing.min());
            row.put("imagesPerSecondMax", timing.max());
            row.put("device", workload.backend().device());
            rows.add(row);
        }
        return rows;
    }
}
