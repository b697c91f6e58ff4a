package io.gabor.model;

import io.gabor.backend.ClipSpec;
import io.gabor.data.Dataset;
import io.gabor.data.augment.Augmentation;
import io.gabor.nn.Loss;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Optimizer;
import io.gabor.train.RunOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What may be added to a recipe and mostly is not.
 *
 * @param labelSmoothing the part of a target that is spread over all classes, from 0 to 1
 * @param classWeights how much each class counts
 * @param clipNorm the largest norm of all gradients together; 0 for any
 * @param clipValue the largest gradient of a single weight; 0 for any
 * @param weightDecay λ; below 0 for what the optimizer has of its own
 * @param decayWeightsOnly whether biases are spared the decay
 * @param accumulate how many batches make one step
 * @param averageDecay d of the weights' moving average, which is tested and saved; 0 for none
 * @param validationShare the part of the training samples that is set aside; 0 for none
 * @param patience the epochs without a lower validation loss after which training ends; 0 for any
 * @param augmentation how training images are changed at random
 */
public record TrainingOptions(
        double labelSmoothing,
        ClassWeights classWeights,
        double clipNorm,
        double clipValue,
        double weightDecay,
        boolean decayWeightsOnly,
        int accumulate,
        double averageDecay,
        double validationShare,
        int patience,
        Augmentation augmentation) {
    /** Nothing added. */
    public static final TrainingOptions NONE = new TrainingOptions(0, ClassWeights.EQUAL, 0, 0, -1, false, 1, 0, 0, 0);

    private static final String LABEL_SMOOTHING = "labelSmoothing";
    private static final String CLASS_WEIGHTS = "classWeights";
    private static final String CLIP_NORM = "clipNorm";
    private static final String CLIP_VALUE = "clipValue";
    private static final String WEIGHT_DECAY = "weightDecay";
    private static final String DECAY_WEIGHTS_ONLY = "decayWeightsOnly";
    private static final String ACCUMULATE = "accumulate";
    private static final String AVERAGE_DECAY = "averageDecay";
    private static final String VALIDATION_SHARE = "validationShare";
    private static final String PATIENCE = "patience";
    private static final String AUGMENTATION = "augmentation";

    public TrainingOptions {
        Objects.requireNonNull(classWeights, "classWeights");
        Objects.requireNonNull(augmentation, "augmentation");
        require(labelSmoothing >= 0 && labelSmoothing <= 1, "label smoothing must be from 0 to 1", labelSmoothing);
        requireBound(CLIP_NORM, clipNorm);
        requireBound(CLIP_VALUE, clipValue);
        require(weightDecay < Double.POSITIVE_INFINITY, "weight decay must be finite", weightDecay);
        require(accumulate >= 1, "a step accumulates at least 1 batch", accumulate);
        require(
                averageDecay >= 0 && averageDecay < 1,
                "the decay of the weights' average must be above 0 and below 1, or 0 for none",
                averageDecay);
        require(
                validationShare >= 0 && validationShare < 1,
                "the validation share must be above 0 and below 1, or 0 for none",
                validationShare);
        require(patience >= 0, "patience must be at least 1 epoch, or 0 for any", patience);
    }

    /** Without augmentation. */
    public TrainingOptions(
            double labelSmoothing,
            ClassWeights classWeights,
            double clipNorm,
            double clipValue,
            double weightDecay,
            boolean decayWeightsOnly,
            int accumulate,
            double averageDecay,
            double validationShare,
            int patience) {
        this(
                labelSmoothing,
                classWeights,
                clipNorm,
                clipValue,
                weightDecay,
                decayWeightsOnly,
                accumulate,
                averageDecay,
                validationShare,
                patience,
                Augmentation.none());
    }

    /** Returns the same with training images changed like this. */
    public TrainingOptions withAugmentation(Augmentation other) {
        return new TrainingOptions(
                labelSmoothing,
                classWeights,
                clipNorm,
                clipValue,
                weightDecay,
                decayWeightsOnly,
                accumulate,
                averageDecay,
                validationShare,
                patience,
                other);
    }

    /** Returns these with a weight decay on weights alone. */
    TrainingOptions withDecay(double decay) {
        Map<String, Object> written = write();
        written.put(WEIGHT_DECAY, decay);
        written.put(DECAY_WEIGHTS_ONLY, true);
        return read(written);
    }

    /** Returns these with smoothed labels. */
    TrainingOptions withSmoothing(double smoothing) {
        Map<String, Object> written = write();
        written.put(LABEL_SMOOTHING, smoothing);
        return read(written);
    }

    /** Returns the keys that {@link #read} knows. */
    static List<String> keys() {
        return List.of(
                LABEL_SMOOTHING,
                CLASS_WEIGHTS,
                CLIP_NORM,
                CLIP_VALUE,
                WEIGHT_DECAY,
                DECAY_WEIGHTS_ONLY,
                ACCUMULATE,
                AVERAGE_DECAY,
                VALIDATION_SHARE,
                PATIENCE,
                AUGMENTATION);
    }

    private static void requireBound(String key, double bound) {
        require(
                bound >= 0 && bound < Double.POSITIVE_INFINITY,
                key + " must be finite and above 0, or 0 for none",
                bound);
    }

    private static void require(boolean holds, String rule, double found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", found " + found);
        }
    }

    /**
     * Returns a recipe's loss with what is added to it.
     *
     * @throws IllegalArgumentException if this loss has no classes to weigh or labels to smooth
     */
    Loss loss(Loss plain, Dataset training) {
        if (labelSmoothing == 0 && classWeights.equals(ClassWeights.EQUAL)) {
            return plain;
        }
        if (!(plain instanceof SoftmaxCrossEntropy)) {
            throw new IllegalArgumentException("label smoothing and class weights belong to the loss "
                    + new SoftmaxCrossEntropy().kind() + ", and this model is trained with " + plain.kind());
        }
        return new SoftmaxCrossEntropy(labelSmoothing, classWeights.of(training));
    }

    /** Adds the weight decay to an optimizer. */
    Optimizer decay(Optimizer optimizer) {
        if (weightDecay >= 0) {
            optimizer.weightDecay(weightDecay);
        }
        return decayWeightsOnly ? optimizer.decayWeightsOnly() : optimizer;
    }

    /** Returns what they mean to a training run. */
    public RunOptions runOptions() {
        return new RunOptions(clips(), accumulate, averageDecay, patience > 0, augmentation, 0);
    }

    /** Returns the bounds on the gradients, in the order in which they apply. */
    public List<ClipSpec> clips() {
        List<ClipSpec> clips = new ArrayList<>();
        if (clipNorm > 0) {
            clips.add(new ClipSpec.Norm(clipNorm));
        }
        if (clipValue > 0) {
            clips.add(new ClipSpec.Value(clipValue));
        }
        return clips;
    }

    /** Writes what is added as plain values, for model files: nothing for nothing. */
    Map<String, Object> write() {
        Map<String, Object> written = new LinkedHashMap<>();
        put(written, LABEL_SMOOTHING, labelSmoothing, NONE.labelSmoothing);
        put(written, CLASS_WEIGHTS, classWeights.toString(), NONE.classWeights.toString());
        put(written, CLIP_NORM, clipNorm, NONE.clipNorm);
        put(written, CLIP_VALUE, clipValue, NONE.clipValue);
        put(written, WEIGHT_DECAY, weightDecay, NONE.weightDecay);
        put(written, DECAY_WEIGHTS_ONLY, decayWeightsOnly, NONE.decayWeightsOnly);
        put(written, ACCUMULATE, accumulate, NONE.accumulate);
        put(written, AVERAGE_DECAY, averageDecay, NONE.averageDecay);
        put(written, VALIDATION_SHARE, validationShare, NONE.validationShare);
        put(written, PATIENCE, patience, NONE.patience);
        put(written, AUGMENTATION, augmentation.write(), Map.of());
        return written;
    }

    private static void put(Map<String, Object> written, String key, Object value, Object usual) {
        if (!value.equals(usual)) {
            written.put(key, value);
        }
    }

    /**
     * Reads what {@link #write} wrote; what is missing is not added.
     *
     * @throws IllegalArgumentException if a value is not what it must be; says which
     */
    static TrainingOptions read(Map<?, ?> written) {
        return new TrainingOptions(
                number(written, LABEL_SMOOTHING, NONE.labelSmoothing),
                ClassWeights.parse(text(written, CLASS_WEIGHTS, NONE.classWeights.toString())),
                number(written, CLIP_NORM, NONE.clipNorm),
                number(written, CLIP_VALUE, NONE.clipValue),
                number(written, WEIGHT_DECAY, NONE.weightDecay),
                truth(written, DECAY_WEIGHTS_ONLY, NONE.decayWeightsOnly),
                integer(written, ACCUMULATE, NONE.accumulate),
                number(written, AVERAGE_DECAY, NONE.averageDecay),
                number(written, VALIDATION_SHARE, NONE.validationShare),
                integer(written, PATIENCE, NONE.patience),
                augmentation(written));
    }

    private static Augmentation augmentation(Map<?, ?> written) {
        Object found = written.get(AUGMENTATION);
        if (found == null) {
            return Augmentation.none();
        }
        if (found instanceof Map<?, ?> changes) {
            return Augmentation.read(changes);
        }
        throw Recipe.wrong(AUGMENTATION, "an object", found);
    }

    private static double number(Map<?, ?> written, String key, double usual) {
        return written.containsKey(key) ? Recipe.number(key, written.get(key)) : usual;
    }

    private static boolean truth(Map<?, ?> written, String key, boolean usual) {
        Object found = written.get(key);
        if (found == null) {
            return usual;
        }
        if (found instanceof Boolean value) {
            return value;
        }
        throw Recipe.wrong(key, "true or false", found);
    }

    private static int integer(Map<?, ?> written, String key, int usual) {
        return written.containsKey(key) ? Recipe.integer(key, written.get(key)) : usual;
    }

    private static String text(Map<?, ?> written, String key, String usual) {
        return written.containsKey(key) ? Recipe.text(written, key) : usual;
    }
}
