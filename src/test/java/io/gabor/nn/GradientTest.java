package io.gabor.nn;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gabor.backend.Bias;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The gradients of every layer, alone and in combination, against central differences in double: of all parameters and of the
 * input, for {@code f = Σ v·y} with random {@code v}.
 */
final class GradientTest {
    @TestFactory
    Stream<DynamicTest> convolution() {
        return drawn(80, RandomLayers::conv);
    }

    @TestFactory
    Stream<DynamicTest> convolutionWithFusedActivation() {
        return drawn(20, layers -> followed(layers.conv(), layers.activation()));
    }

    @TestFactory
    Stream<DynamicTest> transposedConvolution() {
        return drawn(40, RandomLayers::convTranspose);
    }

    @TestFactory
    Stream<DynamicTest> transposedConvolutionWithFusedActivation() {
        return drawn(20, layers -> followed(layers.convTranspose(), layers.activation()));
    }

    @TestFactory
    Stream<DynamicTest> dense() {
        return drawn(15, RandomLayers::dense);
    }

    @TestFactory
    Stream<DynamicTest> denseWithFusedActivation() {
        return drawn(20, layers -> followed(layers.dense(), layers.activation()));
    }

    @TestFactory
    Stream<DynamicTest> maxPooling() {
        return drawn(40, RandomLayers::maxPool);
    }

    @TestFactory
    Stream<DynamicTest> averagePooling() {
        return drawn(40, RandomLayers::avgPool);
    }

    @TestFactory
    Stream<DynamicTest> globalAveragePooling() {
        return drawn(
                4,
                layers -> new RandomLayers.Case(
                        new GlobalAvgPool2d(),
                        Shape.of(layers.between(1, 3), layers.between(1, 5), layers.between(1, 5))));
    }

    @TestFactory
    Stream<DynamicTest> globalMaxPooling() {
        return drawn(
                4,
                layers -> new RandomLayers.Case(
                        new GlobalMaxPool2d(),
                        Shape.of(layers.between(1, 3), layers.between(1, 5), layers.between(1, 5))));
    }

    @TestFactory
    Stream<DynamicTest> batchNormalization() {
        return drawn(40, RandomLayers::batchNorm);
    }

    @TestFactory
    Stream<DynamicTest> layerNormalization() {
        return drawn(20, RandomLayers::layerNorm);
    }

    @TestFactory
    Stream<DynamicTest> dropout() {
        return drawn(12, RandomLayers::dropout);
    }

    @TestFactory
    Stream<DynamicTest> enlarging() {
        return drawn(12, RandomLayers::enlarge);
    }

    @TestFactory
    Stream<DynamicTest> elementWiseAndViews() {
        Shape image = Shape.of(2, 3, 4);
        return Stream.<Layer>of(
                        new ReLU(),
                        new LeakyReLU(),
                        new LeakyReLU(0.3f),
                        new Sigmoid(),
                        new Tanh(),
                        new GELU(),
                        new SiLU(),
                        new ELU(),
                        new ELU(0.3f),
                        new Softplus(),
                        new HardSwish(),
                        new Scale(-0.3),
                        new Flatten(),
                        new Reshape(4, 3, 2),
                        Sequential.of(new Flatten(), new Softmax()),
                        Sequential.of(new Reshape(12, 2, 1), new Sigmoid(), new Flatten(), new Reshape(2, 12, 1)))
                .map(layer -> test(new RandomLayers.Case(layer, image), 3, 1));
    }

    @TestFactory
    Stream<DynamicTest> residuals() {
        Shape image = Shape.of(2, 3, 3);
        return Stream.<Layer>of(
                        Residual.of(new Tanh()),
                        Residual.of(conv(), new Tanh()),
                        Residual.of(conv(), new Sigmoid(), conv()),
                        Residual.of(new Reshape(2, 9, 1), new Reshape(2, 3, 3)),
                        Residual.of(Residual.of(new Flatten(), new Reshape(2, 3, 3))),
                        Residual.of(conv(), Residual.of(conv(), new Tanh()), new Tanh()),
                        Residual.of(new Conv2d(3, 3).stride(2).padding(1), new Tanh())
                                .shortcut(new Conv2d(3, 1).stride(2)),
                        Residual.of(new Conv2d(4, 1), new Tanh())
                                .shortcut(new Conv2d(4, 1).bias(Bias.NONE), new Sigmoid()),
                        Residual.of(new Tanh()).shortcut(conv()),
                        Residual.of(conv()).shortcut(new Tanh()),
                        Residual.of(conv()).shortcut(Residual.of(conv()).shortcut(conv(), new Tanh())),
                        Residual.of(new Reshape(3, 3, 2)).shortcut(new Reshape(3, 3, 2)),
                        Sequential.of(Residual.of(conv()), new Tanh(), Residual.of(new Sigmoid(), conv())),
                        Sequential.of(
                                new Flatten(), new Dense(4), Residual.of(new Tanh(), new Dense(4)), new Softmax()))
                .map(layer -> test(new RandomLayers.Case(layer, image), 2, 1));
    }

