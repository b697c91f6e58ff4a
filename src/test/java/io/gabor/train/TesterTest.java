package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.BinaryCrossEntropy;
import io.gabor.nn.BinaryCrossEntropyWithLogits;
import io.gabor.nn.Dense;
import io.gabor.nn.Loss;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.nn.Sequential;
import io.gabor.nn.Sigmoid;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tester's loss, accuracy and probabilities against what is computed here from the outputs. */
final class TesterTest {
    private final Backend backend = Backends.select("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static Network network(Backend backend, int maxBatch) {
        return Network.training(
                Sequential.of(new Dense(5), new Tanh(), new Dense(3)), Shape.of(4), backend, maxBatch, 11);
    }

    private static Tester tester(Network network, Loss loss) {
        return new Tester(network, loss).normalization(Normalization.NONE);
    }

    /** Full and ragged last batches, more batches than the log of losses holds, a network larger than the data. */
    @TestFactory
    Stream<DynamicTest> lossAndAccuracyAreThoseOfTheOutputs() {
        return EachBackend.names()
                .flatMap(name -> Stream.of(
                                new int[] {1, 1},
                                new int[] {10, 4},
                                new int[] {12, 4},
                                new int[] {10, 100},
                                new int[] {256, 1},
                                new int[] {257, 1},
                                new int[] {600, 1},
                                new int[] {1025, 2},
                                new int[] {1023, 4})
                        .map(size -> dynamicTest(
                                name + ", " + size[0] + " samples in batches of " + size[1],
                                () -> compare(name, size[0], size[1]))));
    }

    private static void compare(String backendName, int samples, int batch) {
        Dataset data = Samples.clouds(samples, 4, 3, samples);
        try (Backend chosen = Backends.select(backendName);
                Network network = network(chosen, batch)) {
            float[] outputs = network.infer(data.floats());
            double loss = 0;
            int correct = 0;
            for (int i = 0; i < samples; i++) {
                float[] row = Arrays.copyOfRange(outputs, 3 * i, 3 * i + 3);
                double exps = 0;
                int best = 0;
                for (int c = 0; c < 3; c++) {
                    exps += Math.exp(row[c]);
                    best = row[c] > row[best] ? c : best;
                }
                loss += Math.log(exps) - row[data.labels()[i]];
                correct += best == data.labels()[i] ? 1 : 0;
            }
            TestResult result = tester(network, new SoftmaxCrossEntropy()).test(data);
            assertEquals(loss / samples, result.loss(), 1e-5);
            assertEquals(correct, result.correct());
            assertEquals(samples, result.samples());
            assertEquals((double) correct / samples, result.accuracy());
            assertTrue(result.seconds() > 0 && result.imagesPerSecond() > 0);
        }
    }

    @Test
    void lossesOfValuesAreComparedWithOneHotTargets() {
        Dataset data = Samples.clouds(7, 4, 3, 5);
        try (Network network = network(backend, 3)) {
            float[] outputs = network.infer(data.floats());
            double sum = 0;
            for (int i = 0; i < outputs.length; i++) {
                double target = data.labels()[i / 3] == i % 3 ? 1 : 0;
                sum += (outputs[i] - target) * (outputs[i] - target);
            }
            TestResult result = tester(network, new MeanSquaredError()).test(data);
            assertEquals(sum / 21, result.loss(), 1e-6);
            assertEquals(tester(network, new SoftmaxCrossEntropy()).test(data).correct(), result.correct());
        }
    }

    private Network identity(int maxBatch) {
        Network network = Network.training(new Dense(1).bias(false), Shape.of(1), backend, maxBatch, 1);
        network.load(Map.of("dense1.weight", new float[] {1}));
        return network;
    }

    @Test
    void targetsCountAsCorrectWhereTheOutputIsOnTheirSide() {
        Dataset data = Samples.pairs(0.2f, 0, 0.6f, 0, 0.4f, 1, 0.7f, 1, 3, 1);
        try (Network network = identity(2)) {
            TestResult result = tester(network, new MeanSquaredError()).test(data);
            assertEquals(3, result.correct());
            assertEquals((0.04 + 0.36 + 0.36 + 0.09 + 4) / 5, result.loss(), 1e-6);
        }
    }

