package io.gabor.peers;

import io.gabor.backend.Bias;
import io.gabor.data.Normalization;
import io.gabor.model.Model;
import io.gabor.model.Recipe;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Layer;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.ReLU;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Schedule;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Six 3×3 convolutions, without batch normalisation and, as {@code vgg-small} has them, with it and without bias; each trained by
 * Adam, as the other engines train theirs.
 */
final class Vgg {
    static final String PLAIN = "vgg-plain";
    static final String NORMALIZED = "vgg-bn";
    /** The filters of the convolutions of each stage; a pooling ends it. */
    static final int[][] STAGES = {{32, 64}, {128, 128}, {256, 256}};

    private Vgg() {}

    /** Returns the net of this name. */
    static Model model(String name) {
        boolean normalized = name.equals(NORMALIZED);
        return new Model(
                name,
                "six 3×3 convolutions with pooling in three stages, one dense layer",
                Shape.of(3, 32, 32),
                10,
                classes -> layers(classes, normalized),
                new Recipe(
                        "cifar10",
                        List.of(),
                        0,
                        0,
                        0,
                        Normalization.standard(0.4734, 0.2516),
                        new SoftmaxCrossEntropy(),
                        "adam",
                        0.001,
                        Schedule.COSINE,
                        64,
                        10));
    }

    private static Sequential layers(int classes, boolean normalized) {
        List<Layer> layers = new ArrayList<>();
        for (int[] stage : STAGES) {
            for (int filters : stage) {
                layers.add(new Conv2d(filters, 3).padding(1).bias(normalized ? Bias.NONE : Bias.PER_FILTER));
                if (normalized) {
                    layers.add(new BatchNorm2d());
                }
                layers.add(new ReLU());
            }
            layers.add(new MaxPool2d(2));
        }
        layers.add(new Flatten());
        layers.add(new Dense(classes));
        return new Sequential(layers);
    }
}
