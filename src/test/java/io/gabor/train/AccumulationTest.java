package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.ClipSpec;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.BatchNorm1d;
import io.gabor.nn.Dense;
import io.gabor.nn.Dropout;
import io.gabor.nn.Layer;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.optim.Adam;
import io.gabor.optim.Schedule;
import io.gabor.optim.Sgd;
import io.gabor.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several batches to a step are one large batch, and the average of the weights is that of the steps. */
final class AccumulationTest {
    private record Run(History history, Map<String, float[]> weights) {}

    /** 29 samples: with 12 to a step the last one has 5, and its last batch fewer than the others. */
    private static Run run(String backendName, int batch, int accumulate, UnaryOperator<Trainer> settings) {
        Dataset data = Samples.clouds(29, 4, 3, 7);
        try (Backend backend = Backends.select(backendName);
                Network network = Network.training(
                        Sequential.of(new Dense(6), new Tanh(), new Dense(3)), Shape.of(4), backend, batch, 3)) {
            long before = backend.allocatedBytes();
            Trainer trainer = new Trainer(network, new SoftmaxCrossEntropy(), new Adam(0.02))
                    .normalization(Normalization.NONE)
                    .schedule(Schedule.COSINE)
                    .epochs(4)
                    .accumulate(accumulate);
            History history = settings.apply(trainer).train(data);
            assertEquals(before, backend.allocatedBytes(), "nothing is held behind the run");
            return new Run(history, network.weights());
        }
    }

