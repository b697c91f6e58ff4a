package io.gabor.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.nn.Network;
import java.util.Iterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engines are given the same nets. */
final class SameNetTest {
    private static final int BATCH = 4;

    @ParameterizedTest
    @ValueSource(strings = {"lenet-train-64", "vgg-train-64"})
    void djlComputesWhatGaborComputes(String name) {
        Work work = Work.byName(name);
        float[] images = Samples.of(work).batch(0, BATCH);
        int[] dims = work.net().sampleShape().dims();
        Shape shape = new Shape(BATCH, dims[0], dims[1], dims[2]);
        try (Backend backend = Backends.select("reference");
                NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
            Network network = Network.training(work.net().layers(), work.net().sampleShape(), backend, BATCH, 1);
            SequentialBlock layers = DjlPeer.layers(work.model());
            layers.initialize(manager, DataType.FLOAT32, shape);
            Iterator<float[]> weights = network.weights().values().iterator();
            for (Parameter parameter : layers.getParameters().values()) {
                NDArray array = parameter.getArray();
                manager.create(weights.next(), array.getShape()).copyTo(array);
            }
            NDArray scores = layers.forward(
                            new ParameterStore(manager, false), new NDList(manager.create(images, shape)), false)
                    .singletonOrThrow();
            assertArrayEquals(network.infer(images), scores.toFloatArray(), 1e-4f);
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
