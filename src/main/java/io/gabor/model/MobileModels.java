package io.gabor.model;

import io.gabor.backend.Bias;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.GlobalAvgPool2d;
import io.gabor.nn.Layer;
import io.gabor.nn.ReLU;
import io.gabor.nn.Sequential;
import io.gabor.optim.OneCycle;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Nets of separable convolutions: a depthwise 3×3 convolution, which looks at each channel by itself, and a pointwise 1×1
 * convolution, which mixes the channels. Together they take about an eighth of the multiply-adds of a 3×3 convolution.
 */
final class MobileModels {
    private static final int FIRST_FILTERS = 32;
    /** The filters of each separable convolution, and its stride. */
    private static final int[][] SEPARABLE = {{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {256, 1}};

    private MobileModels() {}

    /** After MobileNet (Howard et al., 2017), for 32×32 pixels: 205,642 parameters. */
    static Model mobilenetSmall() {
        return new Model(
                "mobilenet-small",
                "a 3×3 convolution, six separable convolutions with batch normalisation, one dense layer",
                Shape.of(3, 32, 32),
                10,
                MobileModels::layers,
                Cifar10.recipe("momentum", 0.1, new OneCycle(0, 0.1, 25, 1e4, 2), 128, 30, 1e-4, 0));
    }

    private static Sequential layers(int classes) {
        List<Layer> layers = new ArrayList<>();
        add(layers, new Conv2d(FIRST_FILTERS, 3).padding(1));
        int channels = FIRST_FILTERS;
        for (int[] next : SEPARABLE) {
            add(layers, new Conv2d(channels, 3).groups(channels).stride(next[1]).padding(1));
            channels = next[0];
            add(layers, new Conv2d(channels, 1));
        }
        layers.add(new GlobalAvgPool2d());
        layers.add(new Flatten());
        layers.add(new Dense(classes));
        return new Sequential(layers);
    }

    private static void add(List<Layer> layers, Conv2d convolution) {
        layers.add(convolution.bias(Bias.NONE));
        layers.add(new BatchNorm2d());
        layers.add(new ReLU());
    }
}
