package io.gabor.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.model.Recipe;
import io.gabor.nn.Network;
import io.gabor.train.History;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engines are given the same nets and the same steps. */
final class SameNetTest {
    private static final int BATCH = 16;
    private static final int STEPS = 4;

    @ParameterizedTest
    @ValueSource(strings = {"lenet-train-64", "vgg-train-64", "vgg-bn-train-64"})
    void djlTrainsAsGaborTrains(String name) {
        Work work = Work.byName(name);
        Samples samples = Samples.of(work);
        int[] dims = work.net().sampleShape().dims();
        Shape shape = new Shape(BATCH, dims[0], dims[1], dims[2]);
        try (Backend backend = Backends.select("cpu");
                Model model = Model.newInstance(name, "PyTorch")) {
            Network network = Network.training(work.net().layers(), work.net().sampleShape(), backend, BATCH, 1);
            NDManager manager = model.getNDManager();
            SequentialBlock layers = DjlPeer.layers(work.model());
            model.setBlock(layers);
            layers.initialize(manager, DataType.FLOAT32, shape);
            Iterator<float[]> weights = network.weights().values().iterator();
            for (Parameter parameter : layers.getParameters().values()) {
                NDArray array = parameter.getArray();
                manager.create(weights.next(), array.getShape()).copyTo(array);
            }
            NDArray first = manager.create(samples.batch(0, BATCH), shape);
            NDArray scores = layers.forward(new ParameterStore(manager, false), new NDList(first), false)
                    .singletonOrThrow();
            assertArrayEquals(network.infer(samples.batch(0, BATCH)), scores.toFloatArray(), 1e-4f);

            double[] expected = new double[STEPS];
            double[] found = new double[STEPS];
            try (Trainer trainer = DjlPeer.trainer(model)) {
                trainer.initialize(shape);
                for (int i = 0; i < STEPS; i++) {
                    long[] labels = IntStream.of(samples.labels(i, BATCH))
                            .asLongStream()
                            .toArray();
                    NDArray batch = manager.create(samples.batch(i, BATCH), shape);
                    found[i] = DjlPeer.step(trainer, batch, manager.create(labels), true);
                }
            }
            losses(network, work, samples, expected);
            String both = "Gabor's losses " + Arrays.toString(expected) + ", DJL's " + Arrays.toString(found);
            for (int i = 0; i < STEPS; i++) {
                // Adam's first steps follow the sign of a gradient, however small: rounding shows early.
                assertEquals(1, found[i] / expected[i], 1e-2, both);
            }
        }
    }

    /** Trains on the first batches in order, and writes the loss of each. */
    private static void losses(Network network, Work work, Samples samples, double[] losses) {
        Recipe recipe = work.net().recipe();
        double[] sums = new double[STEPS + 1];
        Map<String, float[]> initial = network.weights();
        for (int steps = 1; steps <= STEPS; steps++) {
            network.load(initial);
            History history = new io.gabor.train.Trainer(network, recipe.loss(), recipe.createOptimizer())
                    .normalization(samples.normalization())
                    .shuffle(false)
                    .train(samples.data().first(steps * BATCH));
            sums[steps] = steps * history.last().loss();
            losses[steps - 1] = sums[steps] - sums[steps - 1];
        }
    }

    @Test
    void dl4jHasAsManyParametersAsGabor() {
        Work work = Work.byName("lenet-train-64");
        try (Backend backend = Backends.select("reference")) {
            Network network = Network.training(work.net().layers(), work.net().sampleShape(), backend, 1, 1);
            assertEquals(network.parameterCount(), Dl4jPeer.lenet().numParams());
        }
    }
}
