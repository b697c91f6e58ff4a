package io.gabor.model;

import io.gabor.backend.Bias;
import io.gabor.data.Normalization;
import io.gabor.nn.BatchNorm1d;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.GlobalAvgPool2d;
import io.gabor.nn.Layer;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Schedule;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The models by name with batch normalisation. A convolution in front of one has no bias: it would learn nothing. */
final class NormalizedModels {
    private static final int[] M5_FILTERS = {32, 64, 96, 128, 160};
    private static final int[] STAGE_FILTERS = {16, 32, 64};

    private NormalizedModels() {}

    /** The model M5 of An et al., 2020: valid 5×5 convolutions bring 28×28 down to 8×8 without pooling; 1,128,180 parameters. */
    static Model mnistM5() {
        return new Model(
                "mnist-m5",
                "five 5×5 convolutions with batch normalisation and without pooling, one dense layer",
                Shape.of(1, 28, 28),
                10,
                NormalizedModels::m5,
                recipe("mnist", Normalization.standard(0.1307, 0.3081), "adam", 0.001, 64, 10));
    }

    private static Sequential m5(int classes) {
        List<Layer> layers = new ArrayList<>();
        for (int filters : M5_FILTERS) {
            layers.add(new Conv2d(filters, 5).bias(Bias.NONE));
            layers.add(new BatchNorm2d());
            layers.add(new ReLU());
        }
        layers.add(new Flatten());
        layers.add(new Dense(classes).bias(false));
        layers.add(new BatchNorm1d());
        return new Sequential(layers);
    }

    /**
     * He et al., 2016, for CIFAR-10: three stages of so many blocks of two 3×3 convolutions. Where a stage begins, the shortcut
     * has a 1×1 convolution.
     */
    static Model resnet(int blocks, int epochs) {
        int depth = 6 * blocks + 2;
        return new Model(
                "resnet" + depth,
                "a residual net of " + depth + " layers: a 3×3 convolution, " + 3 * blocks
                        + " blocks of two, one dense layer",
                Shape.of(3, 32, 32),
                10,
                classes -> resnetLayers(blocks, classes),
                recipe("cifar10", Normalization.standard(0.4734, 0.2516), "momentum", 0.1, 128, epochs));
    }

    private static Sequential resnetLayers(int blocks, int classes) {
        List<Layer> layers = new ArrayList<>();
        layers.add(convolution(STAGE_FILTERS[0], 3, 1));
        layers.add(new BatchNorm2d());
        layers.add(new ReLU());
        for (int stage = 0; stage < STAGE_FILTERS.length; stage++) {
            for (int block = 0; block < blocks; block++) {
                boolean narrows = stage > 0 && block == 0;
                layers.add(block(STAGE_FILTERS[stage], narrows));
                layers.add(new ReLU());
            }
        }
        layers.add(new GlobalAvgPool2d());
        layers.add(new Flatten());
        layers.add(new Dense(classes));
        return new Sequential(layers);
    }

    private static Layer block(int filters, boolean narrows) {
        Residual block = Residual.of(
                convolution(filters, 3, narrows ? 2 : 1),
                new BatchNorm2d(),
                new ReLU(),
                convolution(filters, 3, 1),
                new BatchNorm2d());
        return narrows ? block.shortcut(convolution(filters, 1, 2), new BatchNorm2d()) : block;
    }

    private static Conv2d convolution(int filters, int kernel, int stride) {
        return new Conv2d(filters, kernel).stride(stride).padding(kernel / 2).bias(Bias.NONE);
    }

    static Recipe recipe(
            String dataset, Normalization normalization, String optimizer, double rate, int batch, int epochs) {
        return new Recipe(
                dataset,
                List.of(),
                0,
                0,
                0,
                normalization,
                new SoftmaxCrossEntropy(),
                optimizer,
                rate,
                Schedule.COSINE,
                batch,
                epochs);
    }
}
