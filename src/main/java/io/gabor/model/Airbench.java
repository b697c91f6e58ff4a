package io.gabor.model;

import io.gabor.backend.Bias;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.GELU;
import io.gabor.nn.GlobalMaxPool2d;
import io.gabor.nn.Initializer;
import io.gabor.nn.Layer;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.Scale;
import io.gabor.nn.Sequential;
import io.gabor.optim.Triangle;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nets of Jordan, 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024: a frozen whitening convolution, three stages of two
 * convolutions each, the largest value of each channel, one dense layer whose outputs are divided by 9. By the filters of the
 * stages, {@code airbench-64-256-256} is {@code airbench94}.
 *
 * <p>As there, the norms' γ stays at 1, and convolutions begin by handing their input through. Unlike there, the whitening
 * convolution has no bias (there it is learned for three epochs), β is learned at the rate of the weights, and ε is 1e-5.
 */
final class Airbench {
    private static final Pattern NAME = Pattern.compile("airbench-([1-9]\\d{0,3})-([1-9]\\d{0,3})-([1-9]\\d{0,3})");
    private static final int CHANNELS = 3;
    private static final int WHITENING_KERNEL = 2;
    /** Of each patch's values two: an eigenvector and its negative. */
    private static final int WHITENING_FILTERS = 2 * CHANNELS * WHITENING_KERNEL * WHITENING_KERNEL;

    private static final double WHITENING_EPSILON = 5e-4;
    private static final double NORM_MOMENTUM = 0.4;
    private static final double OUTPUT_SCALE = 1.0 / 9;

    private Airbench() {}

    /** The net of the paper. */
    static Model airbench94() {
        return model("airbench94", 64, 256, 256);
    }

    /** The same with half the filters: a quarter of the work. */
    static Model small() {
        return model("airbench-small", 32, 128, 128);
    }

    /** Returns the net that a name like {@code airbench-64-128-128} stands for. */
    static Optional<Model> find(String name) {
        Matcher widths = NAME.matcher(name);
        return widths.matches()
                ? Optional.of(model(
                        name,
                        Integer.parseInt(widths.group(1)),
                        Integer.parseInt(widths.group(2)),
                        Integer.parseInt(widths.group(3))))
                : Optional.empty();
    }

    private static Model model(String name, int... filters) {
        return new Model(
                name,
                "a whitening convolution and three stages of two 3×3 convolutions with " + filters[0] + ", "
                        + filters[1] + " and " + filters[2] + " filters, batch normalisation and GELU, one dense layer",
                Shape.of(CHANNELS, 32, 32),
                10,
                classes -> layers(classes, filters),
                Cifar10.recipe("nesterov", 0.25, new Triangle(0.23, 0.2, 0.07), 256, 10, 0.0013, 0.2));
    }

    private static Sequential layers(int classes, int... stageFilters) {
        List<Layer> layers = new ArrayList<>();
        layers.add(new Conv2d(WHITENING_FILTERS, WHITENING_KERNEL)
                .bias(Bias.NONE)
                .init(Initializer.whitening(WHITENING_EPSILON))
                .frozen(true)
                .named("whitening"));
        layers.add(new GELU());
        for (int filters : stageFilters) {
            layers.add(convolution(filters));
            layers.add(new MaxPool2d(2));
            layers.add(norm());
            layers.add(new GELU());
            layers.add(convolution(filters));
            layers.add(norm());
            layers.add(new GELU());
        }
        int features = stageFilters[stageFilters.length - 1];
        layers.add(new GlobalMaxPool2d());
        layers.add(new Flatten());
        layers.add(new Dense(classes).bias(false).init(Initializer.uniform(1 / Math.sqrt(features))));
        layers.add(new Scale(OUTPUT_SCALE));
        return new Sequential(layers);
    }

    private static Conv2d convolution(int filters) {
        return new Conv2d(filters, 3).padding(1).bias(Bias.NONE).init(Initializer.DIRAC);
    }

    private static BatchNorm2d norm() {
        return new BatchNorm2d().momentum(NORM_MOMENTUM).scale(false);
    }
}
