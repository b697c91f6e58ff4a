package io.gabor.cli;

import io.gabor.model.Recipe;
import io.gabor.optim.Optimizers;
import io.gabor.optim.Schedule;
import picocli.CommandLine.Option;

/** The options that change how a model is trained; what is not given stays as the model's recipe has it. */
final class RecipeOptions {
    static final String BATCH = "Samples per step";
    static final String SEED = "The same seed gives the same bits on one backend (default: ${DEFAULT-VALUE}).";
    private static final String FROM_RECIPE = " (default: from the model's recipe).";

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = BATCH + FROM_RECIPE)
    private Integer batch;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Passes over the training images" + FROM_RECIPE)
    private Integer epochs;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "sgd, momentum, nesterov, adam, adamw, rmsprop or adagrad" + FROM_RECIPE)
    private String optimizer;

    @Option(
            names = "--lr",
            paramLabel = "X",
            converter = PositiveNumber.class,
            description = "Learning rate (default: the recipe's; for another optimizer the rate that is usual for it).")
    private Double rate;

    @Option(
            names = "--schedule",
            paramLabel = "NAME[:KEY=X,...]",
            converter = Parsed.Rates.class,
            description =
                    "constant, step:every=2, exponential:factor=0.9, cosine, one-cycle:max=0.01, triangle, plateau,"
                            + " or warm-up:epochs=1+cosine" + FROM_RECIPE)
    private Schedule schedule;

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Train on the first N images only.")
    private Integer limit;

    @Option(
            names = "--test-limit",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Test on the first N images only.")
    private Integer testLimit;

    /**
     * Returns the recipe with what was asked for.
     *
     * @throws UsageException if there is no such optimizer
     */
    Recipe apply(Recipe recipe) {
        Recipe result = recipe.withLimits(or(limit, recipe.limit()), or(testLimit, recipe.testLimit()))
                .withBatch(or(batch, recipe.batch()))
                .withEpochs(or(epochs, recipe.epochs()))
                .withSchedule(schedule == null ? recipe.schedule() : schedule);
        if (optimizer == null) {
            return rate == null ? result : result.withOptimizer(recipe.optimizer(), rate);
        }
        if (!Optimizers.names().contains(optimizer)) {
            throw new UsageException(Nearest.message("optimizer", optimizer, Optimizers.names()));
        }
        boolean same = optimizer.equals(recipe.optimizer());
        double usual = same ? recipe.rate() : Optimizers.usualRate(optimizer);
        return result.withOptimizer(optimizer, rate == null ? usual : rate);
    }

    private static int or(Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }
}
