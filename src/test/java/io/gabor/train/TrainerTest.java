package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.backend.ClipSpec;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.data.Shuffle;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Layer;
import io.gabor.nn.Loss;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.optim.Adam;
import io.gabor.optim.Optimizer;
import io.gabor.optim.Schedule;
import io.gabor.optim.Sgd;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The training loop: the same seed the same bits, losses and orders computed by hand, callbacks, stopping, refusals. */
final class TrainerTest {
    /** So small that no parameter moves, in float or in double. */
    private static final double STANDSTILL = 1e-37;

    private final Backend backend = Backends.select("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private static Layer classifier() {
        return Sequential.of(new Dense(6), new Tanh(), new Dense(3));
    }

    private Network network(int maxBatch) {
        return Network.training(classifier(), Shape.of(4), backend, maxBatch, 3);
    }

    private static Trainer trainer(Network network, Optimizer optimizer) {
        return new Trainer(network, new SoftmaxCrossEntropy(), optimizer).normalization(Normalization.NONE);
    }

    private static boolean same(Map<String, float[]> a, Map<String, float[]> b) {
        return a.keySet().stream().allMatch(name -> Arrays.equals(a.get(name), b.get(name)));
    }

    private static Map<String, float[]> imageWeights(String backendName, long seed, int threads) {
        Dataset data = Samples.images(37, 2, 3, 5);
        try (Backend chosen = Backends.select(backendName, new BackendOptions(threads));
                Network network = Network.training(
                        Sequential.of(
                                new Conv2d(5, 3).padding(1),
                                new ReLU(),
                                new MaxPool2d(2),
                                new Flatten(),
                                new Dense(9),
                                new Tanh(),
                                new Dense(3)),
                        Shape.of(2, 5, 5),
                        chosen,
                        8,
                        1)) {
            new Trainer(network, new SoftmaxCrossEntropy(), new Adam(0.01))
                    .epochs(3)
                    .seed(seed)
                    .schedule(Schedule.COSINE)
                    .train(data);
            return network.weights();
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theSameSeedGivesTheSameBitsWhateverTheNumberOfThreads(String name) {
        Map<String, float[]> weights = imageWeights(name, 1, 1);
        assertTrue(same(weights, imageWeights(name, 1, 1)));
        assertTrue(same(weights, imageWeights(name, 1, 2)));
        assertTrue(same(weights, imageWeights(name, 1, 3)));
        assertFalse(same(weights, imageWeights(name, 2, 1)));
    }

    @Test
    void aSecondRunOfOneTrainerGoesOnFromTheWeightsAndStartsTheOptimizerAnew() {
        Dataset data = Samples.clouds(10, 4, 3, 1);
        try (Network once = network(4);
                Network twice = network(4)) {
            Trainer trainer = trainer(once, new Sgd(0.1)).shuffle(false);
            trainer.train(data);
            trainer.train(data);
            trainer(twice, new Sgd(0.1)).shuffle(false).epochs(2).train(data);
            assertTrue(same(once.weights(), twice.weights()));
        }
    }

    /** One weight, no bias, batch 1: w ← w − 2η(wx − t)x, sample by sample. */
    private void followsByHand(UnaryOperator<Trainer> settings, int[]... orders) {
        float[] pairs = {1, 2, -3, 0.5f, 0.25f, 4, 2, -1, 1.5f, 1};
        try (Network network = Network.training(new Dense(1).bias(false), Shape.of(1), backend, 1, 1)) {
            network.load(Map.of("dense1.weight", new float[] {0.5f}));
            double w = 0.5;
            double rate = 0.03f;
            List<Double> losses = new ArrayList<>();
            for (int[] order : orders) {
                double sum = 0;
                for (int i : order) {
                    double error = w * pairs[2 * i] - pairs[2 * i + 1];
                    sum += error * error;
                    w -= rate * (2 * error * pairs[2 * i]);
                }
                losses.add(sum / order.length);
            }
            History history = settings.apply(new Trainer(network, new MeanSquaredError(), new Sgd(0.03))
                            .normalization(Normalization.NONE)
                            .epochs(orders.length))
                    .train(Samples.pairs(pairs));
            double[] found = new double[1];
            backend.download(network.parameters().get(0).value(), found, 1);
            assertEquals(w, found[0], 1e-14);
            for (int epoch = 0; epoch < orders.length; epoch++) {
                assertEquals(losses.get(epoch), history.epochs().get(epoch).loss(), 1e-6 * losses.get(epoch));
            }
        }
    }

    @Test
    void withoutShufflingTheSamplesComeInOrder() {
        int[] order = {0, 1, 2, 3, 4};
        followsByHand(trainer -> trainer.shuffle(false), order, order, order);
    }

    @Test
    void shufflingGivesEachEpochAnOrderOfItsOwn() {
        int[][] orders = {Shuffle.order(5, 9, 1), Shuffle.order(5, 9, 2), Shuffle.order(5, 9, 3)};
        assertFalse(Arrays.equals(orders[0], orders[1]) && Arrays.equals(orders[1], orders[2]));
        followsByHand(trainer -> trainer.seed(9), orders);
    }

    @Test
    void aScheduleScalesTheRateOfEachStep() {
        try (Network network = Network.training(new Dense(1).bias(false), Shape.of(1), backend, 1, 1)) {
            network.load(Map.of("dense1.weight", new float[] {1}));
            double w = 1;
            for (int step = 0; step < 6; step++) {
                float rate = (float) (0.1 * (1 + Math.cos(Math.PI * step / 6)) / 2);
                w -= rate * (2 * (w - 3));
            }
            new Trainer(network, new MeanSquaredError(), new Sgd(0.1))
                    .normalization(Normalization.NONE)
                    .schedule(Schedule.COSINE)
                    .epochs(2)
                    .train(Samples.pairs(1, 3, 1, 3, 1, 3));
            assertEquals(w, network.weights().get("dense1.weight")[0], 1e-6);
        }
    }

    /** One weight, batch 1, in float as the optimizer's rate is: w ← w − η·min(max(g, −1), 1). */
    @Test
    void gradientsAreBoundedBeforeTheyAreFollowed() {
        for (ClipSpec bound : List.of(new ClipSpec.Value(1), new ClipSpec.Norm(1))) {
            try (Network network = Network.training(new Dense(1).bias(false), Shape.of(1), backend, 1, 1)) {
                network.load(Map.of("dense1.weight", new float[] {1}));
                double w = 1;
                for (int step = 0; step < 40; step++) {
                    double g = 2 * (w - 3);
                    double most = bound instanceof ClipSpec.Norm ? Math.abs(g) / (Math.abs(g) + 1e-6) : 1;
                    w -= 0.1f * Math.min(Math.max(g, -most), most);
                }
                new Trainer(network, new MeanSquaredError(), new Sgd(0.1))
                        .normalization(Normalization.NONE)
                        .clip(bound)
                        .epochs(40)
                        .train(Samples.pairs(1, 3));
                assertEquals(w, network.weights().get("dense1.weight")[0], 1e-6);
            }
        }
    }

    /** The loss of an epoch is the mean over its samples, also where the last batch is smaller than the others. */
    @ParameterizedTest(name = "23 samples in batches of {0}")
    @ValueSource(ints = {1, 2, 5, 22, 23, 40})
    void theLossOfAnEpochIsTheMeanOverItsSamples(int batch) {
        Dataset data = Samples.clouds(23, 4, 3, 2);
        try (Network network = network(40)) {
            float[] outputs = network.infer(data.floats());
            double sum = 0;
            for (int i = 0; i < 23; i++) {
                double exps = 0;
                for (int c = 0; c < 3; c++) {
                    exps += Math.exp(outputs[3 * i + c]);
                }
                sum += Math.log(exps) - outputs[3 * i + data.labels()[i]];
            }
            EpochResult epoch = trainer(network, new Sgd(STANDSTILL))
                    .batch(batch)
                    .train(data)
                    .last();
            assertEquals(sum / 23, epoch.loss(), 1e-6);
            assertEquals(23, epoch.samples());
        }
    }

    /** The log of losses wraps around; with a clock that stands still it is read only when it is full. */
    @ParameterizedTest(name = "{0} steps")
    @ValueSource(ints = {255, 256, 257, 512, 700})
    void lossesOfManyStepsBetweenReportsAreAllCounted(int steps) {
        Dataset data = Samples.clouds(2 * steps - 1, 4, 3, 2);
        try (Network network = network(2);
                Network single = network(2 * steps)) {
            List<Integer> reported = new ArrayList<>();
            Trainer trainer =
                    trainer(network, new Sgd(STANDSTILL)).clock(() -> 0).epochs(2);
            trainer.callback(new Callback() {
                @Override
                public void onProgress(Progress progress) {
                    reported.add(progress.step());
                }
            });
            double expected = new Tester(single, new SoftmaxCrossEntropy())
                    .normalization(Normalization.NONE)
                    .test(data)
                    .loss();
            for (EpochResult epoch : trainer.train(data).epochs()) {
                assertEquals(expected, epoch.loss(), 1e-6);
            }
            assertEquals(steps, reported.get(reported.size() - 1));
            assertTrue(reported.contains(Math.min(steps, 256)), reported.toString());
        }
    }

    @Test
    void callbacksHearOfEachEpochInTurn() {
        List<String> heard = new ArrayList<>();
        try (Network network = network(4)) {
            AtomicInteger now = new AtomicInteger();
            History history = trainer(network, new Sgd(0.1))
                    .clock(() -> 1_000_000_000L * now.incrementAndGet())
                    .epochs(2)
                    .callback(new Callback() {
                        @Override
                        public void onProgress(Progress p) {
                            heard.add("epoch " + p.epoch() + "/" + p.epochs() + " step " + p.step() + "/" + p.steps()
                                    + " samples " + p.samples());
                            assertTrue(Double.isFinite(p.loss()) && p.imagesPerSecond() > 0);
                        }

                        @Override
                        public void onEpoch(EpochResult result) {
                            heard.add("epoch " + result.epoch() + " done");
                            assertTrue(result.seconds() > 0 && result.imagesPerSecond() > 0);
                        }
                    })
                    .train(Samples.clouds(10, 4, 3, 1));
            assertEquals(
                    List.of(
                            "epoch 1/2 step 1/3 samples 4",
                            "epoch 1/2 step 2/3 samples 8",
                            "epoch 1/2 step 3/3 samples 10",
                            "epoch 1 done",
                            "epoch 2/2 step 1/3 samples 4",
                            "epoch 2/2 step 2/3 samples 8",
                            "epoch 2/2 step 3/3 samples 10",
                            "epoch 2 done"),
                    heard);
            assertEquals(6, history.steps());
            assertFalse(history.stopped());
            assertEquals(2, history.epochs().size());
        }
    }

    @Test
    void stoppingInTheMiddleOfAnEpochKeepsWhatWasLearnt() {
        Dataset data = Samples.clouds(10, 4, 3, 1);
        try (Network stopped = network(4);
                Network whole = network(4)) {
            Trainer trainer = trainer(stopped, new Sgd(0.1)).shuffle(false).epochs(5);
            AtomicInteger now = new AtomicInteger();
            trainer.clock(() -> 1_000_000_000L * now.incrementAndGet()).callback(new Callback() {
                @Override
                public void onProgress(Progress progress) {
                    if (progress.step() == 2) {
                        trainer.stop();
                    }
                }
            });
            History history = trainer.train(data);
            assertTrue(history.stopped());
            assertEquals(2, history.steps());
            assertEquals(8, history.last().samples());
            History two = trainer(whole, new Sgd(0.1)).shuffle(false).train(data.first(8));
            assertEquals(two.last().loss(), history.last().loss(), 1e-12);
            assertTrue(same(whole.weights(), stopped.weights()));
        }
    }

    @Test
    void stoppingBetweenEpochsEndsTheRunThere() {
        try (Network network = network(4)) {
            Trainer trainer = trainer(network, new Sgd(0.1)).epochs(5);
            trainer.callback(new Callback() {
                @Override
                public void onEpoch(EpochResult result) {
                    if (result.epoch() == 2) {
                        trainer.stop();
                    }
                }
            });
            History history = trainer.train(Samples.clouds(10, 4, 3, 1));
            assertTrue(history.stopped());
            assertEquals(2, history.epochs().size());
            assertEquals(6, history.steps());
        }
    }

    @Test
    void stoppingAfterTheLastEpochStopsNothing() {
        try (Network network = network(4)) {
            Trainer trainer = trainer(network, new Sgd(0.1));
            trainer.callback(new Callback() {
                @Override
                public void onEpoch(EpochResult result) {
                    trainer.stop();
                }
            });
            assertFalse(trainer.train(Samples.clouds(10, 4, 3, 1)).stopped());
        }
    }

    @Test
    void stoppedBeforeItBeginsItDoesNothing() {
        try (Network network = network(4)) {
            Map<String, float[]> before = network.weights();
            Trainer trainer = trainer(network, new Sgd(0.1));
            trainer.stop();
            History history = trainer.train(Samples.clouds(10, 4, 3, 1));
            assertTrue(history.stopped());
            assertEquals(0, history.steps());
            assertEquals(List.of(), history.epochs());
            assertTrue(assertThrows(IllegalStateException.class, history::last)
                    .getMessage()
                    .contains("before its first step"));
            assertTrue(same(before, network.weights()));
        }
    }

    @Test
    void aStopThatComesBetweenTheEpochAndItsFirstStepLeavesNoEmptyEpoch() {
        try (Network network = network(4)) {
            Trainer trainer = trainer(network, new Sgd(0.1));
            trainer.clock(() -> {
                trainer.stop();
                return 0;
            });
            History history = trainer.train(Samples.clouds(10, 4, 3, 1));
            assertEquals(List.of(), history.epochs());
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void memoryIsAsBeforeWhenARunEnds(String name) {
        try (Backend chosen = Backends.select(name);
                Network network = Network.training(classifier(), Shape.of(4), chosen, 4, 3)) {
            Dataset data = Samples.clouds(10, 4, 3, 1);
            long before = chosen.allocatedBytes();
            trainer(network, new Adam(0.01)).epochs(2).train(data);
            assertEquals(before, chosen.allocatedBytes());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> trainer(network, new Adam(0.01)).train(Samples.clouds(10, 5, 3, 1)));
            Callback faulty = new Callback() {
                @Override
                public void onEpoch(EpochResult result) {
                    throw new UnsupportedOperationException("a faulty callback");
                }
            };
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> trainer(network, new Adam(0.01)).callback(faulty).train(data));
            assertEquals(before, chosen.allocatedBytes());
        }
    }

    @Test
    void aTrainingStepAllocatesNothing() {
        try (Network network = network(4)) {
            List<Long> held = new ArrayList<>();
            AtomicInteger now = new AtomicInteger();
            trainer(network, new Adam(0.01))
                    .clock(() -> 1_000_000_000L * now.incrementAndGet())
                    .callback(new Callback() {
                        @Override
                        public void onProgress(Progress progress) {
                            held.add(backend.allocatedBytes());
                        }
                    })
                    .train(Samples.clouds(10, 4, 3, 1));
            assertEquals(3, held.size());
            assertEquals(1, held.stream().distinct().count(), held.toString());
        }
    }

    private static void refuses(Runnable action, String... parts) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, action::run);
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), error.getMessage());
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        try (Network network = network(4)) {
            Trainer trainer = trainer(network, new Sgd(0.1));
            refuses(() -> trainer.batch(5), "from 1 to the 4", "found 5");
            refuses(() -> trainer.batch(0), "found 0");
            refuses(() -> trainer.epochs(0), "epochs must be at least 1");
        }
    }

    @Test
    void dataThatDoesNotFitTheNetworkIsRefused() {
        try (Network network = network(4)) {
            Trainer trainer = trainer(network, new Sgd(0.1));
            refuses(() -> trainer.train(Samples.clouds(5, 6, 3, 1)), "samples of shape 4", "clouds are 6");
            refuses(() -> trainer.train(Samples.clouds(5, 4, 5, 1)), "3 outputs", "5 classes");
            refuses(
                    () -> trainer.train(Dataset.regression("r", Shape.of(4), new float[4], Shape.of(3), new float[3])),
                    "softmax-cross-entropy needs classes",
                    "use mse or bce");
            Loss mse = new MeanSquaredError();
            refuses(
                    () -> new Trainer(network, mse, new Sgd(0.1))
                            .train(Dataset.regression("r", Shape.of(4), new float[4], Shape.of(2), new float[2])),
                    "output is 3",
                    "targets of r are 2");
            refuses(
                    () -> trainer(network, new Sgd(0.1))
                            .normalization(new Normalization(new float[] {1, 1}, new float[] {0, 0}))
                            .train(Samples.clouds(5, 4, 3, 1)),
                    "2 channels");
        }
    }

    @Test
    void aNetworkWithAnImageForItsOutputIsRefused() {
        try (Network network = Network.training(new Conv2d(1, 1), Shape.of(1, 2, 2), backend, 1, 1)) {
            assertThrows(
                    ShapeException.class,
                    () -> new Trainer(network, new MeanSquaredError(), new Sgd(0.1))
                            .train(Dataset.regression(
                                    "r", Shape.of(1, 2, 2), new float[4], Shape.of(1, 2, 2), new float[4])));
        }
    }

    @Test
    void aNetworkForInferenceIsRefused() {
        try (Network network = Network.inference(classifier(), Shape.of(4), backend, 4)) {
            long before = backend.allocatedBytes();
            refuses(
                    () -> trainer(network, new Sgd(0.1)).train(Samples.clouds(5, 4, 3, 1)),
                    "built for inference",
                    "Network.training");
            assertEquals(before, backend.allocatedBytes());
        }
    }

    @Test
    void normalizationIsPerChannel() {
        Dataset data = Samples.images(4, 2, 3, 1);
        try (Network network =
                Network.training(Sequential.of(new Flatten(), new Dense(3)), Shape.of(2, 5, 5), backend, 4, 1)) {
            new Trainer(network, new SoftmaxCrossEntropy(), new Sgd(STANDSTILL))
                    .shuffle(false)
                    .normalization(new Normalization(new float[] {0.5f, 2}, new float[] {1, -3}))
                    .train(data);
            float[] found = new float[4 * 50];
            backend.download(network.in().value(), found, found.length);
            float[] expected = new float[found.length];
            for (int i = 0; i < found.length; i++) {
                int pixel = data.bytes()[i] & 0xFF;
                expected[i] = i / 25 % 2 == 0 ? 0.5f * pixel + 1 : 2 * pixel - 3;
            }
            assertArrayEquals(expected, found);
        }
    }
}
