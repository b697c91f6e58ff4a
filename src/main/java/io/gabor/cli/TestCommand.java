package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.Split;
import io.gabor.model.Recipe;
import io.gabor.nn.Network;
import io.gabor.train.TestResult;
import io.gabor.train.Tester;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gabor test}: the loss and the accuracy of a trained model. */
@Command(
        name = "test",
        description = "Tests a trained model on the test images of a data set.",
        footer = {
            "  gabor test                                   lenet.safetensors in this folder",
            "  gabor test --model lenet.safetensors --limit 1000",
            "  gabor test --model lenet.safetensors --dataset digits --json result.json"
        })
final class TestCommand extends GaborCommand {
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

    @Override
    int run(Screen screen, JsonReport report) throws Exception {
        ModelSource.TrainedModel source = ModelSource.trained(model);
        Recipe recipe = source.recipe();
        if (limit != null) {
            recipe = recipe.withLimits(recipe.limit(), limit);
        }
        DatasetSource data = dataChoice.open(recipe, screen);
        Dataset testing = recipe.select(data.load(Split.TEST), Split.TEST);
        try (Backend backend = backendChoice.open();
                Network network = source.inference(backend, Math.min(batch, testing.size()))) {
            screen.format(
                    "testing %s (%s parameters) on %s, backend %s (%s)",
                    source.name(),
                    Numbers.count(network.parameterCount()),
                    data.name(),
                    backend.name(),
                    backend.device());
            TestResult result = new Tester(network, recipe.loss())
                    .normalization(recipe.normalization())
                    .test(testing);
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
            return ExitCode.DONE;
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
