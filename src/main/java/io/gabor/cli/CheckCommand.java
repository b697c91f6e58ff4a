package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.Split;
import io.gabor.model.Recipe;
import io.gabor.nn.Layer;
import io.gabor.train.GradientCheck;
import io.gabor.train.ParityCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gabor check}: is the mathematics right, and do the backends agree? */
@Command(
        name = "check",
        description = {
            "Checks the gradients of every layer of a model against finite differences (in double, on the reference"
                    + " backend), and every usable backend against the reference on a batch of the data set."
        },
        exitCodeList = {"0:all checks passed", "1:a check failed", "2:bad usage or bad input"},
        footer = {
            "  gabor check",
            "  gabor check --model digits01 --dataset digits",
            "  gabor check --backend cpu --batch 64 --json check.json"
        })
final class CheckCommand extends GaborCommand {
    private static final String REFERENCE = "reference";

    @Option(
            names = "--model",
            paramLabel = "NAME|FILE",
            defaultValue = "lenet",
            description = "The name of a model, a model file, or a text in YAML that describes a model"
                    + " (default: ${DEFAULT-VALUE}).")
    private String model;

    @Mixin
    private DataChoice dataChoice;

    @Mixin
    private BackendChoice backendChoice;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "8",
            converter = WholeNumber.AtLeastOne.class,
            description = "Images that the backends are compared on (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = RecipeOptions.SEED)
    private long seed;

    private final List<Object> gradients = new ArrayList<>();
    private final List<Object> parity = new ArrayList<>();
    private boolean passed = true;

    @Override
    int run(Screen screen, JsonReport report) throws Exception {
        ModelSource source = ModelSource.find(model);
        List<BackendProvider> providers = backendChoice.providers();
        DatasetSource data = dataChoice.openOrDigits(source, source.recipe(), seed, backendChoice.threads(), screen);
        Dataset samples = source.recipe().load(data, Split.TEST);
        Recipe recipe = source.recipe().forChannels(samples.sampleShape().dim(0));
        int outputs = samples.labels() == null ? samples.targetShape().size() : samples.classes();
        Supplier<Layer> layers = () -> source.layers(outputs);
        checkGradients(screen, source, layers, samples);
        for (BackendProvider provider : providers) {
            if (!provider.name().equals(REFERENCE)) {
                checkParity(screen, provider, layers, samples, recipe);
            }
        }
        screen.line(passed ? "all checks passed" : "CHECKS FAILED");
        report.put("command", "check")
                .put("version", Version.text())
                .put("model", source.name())
                .put("dataset", data.name())
                .put("batch", Math.min(batch, samples.size()))
                .put("seed", seed)
                .put("passed", passed)
                .put("gradients", gradients)
                .put("parity", parity);
        return passed ? ExitCode.DONE : ExitCode.CHECK_FAILED;
    }

    private void checkGradients(Screen screen, ModelSource source, Supplier<Layer> layers, Dataset samples) {
        screen.line("gradients of " + source.name() + " against finite differences, in double");
        Table table = new Table("layer", "with respect to", ">elements", ">error / bound", "");
        for (GradientCheck.Row row :
                GradientCheck.run(layers, samples.sampleShape(), source.recipe().loss(), seed)) {
            passed &= row.passed();
            table.row(
                    row.layer(),
                    row.of(),
                    Numbers.count(row.elements()),
                    row.elements() == 0 ? "-" : Numbers.format("%.1e", row.worst()),
                    row.elements() == 0 ? "" : verdict(row.passed()));
            Map<String, Object> written = new LinkedHashMap<>();
            written.put("layer", row.layer());
            written.put("of", row.of());
            written.put("elements", row.elements());
            written.put("errorOverBound", row.worst());
            written.put("passed", row.passed());
            gradients.add(written);
        }
        screen.table(table);
    }

    private void checkParity(
            Screen screen, BackendProvider provider, Supplier<Layer> layers, Dataset samples, Recipe recipe) {
        BackendProvider.Availability availability = provider.probe();
        if (!availability.usable() && !backendChoice.isNamed()) {
            screen.line("backend " + provider.name() + " is not usable here: " + availability.detail());
            return;
        }
        try (Backend expected = Backends.select(REFERENCE);
                Backend found = provider.open(backendChoice.options())) {
            screen.format(
                    "backend %s (%s) against reference, on %s samples of %s",
                    found.name(), found.device(), Numbers.count(Math.min(batch, samples.size())), samples.name());
            Table table = new Table("quantity", ">relative error", ">bound", "");
            for (ParityCheck.Row row : ParityCheck.run(
                    expected, found, layers, samples, recipe.normalization(), recipe.loss(), batch, seed)) {
                passed &= row.passed();
                table.row(
                        row.quantity(),
                        Numbers.format("%.1e", row.error()),
                        Numbers.format("%.0e", ParityCheck.BOUND),
                        verdict(row.passed()));
                Map<String, Object> written = new LinkedHashMap<>();
                written.put("backend", found.name());
                written.put("quantity", row.quantity());
                written.put("error", row.error());
                written.put("bound", ParityCheck.BOUND);
                written.put("passed", row.passed());
                parity.add(written);
            }
            screen.table(table);
        }
    }

    private static String verdict(boolean good) {
        return good ? "ok" : "FAILED";
    }
}
