package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.JavaDesktop;
import io.gabor.data.Split;
import io.gabor.data.ValidationSplit;
import io.gabor.io.ModelFile;
import io.gabor.model.Model;
import io.gabor.model.Recipe;
import io.gabor.model.Recipes;
import io.gabor.nn.Network;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.train.BestEpochs;
import io.gabor.train.EpochResult;
import io.gabor.train.History;
import io.gabor.train.NonFiniteException;
import io.gabor.train.TestResult;
import io.gabor.train.Tester;
import io.gabor.train.Trainer;
import io.gabor.train.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gabor train}: trains a model, saves it, tests it. */
@Command(
        name = "train",
        description = {
            "Trains a model, tests it and writes it to a file.",
            "Ctrl-C stops after the batch under way and saves."
        },
        footer = {
            "  gabor train                                  lenet on MNIST, 3 epochs",
            "  gabor train --epochs 1 --limit 10000         a quick try",
            "  gabor train --model digits01 --seed 7        another model, by name",
            "  gabor train --model lenet.safetensors        goes on with a trained one",
            "  gabor train --model net.yaml                 a model of your own, see docs/models.md",
            "  gabor train --recipe cifar10-85              a model, a data set and settings that go together",
            "  gabor train --model vgg-small --dataset photos --image-size 48    photos/train/CLASS, photos/test/CLASS",
            "  gabor train --dataset fashion-mnist --optimizer momentum --lr 0.02 --save fashion.safetensors"
        })
final class TrainCommand extends GaborCommand {
    private static final int STOPPED = 130;
    private static final String USUAL_MODEL = "lenet";