    private static void same(Run expected, Run found, double tolerance) {
        assertEquals(expected.history.steps(), found.history.steps());
        for (int epoch = 0; epoch < 4; epoch++) {
            assertEquals(
                    expected.history.epochs().get(epoch).loss(),
                    found.history.epochs().get(epoch).loss(),
                    tolerance);
        }
        for (Map.Entry<String, float[]> weight : expected.weights.entrySet()) {
            assertArrayEquals(
                    weight.getValue(), found.weights.get(weight.getKey()), (float) tolerance, weight.getKey());
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void severalBatchesAreOneLargeBatch(String backend) {
        Run whole = run(backend, 12, 1, trainer -> trainer);
        // Adam makes a step of η out of a gradient of any size, so rounding is felt.
        double tolerance = backend.equals("reference") ? 1e-6 : 1e-4;
        for (int parts : new int[] {2, 3, 4, 12}) {
            same(whole, run(backend, 12 / parts, parts, trainer -> trainer), tolerance);
        }
        same(whole, run(backend, 4, 3, Trainer::staged), tolerance);
        Run all = run(backend, 29, 1, trainer -> trainer);
        same(all, run(backend, 10, 3, trainer -> trainer), tolerance);
        same(all, run(backend, 10, Integer.MAX_VALUE, trainer -> trainer), tolerance);
    }

    /** 29 samples in steps of three batches of four: eight batches an epoch. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void everyBatchHasItsOwnMask(String name) {
        Dataset data = Samples.clouds(29, 4, 3, 7);
        try (Backend backend = Backends.select(name);
                Network network = Network.training(
                        Sequential.of(new Dense(6), new Dropout(0.5), new Dense(3)), Shape.of(4), backend, 4, 3)) {
            new Trainer(network, new SoftmaxCrossEntropy(), new Adam(0.02))
                    .normalization(Normalization.NONE)
                    .accumulate(3)
                    .epochs(2)
                    .train(data);
            int[] passes = new int[1];
            backend.download(network.passCounter().orElseThrow(), passes, 1);
            assertEquals(2 * 8, passes[0]);
        }
    }

    @Test
    void gradientsAreBoundedOnceTheyAreCollected() {
        UnaryOperator<Trainer> bounded = trainer -> trainer.clip(new ClipSpec.Norm(0.1));
        same(run("reference", 12, 1, bounded), run("reference", 4, 3, bounded), 1e-6);
    }

    @ParameterizedTest(name = "{0} batches of {1}")
    @CsvSource({"1,4", "2,2", "4,1"})
    void divergenceIsFoundInTheStepInWhichItCame(int accumulate, int batch) {
        try (Backend backend = Backends.select("cpu");
                Network network = Network.training(new Dense(1), Shape.of(1), backend, batch, 1)) {
            network.load(Map.of("dense1.weight", new float[] {1}, "dense1.bias", new float[] {0}));
            Trainer trainer = new Trainer(network, new MeanSquaredError(), new Sgd(1e12))
                    .normalization(Normalization.NONE)
                    .shuffle(false)
                    .accumulate(accumulate)
                    .epochs(30);
            Dataset data = Samples.pairs(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0);
            NonFiniteException found = assertThrows(NonFiniteException.class, () -> trainer.train(data));
            assertEquals(divergedAt(), found.step());
        }
    }

    /** The step of a run with the whole batch at once. */
    private static long divergedAt() {
        try (Backend backend = Backends.select("cpu");
                Network network = Network.training(new Dense(1), Shape.of(1), backend, 4, 1)) {
            network.load(Map.of("dense1.weight", new float[] {1}, "dense1.bias", new float[] {0}));
            Trainer trainer = new Trainer(network, new MeanSquaredError(), new Sgd(1e12))
                    .normalization(Normalization.NONE)
                    .shuffle(false)
                    .epochs(30);
            Dataset data = Samples.pairs(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0);
            return assertThrows(NonFiniteException.class, () -> trainer.train(data))
                    .step();
        }
    }

    /** w ← w − 0.25·(w − 3), a ← d·a + (1 − d)·w, both from 0, d = min(0.3, (1 + t)/(10 + t)); the validation set wants 1. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theAverageIsValidatedAndStays(String name) {
        try (Backend backend = Backends.select(name);
                Network network = Network.training(new Dense(1).bias(false), Shape.of(1), backend, 1, 1)) {
            network.load(Map.of("dense1.weight", new float[] {0}));
            double w = 0;
            double average = 0;
            double[] averages = new double[5];
            for (int t = 1; t <= 5; t++) {
                w -= 0.25 * (w - 3);
                double d = Math.min(0.3, (1.0 + t) / (10.0 + t));
                average = d * average + (1 - d) * w;
                averages[t - 1] = average;
            }
            double[] seen = new double[5];
            History history = new Trainer(network, new MeanSquaredError(), new Sgd(0.125))
                    .normalization(Normalization.NONE)
                    .averageWeights(0.3)
                    .epochs(5)
                    .validation(Samples.pairs(1, 1), new MeanSquaredError())
                    .callback(new Callback() {
                        @Override
                        public void onEpoch(EpochResult result) {
                            seen[result.epoch() - 1] = network.weights().get("dense1.weight")[0];
                        }
                    })
                    .train(Samples.pairs(1, 3));
            assertArrayEquals(averages, seen, 1e-6);
            assertEquals(average, network.weights().get("dense1.weight")[0], 1e-6);
            for (int epoch = 0; epoch < 5; epoch++) {
                double error = averages[epoch] - 1;
                assertEquals(
                        error * error, history.epochs().get(epoch).validation().loss(), 1e-6);
            }
        }
    }

    @Test
    void theBestEpochsAverageIsBackWhenThePatienceIsOver() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new Dense(1).bias(false), Shape.of(1), backend, 1, 1)) {
            network.load(Map.of("dense1.weight", new float[] {0}));
            History history = new Trainer(network, new MeanSquaredError(), new Sgd(0.125))
                    .normalization(Normalization.NONE)
                    .averageWeights(0.5)
                    .patience(1)
                    .epochs(50)
                    .validation(Samples.pairs(1, 1), new MeanSquaredError())
                    .train(Samples.pairs(1, 3));
            // w = 3/4, 21/16, 111/64 and d = 2/11, 1/4, 4/13: averages 27/44, 1.1378, 1.551; the second is the nearest
            // to 1
            assertEquals(2, history.bestEpoch());
            assertEquals(3, history.epochs().size());
            assertEquals(27.0 / 176 + 63.0 / 64, network.weights().get("dense1.weight")[0], 1e-6);
        }
    }

    /** The running statistics belong to the averaged weights: they are averaged, too. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void runningStatisticsAreAveragedToo(String name) {
        Map<String, double[]> expected = new HashMap<>();
        int[] step = {0};
        Layer layers = Sequential.of(new Dense(4), new BatchNorm1d(), new Dense(3));
        try (Backend backend = Backends.select(name);
                Network network = Network.training(layers, Shape.of(4), backend, 10, 3)) {
            network.weights().forEach((key, values) -> expected.put(key, doubles(values)));
            Dataset data = Samples.clouds(10, 4, 3, 7);
            // one step to an epoch, and no average: what it sees is what the average has to follow
            follow(network, data, 0, () -> {
                step[0]++;
                double d = Math.min(0.4, (1.0 + step[0]) / (10.0 + step[0]));
                network.weights().forEach((key, values) -> {
                    double[] average = expected.get(key);
                    for (int i = 0; i < average.length; i++) {
                        average[i] = d * average[i] + (1 - d) * values[i];
                    }
                });
            });
        }
        try (Backend backend = Backends.select(name);
                Network network = Network.training(
                        Sequential.of(new Dense(4), new BatchNorm1d(), new Dense(3)), Shape.of(4), backend, 10, 3)) {
            follow(network, Samples.clouds(10, 4, 3, 7), 0.4, () -> {});
            Map<String, float[]> found = network.weights();
            assertTrue(found.containsKey("batch_norm1.running_var"));
            found.forEach((key, values) -> assertArrayEquals(expected.get(key), doubles(values), 1e-5, key));
        }
    }

    private static void follow(Network network, Dataset data, double decay, Runnable behindStep) {
        Trainer trainer = new Trainer(network, new SoftmaxCrossEntropy(), new Sgd(0.3))
                .normalization(Normalization.NONE)
                .epochs(8)
                .callback(new Callback() {
                    @Override
                    public void onEpoch(EpochResult result) {
                        behindStep.run();
                    }
                });
        if (decay > 0) {
            trainer.averageWeights(decay);
        }
        trainer.train(data);
    }

    private static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = values[i];
        }
        return result;
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new Dense(1), Shape.of(1), backend, 1, 1)) {
            Trainer trainer = new Trainer(network, new MeanSquaredError(), new Sgd(0.1));
            assertThrows(IllegalArgumentException.class, () -> trainer.accumulate(0));
            for (double wrong : List.of(0.0, 1.0, -0.5, Double.NaN)) {
                assertThrows(IllegalArgumentException.class, () -> trainer.averageWeights(wrong));
            }
        }
    }
}
