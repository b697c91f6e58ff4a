package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Shape;
import io.gabor.train.EachBackend;
import io.gabor.train.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dropout as a layer: when a mask is drawn, for whom, and that it is gone in use. */
final class DropoutTest {
    private static final int SIZE = 1000;

    /** What the layer leaves of ones in a training pass. */
    private static float[] pass(Network network, int n) {
        float[] ones = new float[network.in().value().size()];
        Arrays.fill(ones, 1f);
        network.backend().upload(ones, ones.length, network.in().value());
        network.forward(n, Mode.TRAIN);
        return read(network.backend(), network.out(), n);
    }

    private static float[] read(Backend backend, Flow flow, int n) {
        float[] values = new float[n * flow.sampleSize()];
        backend.download(flow.value(), values, values.length);
        return values;
    }

    private static Network network(Backend backend, long seed, double... probabilities) {
        List<Layer> layers =
                Arrays.stream(probabilities).<Layer>mapToObj(Dropout::new).toList();
        return Network.training(Sequential.of(layers.toArray(new Layer[0])), Shape.of(SIZE), backend, 4, seed);
    }

    /** The share that is dropped is p within five standard deviations, and what stays makes up for it. */
    @Test
    void dropsWithItsProbability() {
        try (Backend backend = Backends.select("reference")) {
            for (double p : new double[] {0.1, 0.5, 0.8}) {
                try (Network network = network(backend, 3, p)) {
                    float[] y = pass(network, 4);
                    int dropped = 0;
                    for (float value : y) {
                        dropped += value == 0 ? 1 : 0;
                        assertTrue(value == 0 || value == (float) (1 / (1 - p)), "found " + value);
                    }
                    assertEquals(y.length * p, dropped, 5 * Math.sqrt(y.length * p * (1 - p)));
                }
            }
        }
    }

    @Test
    void masksDifferFromPassToPassFromLayerToLayerAndFromSeedToSeed() {
        try (Backend backend = Backends.select("reference");
                Network network = network(backend, 3, 0.5, 0.5);
                Network same = network(backend, 3, 0.5, 0.5);
                Network other = network(backend, 4, 0.5, 0.5)) {
            float[] first = pass(network, 4);
            assertArrayEquals(first, pass(same, 4));
            // two masks that are independent leave a quarter
            assertEquals(4 * SIZE / 4.0, count(first), 5 * Math.sqrt(4 * SIZE * 0.25 * 0.75));
            // of which each other mask leaves a quarter
            for (float[] second :
                    List.of(pass(network, 4), pass(other, 4), Arrays.copyOfRange(first, SIZE, 4 * SIZE))) {
                int both = 0;
                for (int i = 0; i < second.length; i++) {
                    both += first[i] != 0 && second[i] != 0 ? 1 : 0;
                }
                double expected = second.length / 16.0;
                assertEquals(expected, both, 5 * Math.sqrt(expected));
            }
        }
    }

    private static int count(float[] values) {
        int count = 0;
        for (float value : values) {
            count += value != 0 ? 1 : 0;
        }
        return count;
    }

