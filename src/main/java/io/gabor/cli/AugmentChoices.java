package io.gabor.cli;

import io.gabor.data.augment.Augmentation;
import io.gabor.data.augment.Change;
import io.gabor.model.Recipe;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that change training images at random; what is not given stays as the model's recipe has it. */
final class AugmentChoices {
    @Option(
            names = "--shift",
            paramLabel = "PX",
            converter = Strength.class,
            description = "Move training images at random by up to PX pixels, as all of the following do at random.")
    private Double shift;

    @Option(
            names = "--rotate",
            paramLabel = "DEG",
            converter = Strength.class,
            description = "Turn them by up to DEG degrees.")
    private Double rotate;

    @Option(
            names = "--scale",
            paramLabel = "F",
            converter = Strength.class,
            description = "Make them up to 1 + F times as large, or as small.")
    private Double scale;

    @Option(
            names = "--shear",
            paramLabel = "DEG",
            converter = Strength.class,
            description = "Slant them by up to DEG degrees.")
    private Double shear;

    @Option(
            names = "--elastic",
            paramLabel = "A",
            converter = Strength.class,
            description = "Bend them, so that pixels move by about A pixels.")
    private Double elastic;

    @Option(names = "--flip", negatable = true, description = "Mirror every second one, left to right.")
    private Boolean flip;

    @Option(
            names = "--crop",
            paramLabel = "PX",
            converter = Strength.class,
            description = "Pad them by PX mirrored pixels, and cut their old size out of that.")
    private Double crop;

    @Option(
            names = "--cutout",
            paramLabel = "PX",
            converter = Strength.class,
            description = "Empty a square of PX pixels on each side.")
    private Double cutout;

    @Option(
            names = "--brightness",
            paramLabel = "B",
            converter = Strength.class,
            description = "Make them lighter or darker by up to this part of the range.")
    private Double brightness;

    @Option(
            names = "--contrast",
            paramLabel = "C",
            converter = Strength.class,
            description = "Multiply their contrast by 1 - C to 1 + C.")
    private Double contrast;

    @Option(
            names = "--mixup",
            paramLabel = "A",
            converter = Strength.class,
            description = "Lay another one over each; the part that stays is drawn from Beta(A, A), as 0.2.")
    private Double mixup;

    @Option(
            names = "--cutmix",
            paramLabel = "A",
            converter = Strength.class,
            description = "Replace a box of each by that of another one; the part that stays is drawn from Beta(A, A).")
    private Double cutmix;

    @Option(
            names = "--no-augment",
            description = "Leave out what the model's recipe does to training images; what is given beside it is done.")
    private boolean noAugment;

    /** Reads a number; whether it makes sense depends on the change. */
    private static final class Strength implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                return Double.valueOf(text.strip());
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a number, found '" + text + "'");
            }
        }
    }

    /**
     * Returns the recipe with what was asked for.
     *
     * @throws UsageException if a number makes no sense
     */
    Recipe apply(Recipe recipe) {
        Augmentation result = noAugment ? Augmentation.none() : recipe.options().augmentation();
        try {
            result = with(result, Change.SHIFT, shift);
            result = with(result, Change.ROTATE, rotate);
            result = with(result, Change.SCALE, scale);
            result = with(result, Change.SHEAR, shear);
            result = with(result, Change.ELASTIC, elastic);
            result = with(result, Change.FLIP, flip == null ? null : flip ? 1.0 : 0.0);
            result = with(result, Change.CROP, crop);
            result = with(result, Change.CUTOUT, cutout);
            result = with(result, Change.BRIGHTNESS, brightness);
            result = with(result, Change.CONTRAST, contrast);
            result = with(result, Change.MIXUP, mixup);
            result = with(result, Change.CUTMIX, cutmix);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + e.getMessage(), e);
        }
        return recipe.withOptions(recipe.options().withAugmentation(result));
    }

    private static Augmentation with(Augmentation before, Change change, Double strength) {
        return strength == null ? before : before.with(change, strength);
    }
}