    @Option(
            names = "--model",
            paramLabel = "NAME|FILE",
            description =
                    "lenet, vgg-small, mnist-m5, resnet8, resnet20, airbench94, airbench-small, mobilenet-small, digits01,"
                            + " digits01-valid, conv3x3-softmax, mlp-tanh, xor, a model file to go on with, or a text in YAML that describes"
                            + " a model (default: the recipe's, or lenet).")
    private String model;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "Settings that were tuned together: mnist-99.5 or cifar10-85. Other options still count.")
    private String recipeName;

    @Mixin
    private DataChoice dataChoice;

    @Mixin
    private BackendChoice backendChoice;

    @Mixin
    private RecipeOptions recipeOptions;

    @Mixin
    private TrainingChoices trainingChoices;

    @Mixin
    private AugmentChoices augmentChoices;

    @Mixin
    private WatchChoice watchChoice;

    @Option(
            names = "--show-augmented",
            paramLabel = "FILE.png",
            description =
                    "Draw the first training images, as they are stored and as the first epochs see them; then end.")
    private Path showAugmented;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = RecipeOptions.SEED)
    private long seed;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description =
                    "Where to write the model (default: <model>.safetensors here; the file itself with --model FILE).")
    private Path save;

    @Option(
            names = "--keep-best",
            paramLabel = "K",
            converter = WholeNumber.AtLeastOne.class,
            description = "Keep the K epochs with the least validation loss, as <model>-epochN.safetensors.")
    private Integer keepBest;

    private Interruption interruption;

    @Override
    int run(Screen screen, JsonReport report) throws Exception {
        Optional<Model> tuned = Optional.ofNullable(recipeName).map(TrainCommand::tuned);
        ModelSource source = tuned.isPresent() && model == null
                ? ModelSource.of(tuned.get())
                : ModelSource.find(model == null ? USUAL_MODEL : model);
        Recipe base = tuned.map(Model::recipe).orElseGet(source::recipe);
        Path target = Destination.check("--save", save == null ? source.usualFile() : save);
        Recipe wanted = augmentChoices.apply(trainingChoices.apply(recipeOptions.apply(base)));
        double share = wanted.options().validationShare();
        if (share == 0) {
            requireNoNeedOfValidation(wanted);
        }
        if (showAugmented != null) {
            JavaDesktop.require("--show-augmented");
            AugmentedSheet.check(showAugmented);
        }
        DatasetSource data = dataChoice.openOrDigits(source, wanted, seed, backendChoice.threads(), screen);
        Recipe named = wanted.withDataset(dataChoice.recipeName(wanted, data));
        Dataset samples = named.load(data, Split.TRAIN);
        Recipe recipe = named.forChannels(samples.sampleShape().dim(0));
        // Read before training: a damaged file must not cost an hour.
        Dataset testing = recipe.load(data, Split.TEST);
        ValidationSplit split =
                share == 0 ? new ValidationSplit(samples, null) : ValidationSplit.of(samples, share, seed);
        Dataset training = split.training();
        if (showAugmented != null) {
            return show(training, recipe, screen);
        }
        int outputs = training.labels() == null ? training.targetShape().size() : training.classes();
        Shape sample = training.sampleShape();
        try (Backend backend = backendChoice.open()) {
            try (Network network = network(source, outputs, data, sample, backend, recipe.batch())) {
                Job job = new Job(screen, report, source, recipe, split, testing, data, backend, network, target);
                return job.run();
            } catch (OutOfMemoryException e) {
                throw TrainingPlan.explain(
                        e,
                        () -> source.layers(outputs),
                        sample,
                        backend,
                        recipe.batch(),
                        recipe.createOptimizer(),
                        training,
                        recipe.options().runOptions(),
                        backend.freeBytes());
            }
        }
    }

    private int show(Dataset training, Recipe recipe, Screen screen) throws IOException {
        try (Backend backend = backendChoice.open()) {
            AugmentedSheet.write(
                    showAugmented, backend, training, recipe.options().augmentation(), seed);
        }
        screen.format(
                "training images, changed by: %s; drawn in %s", recipe.options().augmentation(), showAugmented);
        return ExitCode.DONE;
    }

    private static Model tuned(String name) {
        return Recipes.find(name)
                .orElseThrow(() -> new UsageException(Nearest.message("recipe", name, Recipes.names())));
    }

    private Network network(
            ModelSource source, int outputs, DatasetSource data, Shape sample, Backend backend, int batch) {
        try {
            return source.training(outputs, sample, backend, batch, seed);
        } catch (ShapeException e) {
            Shape made = source.sampleShape();
            if (!data.ofImages() || made.rank() != 3) {
                throw e;
            }
            throw new UsageException(
                    e.getMessage() + "; the images of " + data.name() + " are read as " + sample + ", and "
                            + source.name() + " is made for " + made + ": try --image-size " + made.dim(1) + "x"
                            + made.dim(2) + ", or another model",
                    e);
        }
    }

    /** Found before anything is loaded. */
    private void requireNoNeedOfValidation(Recipe recipe) {
        String needs = keepBest != null
                ? "--keep-best"
                : recipe.options().patience() > 0
                        ? "--patience"
                        : recipe.schedule().needsValidation() ? "--schedule " + recipe.schedule() : null;
        if (needs != null) {
            throw new UsageException(needs + " goes by the validation loss; give --validation-share as well");
        }
    }

    @Override
    void release() {
        if (interruption != null) {
            interruption.close();
        }
    }

    /** One training run, with all that has been decided and opened. */
    private final class Job {
        private final Screen screen;
        private final JsonReport report;
        private final ModelSource source;
        private final Recipe recipe;
        private final Dataset training;
        private final Dataset testing;
        /** Null where nothing is set aside. */
        private final Dataset validation;

        private final DatasetSource data;
        private final Backend backend;
        private final Network network;
        private final Path target;

        Job(
                Screen screen,
                JsonReport report,
                ModelSource source,
                Recipe recipe,
                ValidationSplit split,
                Dataset testing,
                DatasetSource data,
                Backend backend,
                Network network,
                Path target) {
            this.screen = screen;
            this.report = report;
            this.source = source;
            this.recipe = recipe;
            this.training = split.training();
            this.validation = split.validation();
            this.testing = testing;
            this.data = data;
            this.backend = backend;
            this.network = network;
            this.target = target;
        }

        int run() throws IOException {
            announce();
            Trainer trainer = new Trainer(network, recipe.trainingLoss(training), recipe.createOptimizer())
                    .batch(recipe.batch())
                    .epochs(recipe.epochs())
                    .seed(seed)
                    .normalization(recipe.normalization())
                    .augmentation(recipe.options().augmentation())
                    .schedule(recipe.schedule());
            recipe.options().clips().forEach(trainer::clip);
            trainer.accumulate(recipe.options().accumulate());
            if (recipe.options().averageDecay() > 0) {
                trainer.averageWeights(recipe.options().averageDecay());
            }
            if (validation != null) {
                trainer.validation(validation, recipe.loss());
            }
            if (recipe.options().patience() > 0) {
                trainer.patience(recipe.options().patience());
            }
            if (keepBest != null) {
                trainer.callback(new BestEpochs(keepBest, target, this::save));
            }
            interruption = new Interruption(trainer::stop);
            History history = train(trainer);
            save(target);
            reportTraining(history);
            if (interruption.happened()) {
                screen.format("stopped by the user after step %s; saved to %s", Numbers.count(history.steps()), target);
                return STOPPED;
            }
            interruption.close();
            int last = history.last().epoch();
            if (last < recipe.epochs()) {
                screen.format(
                        "no lower validation loss since epoch %d; stopped after epoch %d", history.bestEpoch(), last);
            }
            TestResult result = new Tester(network, recipe.loss())
                    .normalization(recipe.normalization())
                    .test(testing);
            TestCommand.print(screen, result);
            screen.line("saved to " + target);
            TestCommand.report(report, result);
            return ExitCode.DONE;
        }

        private void announce() {
            screen.format(
                    "training %s (%s parameters) on %s (%s samples of %s%s), backend %s (%s), batch %d, %d epoch%s, %s rate %s,"
                            + " seed %d",
                    source.name(),
                    Numbers.count(network.parameterCount()),
                    data.name(),
                    Numbers.count(training.size()),
                    training.sampleShape(),
                    validation == null ? "" : ", " + Numbers.count(validation.size()) + " set aside",
                    backend.name(),
                    backend.device(),
                    recipe.batch(),
                    recipe.epochs(),
                    recipe.epochs() == 1 ? "" : "s",
                    recipe.optimizer(),
                    recipe.rate(),
                    seed);
            if (!recipe.options().augmentation().isNone()) {
                screen.line("training images are changed at random: "
                        + recipe.options().augmentation());
            }
        }

        private History train(Trainer trainer) throws IOException {
            try (TrainingDisplay display = new TrainingDisplay(screen, recipe.epochs(), training.size())) {
                trainer.callback(display);
                HealthDisplay health = watchChoice.apply(trainer, screen, display);
                History history = trainer.train(training);
                if (health != null) {
                    health.report(report);
                }
                return history;
            } catch (NonFiniteException e) {
                Path kept = Files.exists(target) ? beside(target) : target;
                save(kept);
                throw new UsageException(e.getMessage() + "; the last finite model is in " + kept, e);
            }
        }

        /** A failed run must not replace what an earlier one has left. */
        private Path beside(Path file) {
            String name = file.getFileName().toString();
            int dot = name.lastIndexOf('.');
            String stem = dot > 0 ? name.substring(0, dot) : name;
            return file.resolveSibling(stem + "-last-finite" + name.substring(stem.length()));
        }

        private void save(Path file) throws IOException {
            FolderImages images = dataChoice.remembered(source, data, seed, screen);
            ModelCard card = new ModelCard(source.name(), recipe, training.classNames(), seed, images);
            ModelFile.of(network, card.write()).write(file);
        }

        private static List<Double> validated(List<EpochResult> epochs, Function<TestResult, Double> of) {
            return epochs.stream()
                    .map(EpochResult::validation)
                    .filter(Objects::nonNull)
                    .map(of)
                    .toList();
        }

        private void reportTraining(History history) {
            List<EpochResult> epochs =
                    history.epochs().stream().filter(e -> e.samples() > 0).toList();
            report.put("command", "train")
                    .put("version", Version.text())
                    .put("model", source.name())
                    .put("parameters", network.parameterCount())
                    .put("dataset", data.name())
                    .put("trainSamples", training.size())
                    .put("backend", backend.name())
                    .put("device", backend.device())
                    .put("threads", backend.threads())
                    .put("epochs", recipe.epochs())
                    .put("batch", recipe.batch())
                    .put("optimizer", recipe.optimizer())
                    .put("lr", recipe.rate())
                    .put("schedule", recipe.schedule().toString())
                    .put("augmentation", recipe.options().augmentation().toString())
                    .put("seed", seed)
                    .put("steps", history.steps())
                    .put("stopped", history.stopped())
                    .put("file", target.toString())
                    .put("validationSamples", validation == null ? 0 : validation.size())
                    .put("validationLoss", validated(epochs, TestResult::loss))
                    .put("validationAccuracy", validated(epochs, TestResult::accuracy))
                    .put("bestEpoch", history.bestEpoch())
                    .put("trainLoss", epochs.stream().map(EpochResult::loss).toList())
                    .put(
                            "imagesPerSecond",
                            epochs.isEmpty()
                                    ? null
                                    : epochs.get(epochs.size() - 1).imagesPerSecond())
                    .put(
                            "seconds",
                            epochs.stream().mapToDouble(EpochResult::seconds).sum());
        }
    }
}