    @Test
    void channelsStayOrGoAsAWhole() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new Dropout2d(0.5), Shape.of(40, 3, 2), backend, 4, 1)) {
            float[] y = pass(network, 4);
            for (int i = 0; i < y.length; i++) {
                assertEquals(y[i - i % 6], y[i], "value " + i);
            }
            assertEquals(4 * 40 * 0.5, count(y) / 6.0, 5 * Math.sqrt(4 * 40 * 0.25));
        }
    }

    /** Of a batch that is not full too: sample and unit decide, not the size of the batch. */
    @TestFactory
    Stream<DynamicTest> everyBackendHasTheSameMasks() {
        return EachBackend.names()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    try (Backend backend = Backends.select(name);
                            Backend reference = Backends.select("reference")) {
                        for (Layer[] layers : new Layer[][] {
                            {new Dropout(0.3), new Dropout(0.3)}, {new Dropout2d(0.3), new Dropout2d(0.3)}
                        }) {
                            Shape sample = Shape.of(7, 3, 5);
                            try (Network network = Network.training(layers[0], sample, backend, 64, 5);
                                    Network expected = Network.training(layers[1], sample, reference, 64, 5)) {
                                for (int n : new int[] {64, 64, 13}) {
                                    assertArrayEquals(pass(expected, n), pass(network, n), "batch " + n);
                                }
                            }
                        }
                    }
                }));
    }

    /** What was recorded reads the number of the pass from backend memory. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void aRecordedPassDrawsAnew(String name) {
        try (Backend backend = Backends.select(name);
                Network network = network(backend, 3, 0.5);
                Network expected = network(backend, 3, 0.5)) {
            float[] ones = new float[4 * SIZE];
            Arrays.fill(ones, 1f);
            backend.upload(ones, ones.length, network.in().value());
            Runnable step = backend.record(() -> network.forward(4, Mode.TRAIN));
            for (int i = 0; i < 3; i++) {
                step.run();
                assertArrayEquals(pass(expected, 4), read(backend, network.out(), 4), "pass " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theGradientMeetsTheMaskOfTheForwardPass(String name) {
        try (Backend backend = Backends.select(name);
                Network network = Network.training(
                        Sequential.of(new Dense(SIZE).bias(false), new Dropout(0.5)), Shape.of(1), backend, 1, 1)) {
            backend.upload(new float[] {1}, 1, network.in().value());
            float[] ones = new float[SIZE];
            Arrays.fill(ones, 1f);
            for (int pass = 0; pass < 2; pass++) {
                backend.fill(network.parameters().get(0).value(), 1);
                network.forward(1, Mode.TRAIN);
                float[] y = read(backend, network.out(), 1);
                backend.upload(ones, SIZE, network.out().gradient());
                network.backward(1);
                float[] dw = new float[SIZE];
                backend.download(network.parameters().get(0).gradient(), dw, SIZE);
                assertArrayEquals(y, dw);
            }
        }
    }

    /** Finite differences need the same mask in every pass, the whole network's too. */
    @Test
    void theGradientCheckMeetsOneMask() {
        List<GradientCheck.Row> rows = GradientCheck.run(
                () -> Sequential.of(
                        new Conv2d(4, 3),
                        new Dropout2d(0.5),
                        new Tanh(),
                        new Flatten(),
                        new Dropout(0.5),
                        new Dense(3)),
                Shape.of(2, 5, 5),
                new SoftmaxCrossEntropy(),
                1);
        assertTrue(rows.stream().anyMatch(row -> row.layer().equals("network")));
        assertEquals(List.of(), rows.stream().filter(row -> !row.passed()).toList());
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void inUseNothingHappens(String name) {
        Dropout layer = new Dropout(0.5);
        try (Backend backend = Backends.select(name);
                Network trained = network(backend, 3, 0.5);
                Network used = Network.inference(layer, Shape.of(SIZE), backend, 4)) {
            float[] x = new float[3 * SIZE];
            for (int i = 0; i < x.length; i++) {
                x[i] = i;
            }
            assertArrayEquals(x, trained.infer(x));
            assertArrayEquals(x, used.infer(x));
            assertSame(layer.in(), layer.out());
            // a test between two steps does not change the masks
            float[] first = pass(trained, 4);
            try (Network other = network(backend, 3, 0.5)) {
                assertArrayEquals(first, pass(other, 4));
            }
        }
    }

    @Test
    void withProbabilityZeroThereIsNothingToDo() {
        Dropout layer = new Dropout(0);
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(layer, Shape.of(3), backend, 4, 1)) {
            assertSame(layer.in(), layer.out());
            assertTrue(network.passCounter().isEmpty());
        }
    }

    @Test
    void wrongSettingsAndShapesAreRefused() {
        for (double p : new double[] {-0.1, 1, Double.NaN}) {
            String error = assertThrows(IllegalArgumentException.class, () -> new Dropout(p))
                    .getMessage();
            assertTrue(error.contains("[0, 1)") && error.contains(String.valueOf(p)), error);
        }
        String error = assertThrows(RuntimeException.class, () -> new Dropout2d(0.5).outputShape(Shape.of(3)))
                .getMessage();
        assertTrue(error.contains("use Dropout for vectors"), error);
    }
}
