package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.model.Models;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Networks as a whole: names, counts, what is kept in memory, what they do with samples and weights. */
final class NetworkTest {
    private final Backend backend = Backends.select("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static Sequential small() {
        return Sequential.of(new Conv2d(2, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Dense(3));
    }

    private static final Shape IMAGE = Shape.of(1, 6, 6);

    private Network training(Layer layers, Shape sample) {
        return Network.training(layers, sample, backend, 2, 1);
    }

    private static List<String> names(Network network) {
        return network.parameters().stream().map(Parameter::name).toList();
    }

    @Test
    void lenetHasItsParametersAndFlops() {
        Shape image = Shape.of(1, 28, 28);
        try (Network network = training(Models.byName("lenet").layers(), image)) {
            assertEquals(431_080, network.parameterCount());
            assertEquals(576_000 + 3_200_000 + 800_000 + 10_000, network.forwardFlops());
            // Forward, weights and input each cost the same, and the first convolution has no input gradient.
            assertEquals(2 * 576_000 + 3 * (3_200_000 + 800_000 + 10_000), network.trainingFlops());
            assertEquals(
                    List.of(576_000L, 0L, 0L, 3_200_000L, 0L, 0L, 0L, 800_000L, 0L, 10_000L),
                    network.leaves().stream()
                            .map(layer -> layer.flops(layer.in().sampleShape()))
                            .toList());
        }
    }

    @Test
    void theFirstWeightedLayerHasNoInputGradientWhateverStandsInFrontOfIt() {
        Conv2d conv = new Conv2d(2, 3);
        Layer pool = new AvgPool2d(2);
        Layer tanh = new Tanh();
        Layer reshape = new Reshape(1, 6, 6);
        Layer later = new Dense(3);
        Layer layers = Sequential.of(tanh, reshape, pool, Sequential.of(conv), new Flatten(), later);
        try (Network network = training(layers, IMAGE)) {
            for (Layer first : List.of(tanh, reshape, pool, conv)) {
                assertNull(first.in().gradient(), first.name());
            }
            assertNotNull(conv.out().gradient());
            assertNotNull(later.in().gradient());
            network.forward(2, Mode.TRAIN);
            network.backward(2);
            long convolution = conv.flops(conv.in().sampleShape());
            assertEquals(2 * convolution + 3 * later.flops(later.in().sampleShape()), network.trainingFlops());
        }
    }

    @Test
    void layersAreNamedByKindAndNumberOrAsAskedFor() {
        Layer layers = Sequential.of(
                new Conv2d(2, 3).padding(1),
                new ReLU(),
                new Conv2d(2, 3).padding(1).named("second"),
                Residual.of(new Conv2d(2, 1), Sequential.of(new Conv2d(2, 1).bias(Bias.NONE))),
                new Flatten(),
                new Dense(1).named("head"));
        try (Network network = training(layers, IMAGE)) {
            assertEquals(
                    List.of(
                            "conv1.weight",
                            "conv1.bias",
                            "second.weight",
                            "second.bias",
                            "residual1.conv1.weight",
                            "residual1.conv1.bias",
                            "residual1.sequential1.conv1.weight",
                            "head.weight",
                            "head.bias"),
                    names(network));
            assertEquals(
                    List.of(
                            "conv1",
                            "relu1",
                            "second",
                            "residual1.conv1",
                            "residual1.sequential1.conv1",
                            "flatten1",
                            "head"),
                    network.leaves().stream().map(Layer::name).toList());
        }
    }

    @Test
    void parameterShapesAreKnownBeforeTheNetworkIsBuilt() {
        for (int seed = 1; seed <= 20; seed++) {
            RandomLayers.Case drawn = new RandomLayers(seed).network(true);
            Map<String, Shape> expected = drawn.layer().parameterShapes(drawn.sample());
            try (Network network = training(RandomLayers.copy(drawn.layer()), drawn.sample())) {
                assertEquals(
                        new TreeMap<>(network.parameters().stream()
                                .collect(Collectors.toMap(Parameter::name, Parameter::shape))),
                        new TreeMap<>(expected));
            }
        }
    }

    @Test
    void twoLayersOfOneNameAreRefused() {
        IllegalArgumentException error = assertThrows(
                IllegalArgumentException.class,
                () -> training(Sequential.of(new Tanh().named("a"), new ReLU().named("a")), IMAGE));
        assertTrue(error.getMessage().contains("'a'"), error.getMessage());
    }

    @Test
    void aNameWithADotOrNothingInItIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Tanh().named("a.b"));
        assertThrows(IllegalArgumentException.class, () -> new Tanh().named(""));
    }

    @Test
    void aSingleLayerIsANetwork() {
        try (Network network = training(new Dense(2), Shape.of(3))) {
            assertEquals(List.of("dense1.weight", "dense1.bias"), names(network));
        }
    }

    @Test
    void aResidualIsANetwork() {
        try (Network network = training(Residual.of(new Dense(3)), Shape.of(3))) {
            assertEquals(List.of("dense1.weight", "dense1.bias"), names(network));
            network.forward(2, Mode.TRAIN);
            network.backward(2);
        }
    }

    @Test
    void theSameSeedGivesTheSameWeightsAndAnotherSeedOthers() {
        try (Network first = Network.training(small(), IMAGE, backend, 1, 5);
                Network same = Network.training(small(), IMAGE, backend, 7, 5);
                Network other = Network.training(small(), IMAGE, backend, 1, 6)) {
            assertArrayEquals(
                    first.weights().get("dense1.weight"), same.weights().get("dense1.weight"));
            assertFalse(Arrays.equals(
                    first.weights().get("dense1.weight"), other.weights().get("dense1.weight")));
        }
    }

    @Test
    void closingReleasesEverything() {
        long before = backend.allocatedBytes();
        Network network = training(small(), IMAGE);
        assertTrue(backend.allocatedBytes() > before);
        network.forward(2, Mode.TRAIN);
        network.close();
        network.close();
        assertEquals(before, backend.allocatedBytes());
    }

    @Test
    void aNetworkThatCannotBeBuiltLeavesNothingBehind() {
        assertThrows(ShapeException.class, () -> training(Sequential.of(new Dense(3), new Conv2d(1, 1)), Shape.of(4)));
        assertThrows(
                ShapeException.class, () -> Network.training(new Dense(40_000), Shape.of(40_000), backend, 1 << 20, 1));
        assertEquals(0, backend.allocatedBytes());
    }

    @Test
    void anInferenceNetworkHasNoGradientsAndLessMemory() {
        try (Network network = Network.inference(small(), IMAGE, backend, 2)) {
            assertFalse(network.isTraining());
            network.parameters().forEach(parameter -> assertNull(parameter.gradient(), parameter.name()));
            network.leaves().forEach(layer -> assertNull(layer.out().gradient(), layer.name()));
            long inference = backend.allocatedBytes();
            assertTrue(assertThrows(IllegalStateException.class, () -> network.backward(1))
                    .getMessage()
                    .contains("Network.training"));
            try (Network trained = training(small(), IMAGE)) {
                assertTrue(trained.isTraining());
                assertTrue(backend.allocatedBytes() - inference > inference);
            }
        }
    }

    @Test
    void activationBytesCountValuesAndGradientsOnce() {
        Layer layers = Sequential.of(new Conv2d(2, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Dense(3));
        try (Network network = training(layers, IMAGE)) {
            int values = 36 + 2 * 16 + 2 * 4 + 3;
            int gradients = values - 36;
            assertEquals((long) backend.bytesOf(ElementType.F32) * 2 * (values + gradients), network.activationBytes());
        }
    }

    @Test
    void inferenceBatchByBatchGivesWhatOneLargeBatchGives() {
        float[] samples = new float[5 * 36];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(i);
        }
        try (Network two = training(small(), IMAGE);
                Network five = Network.inference(small(), IMAGE, backend, 5)) {
            five.load(two.weights());
            assertEquals(15, two.infer(samples).length);
            assertArrayEquals(five.infer(samples), two.infer(samples));
        }
    }

    @Test
    void inferenceRefusesPartsOfSamples() {
        try (Network network = training(small(), IMAGE)) {
            ShapeException error = assertThrows(ShapeException.class, () -> network.infer(new float[37]));
            assertTrue(error.getMessage().contains("36") && error.getMessage().contains("37"), error.getMessage());
            assertThrows(ShapeException.class, () -> network.infer(new float[0]));
        }
    }

    @Test
    void loadingChangesNothingUnlessEverythingFits() {
        try (Network network = training(small(), IMAGE)) {
            Map<String, float[]> before = network.weights();
            Map<String, float[]> missing = new TreeMap<>(before);
            missing.replaceAll((name, values) -> new float[values.length]);
            Map<String, float[]> extra = new TreeMap<>(missing);
            Map<String, float[]> wrong = new TreeMap<>(missing);
            missing.remove("dense1.bias");
            extra.put("dense2.bias", new float[3]);
            wrong.put("dense1.bias", new float[4]);
            refuses(network, missing, "dense1.bias needs 3 values (3), found none");
            refuses(network, extra, "no parameters [dense2.bias]");
            refuses(network, wrong, "dense1.bias needs 3 values (3), found 4");
            network.weights().forEach((name, values) -> assertArrayEquals(before.get(name), values, name));
        }
    }

    private static void refuses(Network network, Map<String, float[]> weights, String reason) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> network.load(weights));
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }
}
