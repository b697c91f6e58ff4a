package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gabor.backend.Activation;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A network gives the same results whether activations are fused into the layers in front of them or not. */
final class FusionTest {
    @TestFactory
    Stream<DynamicTest> fusedAndUnfusedAgree() {
        return IntStream.rangeClosed(1, 30).mapToObj(seed -> {
            RandomLayers.Case drawn = new RandomLayers(seed).network(true);
            return dynamicTest(drawn.toString(), () -> agree(drawn, seed));
        });
    }

    private static void agree(RandomLayers.Case drawn, long seed) {
        Layer copy = RandomLayers.copy(drawn.layer());
        try (LayerRun fused = new LayerRun(drawn.layer(), drawn.sample(), 2, true, true, seed);
                LayerRun unfused = new LayerRun(copy, drawn.sample(), 2, false, true, seed)) {
            double[] y = fused.forward();
            assertArrayEquals(unfused.forward(), y, 1e-13);
            double[] dy = LayerRun.normal(y.length, new Philox(seed, 8));
            fused.backward(dy);
            unfused.backward(dy);
            assertArrayEquals(
                    unfused.get(unfused.in().gradient()), fused.get(fused.in().gradient()), 1e-13);
            for (Parameter parameter : fused.layer().parameters()) {
                double[] expected =
                        unfused.get(unfused.parameter(parameter.name()).gradient());
                assertArrayEquals(expected, fused.get(parameter.gradient()), 1e-12, parameter.name());
            }
        }
    }

    @Test
    void anActivationDirectlyBehindAWeightedLayerIsFused() {
        Dense dense = new Dense(2);
        Tanh tanh = new Tanh();
        try (LayerRun run = new LayerRun(Sequential.of(dense, tanh), Shape.of(3), 1, true, false, 1)) {
            assertEquals(Activation.TANH, dense.fusedActivation());
            assertTrue(tanh.isFused());
            assertSame(dense.out(), run.out());
        }
    }

    @Test
    void anActivationBehindAnythingElseIsNot() {
        ReLU behindPooling = new ReLU();
        ReLU behindActivation = new ReLU();
        ReLU behindResidual = new ReLU();
        Layer layers = Sequential.of(
                new MaxPool2d(2),
                behindPooling,
                new Conv2d(1, 1),
                new Tanh(),
                behindActivation,
                Residual.of(new Conv2d(1, 1)),
                behindResidual);
        try (LayerRun run = new LayerRun(layers, Shape.of(1, 4, 4), 1, true, false, 1)) {
            assertFalse(behindPooling.isFused());
            assertFalse(behindActivation.isFused());
            assertFalse(behindResidual.isFused());
            assertEquals(4, run.forward().length);
        }
    }

    @Test
    void anUnfusedNetworkKeepsTheValuesInFrontOfEveryActivation() {
        Dense dense = new Dense(2);
        ReLU relu = new ReLU();
        try (LayerRun run = new LayerRun(Sequential.of(dense, relu), Shape.of(1), 1, false, false, 1)) {
            run.set(run.parameter("dense1.weight").value(), 2, -3);
            run.set(run.parameter("dense1.bias").value(), 0, 0);
            run.set(run.in().value(), 1);
            assertArrayEquals(new double[] {2, 0}, run.forward());
            assertArrayEquals(new double[] {2, -3}, run.get(dense.out().value()));
        }
    }
}
