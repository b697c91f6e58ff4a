package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendProvider;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.data.Shuffle;
import io.gabor.data.Split;
import io.gabor.data.TestData;
import io.gabor.model.Model;
import io.gabor.model.Models;
import io.gabor.model.Xor;
import io.gabor.nn.AvgPool2d;
import io.gabor.nn.BinaryCrossEntropy;
import io.gabor.nn.BinaryCrossEntropyWithLogits;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.GlobalAvgPool2d;
import io.gabor.nn.Layer;
import io.gabor.nn.LeakyReLU;
import io.gabor.nn.Loss;
import io.gabor.nn.MaxPool2d;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Reshape;
import io.gabor.nn.Residual;
import io.gabor.nn.Sequential;
import io.gabor.nn.Sigmoid;
import io.gabor.nn.Softmax;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.optim.OptimizerState;
import io.gabor.tensor.Padding;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole nets on {@code cuda}, {@code cpu} and {@code reference}: the same first step, the same training, the same answers. */
class CudaParityTest {
    private static final long SEED = 11;
    private static final int STEPS = 100;
    /** How far two trainings in float may drift apart in that many steps, relative to the loss. */
    private static final double DRIFT = 1e-3;

    private static Backend cuda;
    private static Backend cpu;
    private static Backend reference;

    @BeforeAll
    static void open() {
        Optional<BackendProvider> provider = Backends.providers().stream()
                .filter(each -> each.name().equals("cuda"))
                .findFirst();
        BackendProvider.Availability found = provider.orElseThrow().probe();
        assumeTrue(found.usable(), () -> "cuda cannot run here: " + found.detail() + "; " + found.remedy());
        cuda = Backends.select("cuda");
        cpu = Backends.select("cpu");
        reference = Backends.select("reference");
    }

    @AfterAll
    static void close() {
        for (Backend backend : new Backend[] {cuda, cpu, reference}) {
            if (backend != null) {
                backend.close();
            }
        }
    }

    static Stream<String> models() {
        return Models.all().stream().map(Model::name);
    }

    private static Dataset data(Model model, int samples) {
        if (model.recipe().dataset().equals(Xor.NAME)) {
            return Xor.dataset();
        }
        return model.recipe()
                .select(TestData.train(Math.max(samples, 1000)), Split.TRAIN)
                .first(samples);
    }

    private static void assertSame(List<ParityCheck.Row> rows) {
        for (ParityCheck.Row row : rows) {
            assertTrue(row.passed(), row.toString());
        }
    }

    private static void assertFirstStep(
            Supplier<? extends Layer> layers, Dataset data, Normalization normalization, Loss loss) {
        int batch = data.size();
        assertSame(ParityCheck.run(reference, cuda, layers, data, normalization, loss, batch, SEED));
        assertSame(ParityCheck.run(cpu, cuda, layers, data, normalization, loss, batch, SEED));
    }

    @ParameterizedTest
    @MethodSource("models")
    void theFirstStepOfEachModel(String name) {
        Model model = Models.byName(name);
        assertFirstStep(
                model::layers,
                data(model, model.recipe().dataset().equals(Xor.NAME) ? 4 : 64),
                model.recipe().normalization(),
                model.recipe().loss());
    }

    /** Every layer type that no model has, and every loss. */
    @Test
    void theFirstStepOfEveryOtherLayer() {
        Dataset data = TestData.train(17);
        Normalization normalization = Normalization.CENTERED;
        assertFirstStep(
                () -> Sequential.of(
                        new Conv2d(6, 3).stride(2).padding(Padding.SAME),
                        new LeakyReLU(),
                        Residual.of(new Conv2d(6, 3).padding(1).groups(2), new Tanh()),
                        new AvgPool2d(3).stride(2).padding(Padding.of(1)),
                        new Conv2d(8, 1),
                        new ReLU(),
                        new GlobalAvgPool2d(),
                        new Flatten(),
                        new Dense(10)),
                data,
                normalization,
                new SoftmaxCrossEntropy());
        assertFirstStep(
                () -> Sequential.of(
                        new Conv2d(4, 5).dilation(2).bias(Bias.PER_PIXEL),
                        new Sigmoid(),
                        new MaxPool2d(3).stride(2),
                        new Reshape(4 * 9 * 9),
                        new Dense(10),
                        new Softmax()),
                data,
                normalization,
                new MeanSquaredError());
        for (Loss loss : List.of(new BinaryCrossEntropy(), new BinaryCrossEntropyWithLogits())) {
            assertFirstStep(
                    () -> Sequential.of(new Conv2d(4, 7).stride(3), new Flatten(), new Dense(10), new Sigmoid()),
                    data,
                    normalization,
                    loss);
        }
    }

