package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.JavaDesktop;
import io.gabor.data.Split;
import io.gabor.model.Recipe;
import io.gabor.nn.Network;
import io.gabor.train.Evaluation;
import io.gabor.train.Metrics;
import io.gabor.train.TestResult;
import io.gabor.train.Tester;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.lang3.StringUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gabor test}: how well a trained model does, as a whole and class by class. */
@Command(
        name = "test",
        description = {
            "Tests a trained model on the test images of a data set.",
            "Precision: of the images taken for a class, the share that is of it. Recall: of a class's images, the share"
                    + " that was found. F1: their harmonic mean. Calibration error: how far, on average, the probability of"
                    + " the answer is from the share of right ones (15 bins)."
        },
        footer = {
            "  gabor test                                   lenet.safetensors in this folder",
            "  gabor test --model lenet.safetensors --limit 1000 --confusion",
            "  gabor test --plot lenet.png                  confusion matrix and calibration as a picture",
            "  gabor test --model lenet.safetensors --dataset digits --json result.json",
            "  gabor test --model pets.safetensors --dataset photos   images in photos/test/CLASS"
        })
final class TestCommand extends GaborCommand {
    private static final int CLASSES_SHOWN = 80;

    @Option(
            names = "--model",
            paramLabel = "FILE|NAME",
            defaultValue = "lenet",
            description = "A model file, or the name of a model that was trained in this folder"
                    + " (default: ${DEFAULT-VALUE}).")
    private String model;

    @Mixin
    private DataChoice dataChoice;

    @Mixin
    private BackendChoice backendChoice;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "256",
            converter = WholeNumber.AtLeastOne.class,
            description = "Samples per step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = {"--limit", "--test-limit"},
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Test on the first N images only.")
    private Integer limit;

    @Option(
            names = "--per-class",
            description = "Print the table of the classes however many there are (default: up to "
                    + ClassReport.MOST_CLASSES + ").")
    private boolean perClass;

    @Option(
            names = "--confusion",
            description = "Print which class is taken for which: the matrix, of many classes the most frequent"
                    + " confusions.")
    private boolean confusion;

    @Option(
            names = "--plot",
            paramLabel = "FILE.png",
            description = "Draw the confusion matrix and the calibration as a PNG.")
    private Path plot;

    @Override
    int run(Screen screen, JsonReport report) throws Exception {
        if (plot != null) {
            // Found before the work: an hour of testing must not end without its picture.
            JavaDesktop.require("--plot");
            MetricsPlot.check(Destination.check("--plot", plot));
        }
        ModelSource.TrainedModel source = ModelSource.trained(model);
        Recipe recipe = source.recipe();
        if (limit != null) {
            recipe = recipe.withLimits(recipe.limit(), limit);
        }
        DatasetSource data = dataChoice.open(source, recipe, source.card().seed(), backendChoice.threads(), screen);
        Dataset testing = recipe.load(data, Split.TEST);
        requireClasses(source, data, testing);
        try (Backend backend = backendChoice.open();
                Network network = source.inference(backend, Math.min(batch, testing.size()))) {
            screen.format(
                    "testing %s (%s parameters) on %s, backend %s (%s)",
                    source.name(),
                    Numbers.count(network.parameterCount()),
                    data.name(),
                    backend.name(),
                    backend.device());
            Tester tester = new Tester(network, recipe.loss()).normalization(recipe.normalization());
            Evaluation evaluation = testing.labels() == null ? null : tester.evaluate(testing);
            TestResult result = evaluation == null ? tester.test(testing) : evaluation.result();
            print(screen, result);
            report.put("command", "test")
                    .put("version", Version.text())
                    .put("model", source.name())
                    .put("parameters", network.parameterCount())
                    .put("dataset", data.name())
                    .put("backend", backend.name())
                    .put("device", backend.device())
                    .put("threads", backend.threads())
                    .put("batch", batch)
                    .put("imagesPerSecond", result.imagesPerSecond())
                    .put("seconds", result.seconds());
            report(report, result);
            if (evaluation != null) {
                show(screen, report, source.name() + " on " + data.name(), evaluation.metrics(), testing.classNames());
            } else if (plot != null || confusion || perClass) {
                throw new UsageException(data.name() + " has target values and no classes: leave out --plot,"
                        + " --confusion and --per-class");
            }
            return ExitCode.DONE;
        }
    }

    /** The order of the outputs is that of the classes in training: with other classes the figures would mean nothing. */
    private static void requireClasses(ModelSource.TrainedModel source, DatasetSource data, Dataset testing) {
        List<String> trained = source.card().classNames();
        if (data.ofImages() && !trained.equals(testing.classNames())) {
            throw new UsageException("the model " + source.file().orElseThrow() + " was trained on the "
                    + trained.size() + " classes " + StringUtils.abbreviate(String.join(", ", trained), CLASSES_SHOWN)
                    + ", and " + data.location() + " has the " + testing.classes() + " classes "
                    + StringUtils.abbreviate(String.join(", ", testing.classNames()), CLASSES_SHOWN)
                    + "; test it on images of the same classes");
        }
    }

    private void show(Screen screen, JsonReport report, String what, Metrics metrics, List<String> names)
            throws IOException {
        ClassReport classes = new ClassReport(metrics, names);
        classes.print(screen, perClass);
        if (confusion) {
            classes.printConfusion(screen);
        }
        report.put("metrics", classes.values());
        if (plot != null) {
            MetricsPlot.write(plot, what, metrics, names);
            screen.line("drawn to " + plot);
        }
    }

    static void print(Screen screen, TestResult result) {
        screen.format(
                "test accuracy %s (%s of %s), loss %s",
                Numbers.percent(result.accuracy()),
                Numbers.count(result.correct()),
                Numbers.count(result.samples()),
                Numbers.loss(result.loss()));
    }

    static void report(JsonReport report, TestResult result) {
        report.put("testLoss", result.loss())
                .put("testAccuracy", result.accuracy())
                .put("testCorrect", result.correct())
                .put("testSamples", result.samples());
    }
}
