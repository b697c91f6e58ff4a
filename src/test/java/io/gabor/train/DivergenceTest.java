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
import io.gabor.data.Shuffle;
import io.gabor.nn.BatchNorm1d;
import io.gabor.nn.Dense;
import io.gabor.nn.Dropout;
import io.gabor.nn.Layer;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.nn.ReLU;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.optim.Adam;
import io.gabor.optim.Optimizer;
import io.gabor.optim.OptimizerState;
import io.gabor.optim.Rates;
import io.gabor.optim.Schedule;
import io.gabor.optim.Sgd;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that leaves the finite numbers stops, says where and when, and leaves the last finite parameters. */
final class DivergenceTest {
    private static final Supplier<Layer> DEEP =
            () -> Sequential.of(new Dense(5), new ReLU(), new Dense(4), new Dense(1));
    /** Its running statistics change in every step, also in the one that is not finite. */
    private static final Supplier<Layer> NORMALIZED =
            () -> Sequential.of(new Dense(5), new BatchNorm1d(), new ReLU(), new Dense(4), new Dense(1));

    /** Draws a mask in every step, and the search has to meet the same ones. */
    private static final Supplier<Layer> DROPPING = () ->
            Sequential.of(new Dense(8), new Dropout(0.3), new ReLU(), new Dense(4), new Dropout(0.3), new Dense(1));

    private static final Supplier<Layer> LINEAR = () -> new Dense(1).bias(false);

    /** A run that diverges. */
    private record Run(
            String name,
            Supplier<Layer> layers,
            Optimizer optimizer,
            Schedule schedule,
            int samples,
            int batch,
            int epochs) {
        Dataset data() {
            Philox random = new Philox(samples, batch);
            float[] pairs = new float[2 * samples];
            for (int i = 0; i < pairs.length; i++) {
                pairs[i] = (float) random.nextGaussian();
            }
            return Samples.pairs(pairs);
        }

        Network network(Backend backend) {
            return Network.training(layers.get(), Shape.of(1), backend, batch, 4);
        }
    }

    private static Stream<Run> runs() {
        return Stream.of(
                new Run("at once", DEEP, new Sgd(1e30), Schedule.CONSTANT, 10, 4, 3),
                new Run("in the first update", LINEAR, new Sgd(3e38), Schedule.CONSTANT, 10, 4, 3),
                new Run("after a while", DEEP, new Sgd(3), Schedule.CONSTANT, 10, 4, 100),
                new Run("with momentum", DEEP, new Sgd(2, 0.9, true, 0), Schedule.CONSTANT, 11, 4, 100),
                new Run("with running statistics", NORMALIZED, new Sgd(3), Schedule.CONSTANT, 10, 4, 100),
                new Run("with masks", DROPPING, new Sgd(3), Schedule.CONSTANT, 10, 4, 100),
                new Run("slowly, over epochs", LINEAR, new Sgd(1.4), Schedule.CONSTANT, 11, 4, 300),
                new Run("after many steps of one epoch", LINEAR, new Sgd(1.4), Schedule.CONSTANT, 5000, 4, 2),
                new Run("while the rate sinks", LINEAR, new Sgd(1.7), Schedule.COSINE, 4000, 4, 1),
                new Run("while Adam's rate sinks", DEEP, new Adam(1e37), Schedule.COSINE, 50, 4, 3));
    }

    /** What was not finite first, found by looking at everything in every step. */
    private record Found(long step, String layer, Map<String, float[]> before) {}

    private static Found lookAtEverything(Run run, Backend backend) {
        Dataset data = run.data();
        int stepsPerEpoch = (run.samples + run.batch - 1) / run.batch;
        Rates rates = run.schedule.start(run.optimizer.rate(), stepsPerEpoch, (long) stepsPerEpoch * run.epochs);
        Tensor target = backend.allocate(Shape.of(run.batch, 1));
        Tensor loss = backend.allocate(Shape.of(1));
        long step = 0;
        try (Network network = run.network(backend);
                OptimizerState state = run.optimizer.attach(network)) {
            for (int epoch = 1; epoch <= run.epochs; epoch++) {
                int[] order = Shuffle.order(run.samples, 6, epoch);
                for (int seen = 0; seen < run.samples; seen += run.batch) {
                    int n = Math.min(run.batch, run.samples - seen);
                    float[] x = new float[n];
                    float[] t = new float[n];
                    for (int i = 0; i < n; i++) {
                        x[i] = data.floats()[order[seen + i]];
                        t[i] = data.targets()[order[seen + i]];
                    }
                    Map<String, float[]> before = network.weights();
                    backend.upload(x, n, network.in().value());
                    backend.upload(t, n, target);
                    state.setRate(rates.at(step));
                    step++;
                    network.forward(n, Mode.TRAIN);
                    Tensor output = network.out().value();
                    new MeanSquaredError()
                            .compute(
                                    backend,
                                    n,
                                    output,
                                    target,
                                    loss,
                                    network.out().gradient());
                    String layer = firstOutput(backend, network, n);
                    if (layer == null && !finite(backend, loss, 1)) {
                        layer = "the loss";
                    }
                    if (layer == null) {
                        network.backward(n);
                        layer = lastGradient(backend, network, n);
                    }
                    if (layer == null) {
                        state.step();
                        layer = firstParameter(backend, network);
                    }
                    if (layer != null) {
                        return new Found(step, layer, before);
                    }
                }
            }
            throw new AssertionError("this run does not diverge");
        } finally {
            backend.release(target);
            backend.release(loss);
        }
    }

