package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.backend.ClipSpec;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.GELU;
import io.gabor.nn.Initializer;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Sgd;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** First weights from the samples: they whiten them, they come once, and a frozen layer keeps them. */
final class FirstWeightsTest {
    private static final Shape IMAGE = Shape.of(2, 5, 5);
    private static final String WEIGHT = "whitening.weight";
    private static final double EPSILON = 0.01;
    private static final Normalization NORMALIZATION =
            new Normalization(new float[] {1 / 255f, 1 / 100f}, new float[] {-0.5f, -1.28f});

    private final Backend backend = Backends.select("reference");
    private final Dataset images = Samples.images(40, 2, 3, 5);

    @AfterEach
    void close() {
        backend.close();
    }

    private static Conv2d whitening() {
        return (Conv2d) new Conv2d(16, 2)
                .bias(Bias.NONE)
                .init(Initializer.whitening(EPSILON))
                .frozen(true)
                .named("whitening");
    }

    private static Layer net() {
        return Sequential.of(
                whitening(),
                new GELU(),
                new Conv2d(3, 3).bias(Bias.NONE),
                new BatchNorm2d().scale(false),
                new Flatten(),
                new Dense(3));
    }

    @Test
    void patchesOfAnImageByHand() {
        PatchCovariance covariance = new PatchCovariance(Shape.of(1, 2, 3), 1, 2);
        covariance.add(new double[] {1, 2, 3, 4, 5, 6});
        // the patches are (1,2), (2,3), (4,5), (5,6)
        assertArrayEquals(new double[] {46 / 4.0, 58 / 4.0}, covariance.matrix()[0], 1e-15);
        assertArrayEquals(new double[] {58 / 4.0, 74 / 4.0}, covariance.matrix()[1], 1e-15);
    }

    /** The second moments of what the layer puts out: λ/(λ + ε) on the diagonal, its negative for a filter's opposite, else 0. */
    @Test
    void theFiltersOutputsDoNotCorrelate() {
        try (Network network = Network.training(whitening(), IMAGE, backend, images.size(), 1)) {
            FirstWeights.from(images, NORMALIZATION, network);
            double[][] moments = moments(network.infer(normalised()), 16, 16);
            double[] values = eigenvalues();
            for (int a = 0; a < 16; a++) {
                for (int b = 0; b < 16; b++) {
                    double value = values[a % 8] / (values[a % 8] + EPSILON);
                    double expected = a % 8 != b % 8 ? 0 : a == b ? value : -value;
                    assertEquals(expected, moments[a][b], 1e-5, a + ", " + b);
                }
            }
        }
    }

    private double[] eigenvalues() {
        PatchCovariance covariance = new PatchCovariance(IMAGE, 2, 2);
        float[] samples = normalised();
        for (int m = 0; m < images.size(); m++) {
            double[] sample = new double[IMAGE.size()];
            for (int i = 0; i < sample.length; i++) {
                sample[i] = samples[m * sample.length + i];
            }
            covariance.add(sample);
        }
        return Eigenvectors.of(covariance.matrix()).values();
    }

    private float[] normalised() {
        float[] values = new float[images.bytes().length];
        for (int i = 0; i < values.length; i++) {
            int c = i / 25 % 2;
            values[i] = (images.bytes()[i] & 0xff) * NORMALIZATION.scale()[c]
                    + NORMALIZATION.shift()[c];
        }
        return values;
    }

