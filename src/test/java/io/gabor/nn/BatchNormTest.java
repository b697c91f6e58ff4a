package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.optim.AdamW;
import io.gabor.optim.OptimizerState;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.train.EachBackend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Batch normalisation as a layer: its running statistics, and that a network for use has it in the weights in front. */
final class BatchNormTest {
    private static final Shape IMAGE = Shape.of(2, 9, 8);

    /** The numbers are those of torch.nn.BatchNorm1d(1): weight 1, bias 0, momentum 0.1, and the unbiased variance. */
    @Test
    void runningStatisticsFollowTheBatches() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new BatchNorm1d(), Shape.of(1), backend, 4, 1)) {
            assertEquals(List.of("batch_norm1.weight", "batch_norm1.bias"), names(network));
            assertEquals(
                    List.of("batch_norm1.running_mean", "batch_norm1.running_var"),
                    network.buffers().stream().map(Buffer::name).toList());
            backend.upload(new float[] {1, 2, 3, 6}, 4, network.in().value());
            network.forward(4, Mode.TRAIN);
            Map<String, float[]> weights = network.weights();
            // mean 3, variance 14/4, unbiased 14/3
            assertEquals(0.1 * 3, weights.get("batch_norm1.running_mean")[0], 1e-7);
            assertEquals(0.9 + 0.1 * 14 / 3, weights.get("batch_norm1.running_var")[0], 1e-6);
            double[] y = new double[4];
            backend.download(network.out().value(), y, 4);
            double deviation = Math.sqrt(3.5 + 1e-5);
            assertArrayEquals(new double[] {-2 / deviation, -1 / deviation, 0, 3 / deviation}, y, 1e-12);
            // In use one sample does not depend on the others, and changes nothing.
            float[] used = network.infer(new float[] {5});
            assertEquals((5 - 0.3) / Math.sqrt(0.9 + 1.4 / 3 + 1e-5), used[0], 1e-6);
            assertArrayEquals(
                    weights.get("batch_norm1.running_mean"), network.weights().get("batch_norm1.running_mean"));
        }
    }

    private static List<String> names(Network network) {
        return network.parameters().stream().map(Parameter::name).toList();
    }

    @Test
    void withoutAffineThereIsNothingToLearn() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new BatchNorm2d().affine(false), IMAGE, backend, 2, 1)) {
            assertEquals(List.of(), network.parameters());
            assertEquals(2, network.buffers().size());
            assertEquals(2, network.weights().size());
        }
    }

    @Test
    void theOptimizerLeavesRunningStatisticsAlone() {
        try (Backend backend = Backends.select("reference");
                Network network =
                        Network.training(Sequential.of(new Dense(3), new BatchNorm1d()), Shape.of(2), backend, 4, 1);
                OptimizerState state = new AdamW(0.1, 0.9, 0.999, 1e-8, 0.5).attach(network)) {
            Map<String, float[]> before = network.weights();
            state.setRate(0.1);
            state.step();
            Map<String, float[]> after = network.weights();
            assertArrayEquals(before.get("batch_norm1.running_var"), after.get("batch_norm1.running_var"));
            assertTrue(after.get("batch_norm1.weight")[0] < before.get("batch_norm1.weight")[0], "weight decay");
        }
    }

    @Test
    void weightsWithoutRunningStatisticsAreRefused() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new BatchNorm1d(), Shape.of(2), backend, 4, 1)) {
            Map<String, float[]> weights = new LinkedHashMap<>(network.weights());
            weights.remove("batch_norm1.running_var");
            String error = assertThrows(IllegalArgumentException.class, () -> network.load(weights))
                    .getMessage();
            assertTrue(error.contains("batch_norm1.running_var"), error);
        }
    }

    @Test
    void anActivationBehindItIsComputedWithIt() {
        ReLU relu = new ReLU();
        try (LayerRun run = new LayerRun(Sequential.of(new BatchNorm2d(), relu), IMAGE, 2, true, true, 1)) {
            assertTrue(relu.isFused());
            for (double y : run.forward()) {
                assertTrue(y >= 0, "negative: " + y);
            }
        }
    }

    @Test
    void wrongSettingsAndShapesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BatchNorm1d().epsilon(0));
        assertThrows(IllegalArgumentException.class, () -> new BatchNorm2d().momentum(1.5));
        String error = assertThrows(RuntimeException.class, () -> new BatchNorm1d().outputShape(IMAGE))
                .getMessage();
        assertTrue(error.contains("BatchNorm2d"), error);
        assertThrows(RuntimeException.class, () -> new BatchNorm2d().outputShape(Shape.of(3)));
    }

    // ---- a network for use ------------------------------------------------------------------------------------------

    private static List<Supplier<Layer>> foldable() {
        return List.of(
                () -> Sequential.of(new Conv2d(5, 3).bias(Bias.NONE), new BatchNorm2d(), new ReLU(), new MaxPool2d(2)),
                () -> Sequential.of(new Conv2d(4, 3).padding(1), new BatchNorm2d().affine(false)),
                () -> Sequential.of(new Conv2d(4, 3).bias(Bias.PER_PIXEL), new BatchNorm2d(), new Tanh()),
                () -> Sequential.of(new Conv2d(4, 3).groups(2), new BatchNorm2d(), new MaxPool2d(2)),
                () -> Sequential.of(new Flatten(), new Dense(6), new BatchNorm1d(), new ReLU(), new Dense(3)),
                () -> Residual.of(new Conv2d(2, 3).padding(1), new BatchNorm2d(), new ReLU()));
    }

    @TestFactory
    Stream<DynamicTest> aNetworkForUseGivesTheSame() {
        return EachBackend.names()
                .flatMap(name -> foldable().stream()
                        .map(layers -> dynamicTest(name + ": " + layers.get(), () -> useGivesTheSame(name, layers))));
    }

    private static void useGivesTheSame(String name, Supplier<Layer> layers) {
        int n = 32;
        try (Backend backend = Backends.select(name);
                Network trained = Network.training(layers.get(), IMAGE, backend, n, 3);
                Network used = Network.inference(layers.get(), IMAGE, backend, n)) {
            Philox random = new Philox(17, 0);
            float[] samples = new float[n * IMAGE.size()];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = (float) random.uniform(-1, 2);
            }
            Map<String, float[]> weights = trained.weights();
            weights.forEach((key, values) -> {
                boolean positive = key.endsWith("running_var") || key.contains("norm1.weight");
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.uniform(positive ? 0.3 : -0.5, 1.5);
                }
            });
            trained.load(weights);
            used.load(weights);
            used.leaves().forEach(layer -> assertEquals(layer instanceof BatchNorm, folded(layer), layer.toString()));
            float[] expected = trained.infer(samples);
            float[] found = used.infer(samples);
            double difference = 0;
            double norm = 0;
            for (int i = 0; i < expected.length; i++) {
                difference += Math.pow(found[i] - (double) expected[i], 2);
                norm += Math.pow(expected[i], 2);
            }
            assertTrue(Math.sqrt(difference / norm) <= 1e-5, "error " + Math.sqrt(difference / norm));
            weights.forEach(
                    (key, values) -> assertArrayEquals(values, used.weights().get(key), key));
        }
    }

    private static boolean folded(Layer layer) {
        return layer instanceof BatchNorm && layer.isFused();
    }

    @Test
    void behindAnythingElseItStaysALayer() {
        BatchNorm2d first = new BatchNorm2d();
        BatchNorm2d behindPooling = new BatchNorm2d();
        Layer layers = Sequential.of(first, new MaxPool2d(2), behindPooling, new ReLU());
        try (Backend backend = Backends.select("reference");
                Network network = Network.inference(layers, IMAGE, backend, 2)) {
            assertFalse(first.isFused());
            assertFalse(behindPooling.isFused());
            assertEquals(2 * 4 * 4, network.infer(new float[IMAGE.size()]).length);
        }
    }

    @Test
    void inTrainingTheWeightsInFrontAreTheirOwn() {
        Conv2d conv = new Conv2d(2, 3);
        BatchNorm2d norm = new BatchNorm2d();
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(Sequential.of(conv, norm, new ReLU()), IMAGE, backend, 2, 1)) {
            assertFalse(norm.isFused());
            assertEquals(Activation.IDENTITY, conv.fusedActivation());
            assertEquals(3, network.leaves().size());
        }
    }
}
