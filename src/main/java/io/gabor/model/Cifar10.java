package io.gabor.model;

import io.gabor.data.Normalization;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Schedule;
import java.util.List;

/** What the recipes for CIFAR-10 share. */
final class Cifar10 {
    static final String DATASET = "cifar10";

    /** The mean and the deviation of the training images' red, green and blue, on [0, 1]. */
    static final Normalization NORMALIZATION =
            Normalization.standard(new double[] {0.4914, 0.4822, 0.4465}, new double[] {0.2470, 0.2435, 0.2616});

    private Cifar10() {}

    /** A recipe with softmax cross-entropy and weight decay on weights alone. */
    static Recipe recipe(
            String optimizer, double rate, Schedule schedule, int batch, int epochs, double decay, double smoothing) {
        return new Recipe(
                        DATASET,
                        List.of(),
                        0,
                        0,
                        0,
                        NORMALIZATION,
                        new SoftmaxCrossEntropy(),
                        optimizer,
                        rate,
                        schedule,
                        batch,
                        epochs)
                .withOptions(TrainingOptions.NONE.withDecay(decay).withSmoothing(smoothing));
    }
}