    @TestFactory
    Stream<DynamicTest> frozenLayers() {
        Shape image = Shape.of(2, 3, 3);
        return Stream.<Layer>of(
                        conv().frozen(true),
                        Sequential.of(conv().frozen(true), new Tanh()),
                        Sequential.of(conv(), new Tanh(), conv().frozen(true), new Tanh(), conv()),
                        Sequential.of(conv().frozen(true), new GELU(), new MaxPool2d(2), conv()),
                        Sequential.of(conv().frozen(true).bias(Bias.NONE), new BatchNorm2d().scale(false), new Tanh()),
                        Residual.of(conv().frozen(true)),
                        Residual.of(conv().frozen(true), new Tanh()).shortcut(conv()),
                        Residual.of(conv()).shortcut(conv().frozen(true)),
                        Concat.of(conv().frozen(true), conv()),
                        Sequential.of(new Flatten(), new Dense(4).frozen(true), new Tanh(), new Dense(2)))
                .map(layer -> test(new RandomLayers.Case(layer, image), 2, 1));
    }

    @TestFactory
    Stream<DynamicTest> concatenations() {
        Shape image = Shape.of(2, 3, 3);
        return Stream.<Layer>of(
                        Concat.of(conv()),
                        Concat.of(conv(), new Tanh(), new Conv2d(3, 1)),
                        Concat.of(identity(), Sequential.of(conv(), new Tanh(), conv())),
                        Concat.of(conv(), identity(), identity()),
                        Sequential.of(Concat.of(conv(), conv()), new Tanh(), Concat.of(conv(), new Sigmoid())),
                        Concat.of(conv(), Concat.of(Residual.of(conv()), conv())),
                        Sequential.of(new Flatten(), Concat.of(new Dense(2), new Dense(3)), new Softmax()))
                .map(layer -> test(new RandomLayers.Case(layer, image), 2, 1));
    }

    private static Layer identity() {
        return new Reshape(2, 3, 3);
    }

    @TestFactory
    Stream<DynamicTest> networksOfSmoothLayers() {
        return drawn(25, layers -> layers.network(false));
    }

    @TestFactory
    Stream<DynamicTest> networksOfAllLayers() {
        return drawn(25, layers -> layers.network(true));
    }

    private static Conv2d conv() {
        return new Conv2d(2, 3).padding(Padding.SAME);
    }

    private static RandomLayers.Case followed(RandomLayers.Case first, Layer second) {
        return new RandomLayers.Case(Sequential.of(first.layer(), second), first.sample());
    }

    private static Stream<DynamicTest> drawn(int count, Function<RandomLayers, RandomLayers.Case> draw) {
        return IntStream.rangeClosed(1, count).mapToObj(seed -> {
            RandomLayers layers = new RandomLayers(seed);
            RandomLayers.Case drawn = draw.apply(layers);
            return test(drawn, layers.between(1, 3), seed);
        });
    }

    private static DynamicTest test(RandomLayers.Case drawn, int n, long seed) {
        return dynamicTest("batch " + n + ", " + drawn, () -> {
            for (boolean fused : List.of(true, false)) {
                for (boolean inputGradient : List.of(true, false)) {
                    check(RandomLayers.copy(drawn.layer()), drawn.sample(), n, fused, inputGradient, seed);
                }
            }
        });
    }

    private static void check(Layer layer, Shape sample, int n, boolean fused, boolean inputGradient, long seed) {
        try (LayerRun run = new LayerRun(layer, sample, n, fused, inputGradient, seed)) {
            if (run.out().gradient() == null) {
                return; // nothing to learn and nobody who asks
            }
            int outputs = run.forward().length;
            double[] v = LayerRun.normal(outputs, new Philox(seed, 99));
            run.backward(v);
            for (Parameter parameter : run.layer().parameters()) {
                CentralDifferences.check(
                        parameter.name() + (fused ? ", fused" : ", unfused"),
                        run.get(parameter.value()),
                        values -> run.set(parameter.value(), values),
                        () -> dot(v, run.forward()),
                        run.get(parameter.gradient()));
            }
            if (inputGradient) {
                CentralDifferences.check(
                        "the input" + (fused ? ", fused" : ", unfused"),
                        run.get(run.in().value()),
                        values -> run.set(run.in().value(), values),
                        () -> dot(v, run.forward()),
                        run.get(run.in().gradient()));
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