    private static String firstOutput(Backend backend, Network network, int n) {
        for (Layer layer : network.leaves()) {
            if (!finite(backend, layer.out().value(), n * layer.out().sampleSize())) {
                return layer.name();
            }
        }
        return null;
    }

    /** The backward pass comes from behind. */
    private static String lastGradient(Backend backend, Network network, int n) {
        for (int i = network.leaves().size() - 1; i >= 0; i--) {
            Layer layer = network.leaves().get(i);
            boolean good =
                    finite(backend, layer.out().gradient(), n * layer.out().sampleSize());
            for (Parameter parameter : layer.parameters()) {
                good &= finite(
                        backend, parameter.gradient(), parameter.gradient().size());
            }
            if (!good) {
                return layer.name();
            }
        }
        return null;
    }

    private static String firstParameter(Backend backend, Network network) {
        for (Parameter parameter : network.parameters()) {
            if (!finite(backend, parameter.value(), parameter.value().size())) {
                return parameter.name().substring(0, parameter.name().lastIndexOf('.'));
            }
        }
        return null;
    }

    private static boolean finite(Backend backend, Tensor tensor, int count) {
        float[] values = new float[count];
        backend.download(tensor, values, count);
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static LongSupplier ticks(long nanos) {
        AtomicLong now = new AtomicLong();
        return () -> now.addAndGet(nanos);
    }

    /** Looks seldom, now and then, and after each step with a new checkpoint each time: it must make no difference. */
    @TestFactory
    Stream<DynamicTest> namesTheStepAndTheLayerThatAnIndependentLookFinds() {
        return EachBackend.names()
                .flatMap(name -> runs().flatMap(run -> Stream.of(0L, 30_000_000L, 3_000_000_000L)
                        .map(tick -> dynamicTest(
                                name + ", " + run.name + ", a step takes " + tick / 1_000_000 + " ms",
                                () -> check(name, run, ticks(tick))))));
    }

    private static void check(String backendName, Run run, LongSupplier clock) {
        try (Backend backend = Backends.select(backendName)) {
            Found expected = lookAtEverything(run, backend);
            try (Network network = run.network(backend)) {
                long before = backend.allocatedBytes();
                NonFiniteException found = assertThrows(
                        NonFiniteException.class,
                        () -> new Trainer(network, new MeanSquaredError(), run.optimizer)
                                .normalization(Normalization.NONE)
                                .schedule(run.schedule)
                                .epochs(run.epochs)
                                .seed(6)
                                .clock(clock)
                                .train(run.data()));
                assertEquals(expected.step, found.step(), found.getMessage());
                assertEquals(expected.layer, found.layer(), found.getMessage());
                assertTrue(found.getMessage().startsWith("training stopped at step " + expected.step + ": "));
                assertTrue(found.getMessage().contains("try a smaller learning rate"));
                network.weights().forEach((name, values) -> assertArrayEquals(expected.before.get(name), values, name));
                assertEquals(before, backend.allocatedBytes());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theSumOfAResidualIsNamed(String name) {
        try (Backend backend = Backends.select(name);
                Network network = Network.training(
                        Sequential.of(Residual.of(new Dense(1).bias(false)), new Dense(1).bias(false)),
                        Shape.of(1),
                        backend,
                        1,
                        1)) {
            network.load(Map.of("residual1.dense1.weight", new float[] {1}, "dense1.weight", new float[] {1}));
            NonFiniteException found = assertThrows(
                    NonFiniteException.class,
                    () -> new Trainer(network, new MeanSquaredError(), new Sgd(1))
                            .normalization(Normalization.NONE)
                            .train(Samples.pairs(3e38f, 0)));
            assertEquals("residual1", found.layer(), found.getMessage());
            assertTrue(found.getMessage().contains("the output of layer residual1 is not finite"), found.getMessage());
        }
    }

    @Test
    void inputsThatAreNotFiniteShowInTheFirstLayer() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(DEEP.get(), Shape.of(1), backend, 1, 1)) {
            NonFiniteException found = assertThrows(
                    NonFiniteException.class,
                    () -> new Trainer(network, new MeanSquaredError(), new Sgd(0.01))
                            .normalization(Normalization.NONE)
                            .shuffle(false)
                            .train(Samples.pairs(1, 1, 1, 1, Float.NaN, 1, 1, 1)));
            assertEquals(3, found.step());
            assertEquals("dense1", found.layer());
            assertEquals(
                    "training stopped at step 3: the output of layer dense1 is not finite (infinite or NaN); the last "
                            + "finite parameters are kept; try a smaller learning rate, check the scale of the inputs, or "
                            + "use another initialiser",
                    found.getMessage());
        }
    }

    @Test
    void theRootIsNamedWhereItIsAResidual() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(Residual.of(new Dense(1).bias(false)), Shape.of(1), backend, 1, 1)) {
            network.load(Map.of("dense1.weight", new float[] {1}));
            NonFiniteException found = assertThrows(
                    NonFiniteException.class,
                    () -> new Trainer(network, new MeanSquaredError(), new Sgd(1))
                            .normalization(Normalization.NONE)
                            .train(Samples.pairs(3e38f, 0)));
            assertEquals("the outermost residual", found.layer());
        }
    }
}
