package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Layer;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Adam;
import io.gabor.optim.Sgd;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which parts a profile has, and that profiling is training. */
class StepProfilerTest {
    private static final Dataset IMAGES = Samples.images(20, 2, 3, 5);

    private static Network network(Backend backend, Layer... layers) {
        return Network.training(Sequential.of(layers), Shape.of(2, 5, 5), backend, 8, 1);
    }

    private static StepProfiler profiler(Network network, Dataset data) {
        return new StepProfiler(network, new SoftmaxCrossEntropy(), new Adam(0.01), data, Normalization.UNIT);
    }

    private static String describe(StepProfile.Row row) {
        return row.part() + (row.layer() == null ? "" : " " + row.layer().name());
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void hasEveryPartThatWorksAndNoOther(String name) {
        Layer body = new Conv2d(2, 3).padding(Padding.SAME).named("inner");
        Conv2d first = new Conv2d(2, 3).padding(1);
        Dense last = new Dense(3);
        try (Backend backend = Backends.select(name);
                Network network = network(
                        backend,
                        first,
                        new ReLU(),
                        Residual.of(body, new ReLU()),
                        new MaxPool2d(2),
                        Sequential.of(new Flatten(), last).named("head"));
                StepProfiler profiler = profiler(network, IMAGES)) {
            StepProfile profile = profiler.profile(0, 0, 3);
            assertEquals(
                    List.of(
                            "BATCH",
                            "FORWARD conv1",
                            "FORWARD residual1",
                            "FORWARD residual1.inner",
                            "FORWARD max_pool1",
                            "FORWARD head.dense1",
                            "LOSS",
                            "BACKWARD head.dense1",
                            "BACKWARD max_pool1",
                            "BACKWARD residual1",
                            "BACKWARD residual1.inner",
                            "BACKWARD conv1",
                            "OPTIMIZER",
                            "BOOKKEEPING"),
                    profile.rows().stream().map(StepProfilerTest::describe).toList());
            assertEquals(3, profile.steps());
            assertEquals(8, profile.batch());
            assertEquals(name.equals("cuda"), profile.onDevice());
            assertTrue(profile.seconds() > 0);
            assertTrue(profile.rows().stream().allMatch(row -> row.seconds() >= 0), profile.toString());
            // conv1: 2·(2·3·3)·2·5·5 = 1800 a sample; the first layer's input has no gradient, so backward is dw alone
            assertEquals(
                    8 * 1800, profile.row(StepPart.FORWARD, first).orElseThrow().flops());
            assertEquals(
                    8 * 1800,
                    profile.row(StepPart.BACKWARD, first).orElseThrow().flops());
            assertEquals(
                    2 * 8 * 1800,
                    profile.row(StepPart.BACKWARD, body).orElseThrow().flops());
            assertEquals(
                    8 * network.trainingFlops(),
                    profile.rows().stream().mapToLong(StepProfile.Row::flops).sum());
        }
    }

    /** A pooling layer at the front has no gradient to compute; the first weights are behind it. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void leavesOutABackwardPassWithNothingToDo(String name) {
        MaxPool2d pool = new MaxPool2d(2);
        try (Backend backend = Backends.select(name);
                Network network = network(backend, pool, new Flatten(), new Dense(3));
                StepProfiler profiler = profiler(network, IMAGES)) {
            StepProfile profile = profiler.profile(0, 0, 1);
            assertTrue(profile.row(StepPart.FORWARD, pool).isPresent());
            assertFalse(profile.row(StepPart.BACKWARD, pool).isPresent());
        }
    }

    /** The first step learns where the marks are, one warms up, two are measured: the bits of four steps of training. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void trainsAsTheTrainerDoes(String name) {
        Layer[][] twice = {
            {new Conv2d(3, 3), new ReLU(), new Flatten(), new Dense(3)},
            {new Conv2d(3, 3), new ReLU(), new Flatten(), new Dense(3)}
        };
        Dataset data = Samples.images(32, 2, 3, 5);
        try (Backend backend = Backends.select(name);
                Network profiled = network(backend, twice[0]);
                Network trained = network(backend, twice[1])) {
            try (StepProfiler profiler =
                    new StepProfiler(profiled, new SoftmaxCrossEntropy(), new Sgd(0.1), data, Normalization.UNIT)) {
                profiler.profile(0, 0, 2);
            }
            new Trainer(trained, new SoftmaxCrossEntropy(), new Sgd(0.1)).train(data);
            Map<String, float[]> expected = trained.weights();
            profiled.weights()
                    .forEach((parameter, values) ->
                            assertTrue(Arrays.equals(expected.get(parameter), values), parameter));
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void needsAFullBatch(String name) {
        try (Backend backend = Backends.select(name);
                Network network = network(backend, new Flatten(), new Dense(3))) {
            long before = backend.allocatedBytes();
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> profiler(network, IMAGES.first(7)));
            assertTrue(e.getMessage().contains("at least a batch of 8 samples, found 7"), e.getMessage());
            assertEquals(before, backend.allocatedBytes());
        }
    }
}
