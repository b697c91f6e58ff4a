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
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.OneCycle;
import io.gabor.optim.Schedule;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The models by name with batch normalisation. A convolution in front of one has no bias: it would learn nothing. */
final class NormalizedModels {
    private static final int[] M5_FILTERS = {32, 64, 96, 128, 160};
    private static final int[][] VGG_STAGES = {{32, 64}, {128, 128}, {256, 256}};
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
                new Recipe(
                        "mnist",
                        List.of(),
                        0,
                        0,
                        0,
                        Normalization.standard(0.1307, 0.3081),
                        new SoftmaxCrossEntropy(),
                        "adam",
                        0.001,
                        Schedule.COSINE,
                        64,
                        10));
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

    /** Three stages of two 3×3 convolutions, after Simonyan and Zisserman, 2015, for CIFAR-10: 1,167,914 parameters. */
    static Model vggSmall() {
        return new Model(
                "vgg-small",
                "six 3×3 convolutions with batch normalisation, and pooling in three stages, one dense layer",
                Shape.of(3, 32, 32),
                10,
                NormalizedModels::vgg,
                Cifar10.recipe("nesterov", 0.05, new OneCycle(0), 64, 10, 5e-4, 0.1));
    }

    private static Sequential vgg(int classes) {
        List<Layer> layers = new ArrayList<>();
        for (int[] stage : VGG_STAGES) {
            for (int filters : stage) {
                layers.add(convolution(filters, 3, 1));
                layers.add(new BatchNorm2d());
                layers.add(new ReLU());
            }
            layers.add(new MaxPool2d(2));
        }
        layers.add(new Flatten());
        layers.add(new Dense(classes));
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
                Cifar10.recipe("momentum", 0.1, new OneCycle(0, 0.1, 25, 1e4, 2), 128, epochs, 1e-4, 0));
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
}
