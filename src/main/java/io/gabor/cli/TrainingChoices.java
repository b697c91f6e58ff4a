package io.gabor.cli;

import io.gabor.model.ClassWeights;
import io.gabor.model.Recipe;
import io.gabor.model.TrainingOptions;
import picocli.CommandLine.Option;

/** The options that add something to a recipe; what is not given stays as the model's recipe has it. */
final class TrainingChoices {
    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            converter = Share.class,
            description = "Spread this part of each target over all classes: 0 to 1.")
    private Double labelSmoothing;

    @Option(
            names = "--class-weights",
            paramLabel = "balanced|A,B,...",
            converter = Parsed.Weights.class,
            description =
                    "How much each class counts in the loss: balanced, or a number for each (default: all alike).")
    private ClassWeights classWeights;

    @Option(
            names = "--clip-norm",
            paramLabel = "X",
            converter = PositiveNumber.class,
            description = "Scale the gradients of a step down so that their common norm is at most X.")
    private Double clipNorm;

    @Option(
            names = "--clip-value",
            paramLabel = "X",
            converter = PositiveNumber.class,
            description = "Cut each gradient off at X and -X.")
    private Double clipValue;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            converter = Share.class,
            description = "Pull weights towards 0: L2 regularisation; decoupled with adamw, which has 0.01 of its own.")
    private Double weightDecay;

    @Option(names = "--no-bias-decay", description = "Spare biases the weight decay.")
    private boolean noBiasDecay;

    @Option(
            names = "--accumulate",
            paramLabel = "K",
            converter = WholeNumber.AtLeastOne.class,
            description =
                    "Follow the mean gradient of K batches in each step: a batch K times as large in the same memory.")
    private Integer accumulate;

    @Option(
            names = "--ema",
            paramLabel = "D",
            converter = Share.class,
            description =
                    "Test and save the moving average of the weights, of which each step keeps the part D, as 0.999.")
    private Double averageDecay;

    @Option(
            names = "--validation-share",
            paramLabel = "X",
            converter = Share.class,
            description = "Set this part of the training images aside, and test on them after each epoch.")
    private Double validationShare;

    @Option(
            names = "--patience",
            paramLabel = "N",
            converter = WholeNumber.AtLeastOne.class,
            description = "Stop after N epochs without a lower validation loss, and keep the best epoch's weights.")
    private Integer patience;

    /** Returns the recipe with what was asked for. */
    Recipe apply(Recipe recipe) {
        TrainingOptions had = recipe.options();
        TrainingOptions chosen = new TrainingOptions(
                labelSmoothing == null ? had.labelSmoothing() : labelSmoothing,
                classWeights == null ? had.classWeights() : classWeights,
                clipNorm == null ? had.clipNorm() : clipNorm,
                clipValue == null ? had.clipValue() : clipValue,
                weightDecay == null ? had.weightDecay() : weightDecay,
                noBiasDecay || had.decayWeightsOnly(),
                accumulate == null ? had.accumulate() : accumulate,
                averageDecay == null ? had.averageDecay() : averageDecay,
                validationShare == null ? had.validationShare() : validationShare,
                patience == null ? had.patience() : patience);
        return recipe.withOptions(chosen.withAugmentation(had.augmentation()));
    }
}