    @Test
    void logitsAreTurnedIntoProbabilitiesBeforeTheyAreCompared() {
        Dataset data = Samples.pairs(0.2f, 1, -0.2f, 0, 0.4f, 1, -1, 1);
        try (Network network = identity(3)) {
            assertEquals(
                    3,
                    tester(network, new BinaryCrossEntropyWithLogits())
                            .test(data)
                            .correct());
        }
    }

    @Test
    void probabilitiesAreSoftmaxSigmoidOrTheOutputItself() {
        Dataset data = Samples.clouds(7, 4, 3, 5);
        try (Network network = network(backend, 3)) {
            float[] outputs = network.infer(data.floats());
            assertArrayEquals(outputs, tester(network, new MeanSquaredError()).probabilities(data));
            assertArrayEquals(outputs, tester(network, new BinaryCrossEntropy()).probabilities(data));
            float[] sigmoid =
                    tester(network, new BinaryCrossEntropyWithLogits()).probabilities(data);
            float[] softmax = tester(network, new SoftmaxCrossEntropy()).probabilities(data);
            assertEquals(21, softmax.length);
            for (int i = 0; i < 21; i++) {
                assertEquals(1 / (1 + Math.exp(-outputs[i])), sigmoid[i], 1e-6);
                double exps = 0;
                for (int c = 0; c < 3; c++) {
                    exps += Math.exp(outputs[i / 3 * 3 + c]);
                }
                assertEquals(Math.exp(outputs[i]) / exps, softmax[i], 1e-6);
            }
        }
    }

    @Test
    void aNetworkForInferenceCanBeTested() {
        Dataset data = Samples.clouds(7, 4, 3, 5);
        try (Network network = network(backend, 3);
                Network copy = Network.inference(
                        Sequential.of(new Dense(5), new Tanh(), new Dense(3)), Shape.of(4), backend, 7)) {
            copy.load(network.weights());
            assertEquals(
                    tester(network, new SoftmaxCrossEntropy()).test(data).loss(),
                    tester(copy, new SoftmaxCrossEntropy()).test(data).loss(),
                    1e-7);
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void memoryAndWeightsAreAsBefore(String name) {
        try (Backend chosen = Backends.select(name);
                Network network = network(chosen, 3)) {
            Tester tester = tester(network, new SoftmaxCrossEntropy());
            Map<String, float[]> weights = network.weights();
            long before = chosen.allocatedBytes();
            tester.test(Samples.clouds(7, 4, 3, 5));
            tester.probabilities(Samples.clouds(7, 4, 3, 5));
            assertThrows(IllegalArgumentException.class, () -> tester.test(Samples.clouds(7, 5, 3, 5)));
            assertThrows(IllegalArgumentException.class, () -> tester.probabilities(Samples.clouds(7, 5, 3, 5)));
            assertEquals(before, chosen.allocatedBytes());
            network.weights().forEach((key, values) -> assertArrayEquals(weights.get(key), values, key));
        }
    }

    @Test
    void dataThatDoesNotFitIsRefused() {
        try (Network network = network(backend, 3)) {
            Tester tester = tester(network, new SoftmaxCrossEntropy());
            refuses(() -> tester.test(Samples.clouds(7, 5, 3, 5)), "samples of shape 4", "5");
            refuses(() -> tester.test(Samples.clouds(7, 4, 2, 5)), "3 outputs", "2 classes");
            refuses(() -> tester.test(Samples.pairs(1, 2)), "");
        }
        try (Network network =
                Network.training(Sequential.of(new Dense(2), new Sigmoid()), Shape.of(1), backend, 1, 1)) {
            refuses(() -> tester(network, new BinaryCrossEntropy()).test(Samples.pairs(1, 2)), "output is 2", "are 1");
        }
    }

    private static void refuses(Runnable action, String... parts) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, action::run);
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), error.getMessage());
        }
    }
}
