package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A layer belongs to one place in one network; what it is used for elsewhere must not change that network. */
final class LayerReuseTest {
    private static final Shape VECTOR = Shape.of(3);

    private final Backend backend = Backends.select("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    private void refused(Layer layers, String... parts) {
        long before = backend.allocatedBytes();
        IllegalStateException error =
                assertThrows(IllegalStateException.class, () -> Network.training(layers, VECTOR, backend, 1, 1));
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), error.getMessage());
        }
        assertEquals(before, backend.allocatedBytes());
    }

    @Test
    void aLayerOfAnotherNetworkIsRefusedByItsName() {
        Layer shared = new Dense(3).named("shared");
        try (Network first = Network.training(Sequential.of(shared), VECTOR, backend, 1, 1)) {
            refused(Sequential.of(new Tanh(), shared), "shared", "already belongs to a network", "make a new layer");
            assertEquals("shared.weight", first.parameters().get(0).name());
        }
    }

    @Test
    void aWholeNetworkCannotBeBuiltTwice() {
        Layer layers = Sequential.of(new Dense(3));
        try (Network first = Network.training(layers, VECTOR, backend, 1, 1)) {
            refused(layers, "already belongs to a network");
            assertEquals(2, first.parameters().size());
        }
    }

    @Test
    void aLayerInTwoContainersOfOneNetworkIsRefused() {
        Layer shared = new Dense(3).named("shared");
        refused(Sequential.of(shared, Residual.of(new Tanh(), shared)), "shared", "twice");
    }

    @Test
    void aLayerTwiceInOneContainerIsRefused() {
        Layer twice = new Dense(3);
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> Sequential.of(twice, new Tanh(), twice));
        assertTrue(error.getMessage().contains("twice"), error.getMessage());
    }

    @Test
    void anActivationThatIsReusedStaysWhatItIsWhereItBelongs() {
        ReLU relu = new ReLU();
        Layer layers = Sequential.of(new Flatten(), relu);
        try (Network first = Network.training(layers, VECTOR, backend, 1, 1)) {
            refused(Sequential.of(new Dense(3), relu), "relu1");
            assertEquals("relu1", relu.name());
            assertArrayEquals(new float[] {0, 0, 2}, first.infer(new float[] {-1, 0, 2}));
        }
    }
}
