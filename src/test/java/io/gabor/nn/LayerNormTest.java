package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layer normalisation as a layer: PyTorch's names, shapes and numbers, and that samples do not meet. */
final class LayerNormTest {
    private static final Shape IMAGE = Shape.of(2, 3, 4);

    /** As torch.nn.LayerNorm([2, 3, 4]): a weight and a bias for each value of a sample. */
    @Test
    void parametersHaveTheShapeOfASample() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new LayerNorm(), IMAGE, backend, 2, 1)) {
            assertEquals(
                    List.of("layer_norm1.weight", "layer_norm1.bias"),
                    network.parameters().stream().map(Parameter::name).toList());
            assertEquals(IMAGE, network.parameters().get(0).shape());
            assertEquals(new LayerNorm().parameterShapes(IMAGE).get("bias"), IMAGE);
            float[] ones = new float[IMAGE.size()];
            Arrays.fill(ones, 1f);
            assertArrayEquals(ones, network.weights().get("layer_norm1.weight"));
            assertArrayEquals(new float[IMAGE.size()], network.weights().get("layer_norm1.bias"));
        }
    }

    /** Mean 3, variance 14/4: by hand. */
    @Test
    void aSampleHasMeanZeroAndDeviationOne() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new LayerNorm(), Shape.of(4), backend, 1, 1)) {
            double deviation = Math.sqrt(3.5 + 1e-5);
            float[] y = network.infer(new float[] {1, 2, 3, 6});
            double[] expected = {-2 / deviation, -1 / deviation, 0, 3 / deviation};
            for (int i = 0; i < 4; i++) {
                assertEquals(expected[i], y[i], 1e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void aSampleDoesNotDependOnItsNeighbours(String name) {
        try (Backend backend = Backends.select(name);
                Network network = Network.inference(
                        Sequential.of(new Conv2d(3, 3), new LayerNorm(), new ReLU()), Shape.of(1, 8, 8), backend, 64)) {
            float[] one = new float[64];
            for (int i = 0; i < one.length; i++) {
                one[i] = (float) Math.sin(i);
            }
            float[] alone = network.infer(one);
            float[] three = new float[3 * 64];
            Arrays.fill(three, 0.7f);
            System.arraycopy(one, 0, three, 64, 64);
            float[] among = network.infer(three);
            assertArrayEquals(alone, Arrays.copyOfRange(among, alone.length, 2 * alone.length), 1e-6f);
        }
    }

    @Test
    void withoutAffineThereIsNothingToLearn() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new LayerNorm().affine(false), IMAGE, backend, 2, 1)) {
            assertEquals(List.of(), network.parameters());
        }
        assertEquals(0, new LayerNorm().affine(false).parameterShapes(IMAGE).size());
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LayerNorm().epsilon(0));
        assertThrows(IllegalArgumentException.class, () -> new LayerNorm().epsilon(Double.NaN));
    }
}