    /** Σ over samples and pixels of y[a]·y[b], by their number. */
    private static double[][] moments(float[] outputs, int channels, int pixels) {
        double[][] moments = new double[channels][channels];
        int places = outputs.length / channels;
        for (int place = 0; place < places; place++) {
            int start = place / pixels * channels * pixels + place % pixels;
            for (int a = 0; a < channels; a++) {
                for (int b = 0; b < channels; b++) {
                    moments[a][b] += (double) outputs[start + a * pixels] * outputs[start + b * pixels] / places;
                }
            }
        }
        return moments;
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void trainingComputesThemOnceAndChangesNothingOfThem(String name) {
        try (Backend each = Backends.select(name);
                Network network = Network.training(net(), IMAGE, each, 8, 1);
                Network alone = Network.training(whitening(), IMAGE, backend, 1, 7)) {
            FirstWeights.from(images, NORMALIZATION, alone);
            float[] drawn = network.weights().get(WEIGHT);
            float[] learned = network.weights().get("conv2.weight");
            assertEquals(List.of(WEIGHT), names(network.awaitingSamples()));
            Trainer trainer = new Trainer(network, new SoftmaxCrossEntropy(), new Sgd(0.1, 0.9, true, 0.1))
                    .normalization(NORMALIZATION)
                    .clip(new ClipSpec.Norm(0.5))
                    .averageWeights(0.9)
                    .accumulate(2)
                    .epochs(2);
            trainer.train(images);
            float[] computed = network.weights().get(WEIGHT);
            assertFalse(Arrays.equals(drawn, computed));
            assertArrayEquals(alone.weights().get(WEIGHT), computed);
            assertFalse(Arrays.equals(learned, network.weights().get("conv2.weight")));
            assertTrue(network.awaitingSamples().isEmpty());

            trainer.train(Samples.images(40, 2, 3, 6));
            assertArrayEquals(computed, network.weights().get(WEIGHT));
        }
    }

    private static List<String> names(List<? extends Layer> layers) {
        return layers.stream().map(layer -> layer.name() + ".weight").toList();
    }

    @Test
    void loadedWeightsAreKept() {
        try (Network network = Network.training(net(), IMAGE, backend, 8, 1);
                Network other = Network.training(net(), IMAGE, backend, 8, 2)) {
            Map<String, float[]> weights = other.weights();
            network.load(weights);
            FirstWeights.from(images, NORMALIZATION, network);
            assertArrayEquals(weights.get(WEIGHT), network.weights().get(WEIGHT));
        }
    }

    @Test
    void aFrozenLayerIsNoParameterAndHasNoBackwardPassInFront() {
        try (Network network = Network.training(net(), IMAGE, backend, 8, 1)) {
            Layer first = network.leaves().get(0);
            assertTrue(first.parameters().isEmpty());
            assertEquals(WEIGHT, first.buffers().get(0).name());
            assertEquals(first.buffers().get(0), network.buffers().get(0));
            assertTrue(network.parameters().stream().noneMatch(p -> p.name().equals(WEIGHT)));
            assertEquals(null, first.out().gradient());
            assertEquals(0, first.backwardFlops());
            assertTrue(first.parameterShapes(IMAGE).isEmpty());
            assertEquals(Map.of("weight", Shape.of(16, 2, 2, 2)), first.bufferShapes(IMAGE));
        }
    }

    @Test
    void whatCannotBeComputedIsRefused() {
        Layer behind = Sequential.of(new Conv2d(2, 1), whitening());
        assertRefused("in front of all others", () -> Network.training(behind, IMAGE, backend, 1, 1));
        assertEquals(0, backend.allocatedBytes());
        Layer grouped = Sequential.of(new Conv2d(2, 2).groups(2).init(Initializer.whitening(EPSILON)));
        try (Network network = Network.training(grouped, IMAGE, backend, 1, 1)) {
            assertRefused("leave the groups out", () -> FirstWeights.from(images, NORMALIZATION, network));
        }
        try (Network network = Network.training(whitening(), Shape.of(2, 6, 6), backend, 1, 1)) {
            assertRefused(
                    "the samples are 2×5×5, the network takes 2×6×6",
                    () -> FirstWeights.from(images, NORMALIZATION, network));
        }
    }

    private static void assertRefused(String message, Runnable action) {
        ShapeException error = assertThrows(ShapeException.class, action::run);
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }
}
