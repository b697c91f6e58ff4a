package io.gabor.peers;

import io.gabor.backend.Bias;
import io.gabor.model.Model;
import io.gabor.model.Models;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Layer;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.ReLU;
import io.gabor.nn.Sequential;
import java.util.ArrayList;
import java.util.List;

/** {@code vgg-small} with batch normalisation behind each convolution, which then has no bias. */
final class NormalizedVgg {
    static final String NAME = "vgg-bn";
    /** The filters of the convolutions of each stage; a pooling ends it. */
    static final int[][] STAGES = {{32, 64}, {128, 128}, {256, 256}};

    private NormalizedVgg() {}

    static Model model() {
        Model plain = Models.byName("vgg-small");
        return new Model(
                NAME,
                plain.description() + ", batch normalisation",
                plain.sampleShape(),
                plain.classes(),
                NormalizedVgg::layers,
                plain.recipe());
    }

    private static Sequential layers(int classes) {
        List<Layer> layers = new ArrayList<>();
        for (int[] stage : STAGES) {
            for (int filters : stage) {
                layers.add(new Conv2d(filters, 3).padding(1).bias(Bias.NONE));
                layers.add(new BatchNorm2d());
                layers.add(new ReLU());
            }
            layers.add(new MaxPool2d(2));
        }
        layers.add(new Flatten());
        layers.add(new Dense(classes));
        return new Sequential(layers);
    }
}
