package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.BatchNorm2d;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.HardSwish;
import io.gabor.nn.Layer;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.nn.Sigmoid;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.optim.Adam;
import io.gabor.optim.Sgd;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is measured of the layers while they train, and that measuring changes nothing. */
class HealthWatchTest {
    private record Run(Map<String, float[]> weights, List<Health> looks) {}

    private static Layer net() {
        return Sequential.of(
                new Conv2d(16, 3).padding(1),
                new ReLU(),
                new MaxPool2d(2),
                Residual.of(new Conv2d(16, 3).padding(1), new BatchNorm2d(), new ReLU()),
                new Conv2d(4, 1),
                new HardSwish(),
                new Flatten(),
                new Dense(6),
                new Tanh(),
                new Dense(3));
    }

    /** 150 images: two full batches, which a backend may compute in another layout, and the rest. */
    private static Run run(String backendName, int accumulate, int every) {
        Dataset data = Samples.images(150, 3, 3, 5);
        List<Health> looks = new ArrayList<>();
        try (Backend backend = Backends.select(backendName);
                Network network = Network.training(net(), Shape.of(3, 5, 5), backend, 64, 3)) {
            long before = backend.allocatedBytes();
            Trainer trainer = new Trainer(network, new SoftmaxCrossEntropy(), new Adam(0.01))
                    .epochs(2)
                    .accumulate(accumulate)
                    .callback(new Callback() {
                        @Override
                        public void onHealth(Health health) {
                            looks.add(health);
                        }
                    });
            if (every > 0) {
                trainer.watch(every);
            }
            trainer.train(data);
            assertEquals(before, backend.allocatedBytes());
            return new Run(network.weights(), looks);
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void aWatchedRunHasTheSameBits(String backend) {
        for (int accumulate : new int[] {1, 2}) {
            Run plain = run(backend, accumulate, 0);
            Run watched = run(backend, accumulate, 1);
            assertEquals(List.of(), plain.looks);
            assertEquals(accumulate == 1 ? 6 : 4, watched.looks.size());
            plain.weights.forEach((name, values) -> assertArrayEquals(values, watched.weights.get(name), name));
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void everyBackendSeesTheSame(String backend) {
        Health expected = run("reference", 1, 1).looks.get(0);
        Health found = run(backend, 1, 1).looks.get(0);
        assertEquals(expected.layers().size(), found.layers().size());
        for (int i = 0; i < expected.layers().size(); i++) {
            LayerHealth wanted = expected.layers().get(i);
            LayerHealth layer = found.layers().get(i);
            assertEquals(wanted.layer(), layer.layer());
            assertEquals(wanted.activation(), layer.activation());
            // behind a pooling that a backend computes with the convolution the outputs are others
            if (!wanted.layer().equals("conv1")) {
                close(wanted.mean(), layer.mean());
                close(wanted.deviation(), layer.deviation());
            }
            close(wanted.gradient(), layer.gradient());
            close(wanted.dead(), layer.dead());
            close(wanted.saturated(), layer.saturated());
            close(wanted.weightGradient(), layer.weightGradient());
        }
    }

    private static void close(double expected, double found) {
        assertEquals(expected, found, Double.isNaN(expected) ? 0 : 1e-4 * Math.abs(expected) + 1e-6);
    }

    @Test
    void activationsBelongToTheLayerThatComputesThem() {
        List<LayerHealth> layers = run("reference", 1, 1).looks.get(0).layers();
        assertEquals(
                List.of(
                        "conv1 relu",
                        "residual1.conv1 ",
                        "residual1.batch_norm1 relu",
                        "conv2 ",
                        "hard_swish1 hard_swish",
                        "dense1 tanh",
                        "dense2 "),
                layers.stream().map(l -> l.layer() + " " + l.activation()).toList());
    }

    /** y = w·x + b of x = 1, 2 with w = 1, b = 0, for targets 0 and 5: dy = (1, −3), dw = −5, db = −2. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theNumbersAreThoseOfAHandCalculation(String name) {
        List<Health> looks = new ArrayList<>();
        try (Backend backend = Backends.select(name);
                Network network = Network.training(new Dense(1), Shape.of(1), backend, 2, 1)) {
            network.load(Map.of("dense1.weight", new float[] {1}, "dense1.bias", new float[] {0}));
            new Trainer(network, new MeanSquaredError(), new Sgd(0.1))
                    .normalization(Normalization.NONE)
                    .watch(7)
                    .callback(new Callback() {
                        @Override
                        public void onHealth(Health health) {
                            looks.add(health);
                        }
                    })
                    .train(Samples.pairs(1, 0, 2, 5));
        }
        assertEquals(1, looks.size());
        Health health = looks.get(0);
        assertEquals(List.of(1L, 1L, 2L), List.of((long) health.epoch(), health.step(), (long) health.samples()));
        assertEquals(0.1, health.rate());
        LayerHealth layer = health.layers().get(0);
        assertEquals(1.5, layer.mean(), 1e-6);
        assertEquals(0.5, layer.deviation(), 1e-6);
        assertEquals(Math.sqrt(2 * (1 + 9)), layer.gradient(), 1e-5);
        assertEquals(Math.sqrt(25 + 4), layer.weightGradient(), 1e-5);
        assertEquals(0.5, layer.updateRatio(), 1e-6);
        ParameterHealth bias = layer.parameters().get(1);
        assertEquals("dense1.bias", bias.name());
        assertEquals(0.2, bias.update(), 1e-6);
        assertEquals(Double.NaN, bias.updateRatio(), "a bias of 0 has no size");
    }

    /** Biases that hold three of four units at 0, or at the flat ends. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void deadAndSaturatedUnitsAreCounted(String name) {
        assertEquals(0.75, first(name, new ReLU(), -100, -200, 3, -300).dead());
        LayerHealth sigmoid = first(name, new Sigmoid(), -100, 200, 0, -300);
        assertEquals(0.75, sigmoid.saturated());
        assertEquals(Double.NaN, sigmoid.dead());
        assertEquals(0.5, first(name, new Tanh(), -100, 0.1f, 0, 300).saturated());
    }

    private static LayerHealth first(String backendName, Layer activation, float... biases) {
        List<Health> looks = new ArrayList<>();
        try (Backend backend = Backends.select(backendName);
                Network network = Network.training(
                        Sequential.of(new Dense(4), activation, new Dense(2)), Shape.of(2), backend, 20, 1)) {
            network.load(Map.of(
                    "dense1.weight",
                    new float[8],
                    "dense1.bias",
                    biases,
                    "dense2.weight",
                    new float[8],
                    "dense2.bias",
                    new float[2]));
            new Trainer(network, new SoftmaxCrossEntropy(), new Sgd(0.1))
                    .normalization(Normalization.NONE)
                    .watch(1)
                    .callback(new Callback() {
                        @Override
                        public void onHealth(Health health) {
                            looks.add(health);
                        }
                    })
                    .train(Samples.clouds(20, 2, 2, 3));
        }
        return looks.get(0).layers().get(0);
    }

    @Test
    void looksGrowRarer() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new Dense(1), Shape.of(1), backend, 1, 1)) {
            List<Long> steps = new ArrayList<>();
            new Trainer(network, new MeanSquaredError(), new Sgd(0.01))
                    .epochs(30)
                    .watch(10)
                    .callback(new Callback() {
                        @Override
                        public void onHealth(Health health) {
                            steps.add(health.step());
                        }
                    })
                    .train(Samples.pairs(1, 3));
            assertEquals(List.of(1L, 2L, 4L, 8L, 10L, 20L, 30L), steps);
            Trainer trainer = new Trainer(network, new MeanSquaredError(), new Sgd(0.01));
            String message = assertThrows(IllegalArgumentException.class, () -> trainer.watch(0))
                    .getMessage();
            assertTrue(message.contains("every 1 step or more, found 0"), message);
        }
    }
}
