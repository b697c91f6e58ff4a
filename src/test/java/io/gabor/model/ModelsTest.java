package io.gabor.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.nn.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models by name are the nets that they are said to be. */
final class ModelsTest {
    @ParameterizedTest(name = "{0}: {1} parameters, {2} forward FLOPs")
    @CsvSource({
        "lenet, 431080, 4586000, 10",
        "vgg-small, 1167914, 266092544, 10",
        "mnist-m5, 1128180, 274739200, 10",
        "resnet8, 78042, 25003264, 10",
        "resnet20, 272474, 81626368, 10",
        "airbench94, 1971328, 236294720, 10",
        "airbench-small, 497216, 66132544, 10",
        "airbench-32-128-128, 497216, 66132544, 10",
        "mobilenet-small, 205642, 41735168, 10",
        "digits01, 24887, 80760, 2",
        "digits01-valid, 341727, 737240, 2",
        "conv3x3-softmax, 13602, 124384, 10",
        "mlp-tanh, 31810, 63520, 10",
        "xor, 13, 18, 1"
    })
    void hasItsParametersAndFlops(String name, long parameters, long flops, int outputs) {
        Model model = Models.byName(name);
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(model.layers(), model.sampleShape(), backend, 1, 1)) {
            assertEquals(parameters, network.parameterCount());
            assertEquals(flops, network.forwardFlops());
            assertEquals(outputs, network.out().sampleSize());
            assertEquals(outputs, model.classes());
        }
    }

    @Test
    void hasAsManyOutputsAsAskedFor() {
        for (Model model : Models.all()) {
            assertEquals(7, model.layers(7).outputShape(model.sampleShape()).size(), model.name());
        }
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> Models.byName("alexnet"))
                        .getMessage()
                        .contains(
                                "lenet, vgg-small, mnist-m5, resnet8, resnet20, airbench94, airbench-small, mobilenet-small, digits01, digits01-valid, conv3x3-softmax, mlp-tanh, xor"));
        assertTrue(Models.find("alexnet").isEmpty());
    }
}