    /** Trains for {@link #STEPS} steps as the model's recipe says; returns the loss of each, and the parameters. */
    private static float[] train(Backend backend, Model model, int batch, Map<String, float[]>[] weights) {
        Dataset data = data(model, 1000);
        try (Network network = Network.training(model.layers(), data.sampleShape(), backend, batch, SEED);
                DeviceDataset onDevice = new DeviceDataset(
                        network, model.recipe().loss(), data, model.recipe().normalization());
                OptimizerState state = model.recipe().createOptimizer().attach(network);
                TrainingStep step = new TrainingStep(network, model.recipe().loss(), state, onDevice, batch)) {
            int perEpoch = data.size() / batch;
            for (int i = 0; i < STEPS; i++) {
                if (i % perEpoch == 0) {
                    onDevice.start(Shuffle.order(data.size(), SEED, i / perEpoch));
                }
                step.run(batch);
            }
            weights[0] = network.weights();
            return Arrays.copyOfRange(step.readLosses().clone(), 1, STEPS + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theLossOfEachOfAHundredSteps(String name) {
        Model model = Models.byName(name);
        int batch = model.recipe().batch();
        @SuppressWarnings("unchecked")
        Map<String, float[]>[] weights = new Map[1];
        long start = System.nanoTime();
        float[] expected = train(cpu, model, batch, weights);
        long between = System.nanoTime();
        float[] found = train(cuda, model, batch, weights);
        double worst = 0;
        for (int i = 0; i < STEPS; i++) {
            double error = Math.abs(found[i] - expected[i]) / Math.abs(expected[i]);
            assertTrue(
                    error <= DRIFT, "step " + (i + 1) + ": " + found[i] + ", expected " + expected[i] + ": " + error);
            worst = Math.max(worst, error);
        }
        System.out.printf(
                "%s: %d steps of batch %d, worst relative error of the loss %.1e; %.1f s on cpu, %.1f s on %s%n",
                name, STEPS, batch, worst, (between - start) / 1e9, (System.nanoTime() - between) / 1e9, cuda.device());
        if (name.equals("lenet")) {
            assertTrue(found[STEPS - 1] < found[0] / 2, "it learns: " + Arrays.toString(found));
            assertSamePredictions(model, weights[0]);
        }
    }

    private static void assertSamePredictions(Model model, Map<String, float[]> weights) {
        Dataset test = TestData.test(1000);
        int[] right = predictions(reference, model, weights, test);
        assertArrayEquals(right, predictions(cpu, model, weights, test));
        assertArrayEquals(right, predictions(cuda, model, weights, test));
        assertEquals(10, Arrays.stream(right).distinct().count());
    }

    private static int[] predictions(Backend backend, Model model, Map<String, float[]> weights, Dataset test) {
        try (Network network = Network.inference(model.layers(), test.sampleShape(), backend, 100)) {
            network.load(weights);
            float[] probabilities = new Tester(network, model.recipe().loss())
                    .normalization(model.recipe().normalization())
                    .probabilities(test);
            int classes = probabilities.length / test.size();
            int[] best = new int[test.size()];
            for (int i = 0; i < best.length; i++) {
                for (int c = 1; c < classes; c++) {
                    if (probabilities[i * classes + c] > probabilities[i * classes + best[i]]) {
                        best[i] = c;
                    }
                }
            }
            return best;
        }
    }
}
