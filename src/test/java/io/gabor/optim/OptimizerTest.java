package io.gabor.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.nn.Sequential;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule step by step against a plain statement of it in double, on every backend that can run here. */
final class OptimizerTest {
    private static final int STEPS = 40;

    /** One number under one rule: PyTorch's definitions, written down once more. */
    private interface Rule {
        double next(double p, double g, double rate);
    }

    private interface Rules {
        Rule start();
    }

    private record Case(String name, Optimizer optimizer, Rules rules) {}

    private static Rules sgd(double momentum, boolean nesterov, double decay) {
        return () -> new Rule() {
            private double buffer;

            @Override
            public double next(double p, double gradient, double rate) {
                double g = gradient + decay * p;
                if (momentum == 0) {
                    return p - rate * g;
                }
                buffer = momentum * buffer + g;
                return p - rate * (nesterov ? g + momentum * buffer : buffer);
            }
        };
    }

    private static Rules adam(double beta1, double beta2, double epsilon, double decay, boolean decoupled) {
        return () -> new Rule() {
            private double mean;
            private double square;
            private int t;

            @Override
            public double next(double start, double gradient, double rate) {
                t++;
                double p = decoupled ? start * (1 - rate * decay) : start;
                double g = decoupled ? gradient : gradient + decay * start;
                mean += (1 - beta1) * (g - mean);
                square = beta2 * square + (1 - beta2) * g * g;
                double unbiasedMean = mean / (1 - Math.pow(beta1, t));
                double unbiasedSquare = square / (1 - Math.pow(beta2, t));
                return p - rate * unbiasedMean / (Math.sqrt(unbiasedSquare) + epsilon);
            }
        };
    }

    /** {@code torch.optim.RMSprop}, not centred. */
    private static Rules rmsProp(double alpha, double epsilon, double momentum, double decay) {
        return () -> new Rule() {
            private double square;
            private double buffer;

            @Override
            public double next(double p, double gradient, double rate) {
                double g = gradient + decay * p;
                square += (1 - alpha) * (g * g - square);
                double direction = g / (Math.sqrt(square) + epsilon);
                buffer = momentum * buffer + direction;
                return p - rate * (momentum == 0 ? direction : buffer);
            }
        };
    }

    /** {@code torch.optim.Adagrad} with {@code lr_decay=0}. */
    private static Rules adagrad(double epsilon, double decay) {
        return () -> new Rule() {
            private double sum;

            @Override
            public double next(double p, double gradient, double rate) {
                double g = gradient + decay * p;
                sum += g * g;
                return p - rate * g / (Math.sqrt(sum) + epsilon);
            }
        };
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case("SGD", new Sgd(0.1), sgd(0, false, 0)),
                new Case("SGD with weight decay", new Sgd(0.1, 0, false, 0.05), sgd(0, false, 0.05)),
                new Case("momentum", new Sgd(0.02, 0.9, false, 0), sgd(0.9, false, 0)),
                new Case("momentum with weight decay", new Sgd(0.02, 0.8, false, 0.1), sgd(0.8, false, 0.1)),
                new Case("Nesterov", new Sgd(0.02, 0.9, true, 0), sgd(0.9, true, 0)),
                new Case("Nesterov with weight decay", new Sgd(0.02, 0.5, true, 0.1), sgd(0.5, true, 0.1)),
                new Case("Adam", new Adam(0.01), adam(0.9, 0.999, 1e-8, 0, false)),
                new Case("Adam, other constants", new Adam(0.1, 0.7, 0.9, 1e-2, 0), adam(0.7, 0.9, 1e-2, 0, false)),
                new Case(
                        "Adam with weight decay",
                        new Adam(0.01, 0.9, 0.99, 1e-8, 0.3),
                        adam(0.9, 0.99, 1e-8, 0.3, false)),
                new Case("AdamW", new AdamW(0.01), adam(0.9, 0.999, 1e-8, 0.01, true)),
                new Case(
                        "AdamW, other constants", new AdamW(0.1, 0.5, 0.9, 1e-3, 0.5), adam(0.5, 0.9, 1e-3, 0.5, true)),
                new Case("RMSProp", new RmsProp(0.01), rmsProp(0.99, 1e-8, 0, 0)),
                new Case(
                        "RMSProp, other constants",
                        new RmsProp(0.01, 0.9, 1e-2, 0.8, 0.3),
                        rmsProp(0.9, 1e-2, 0.8, 0.3)),
                new Case("Adagrad", new Adagrad(0.1), adagrad(1e-10, 0)),
                new Case("Adagrad, other constants", new Adagrad(0.1, 0.1, 0.3), adagrad(0.1, 0.3)),
                new Case("another weight decay", new AdamW(0.01).weightDecay(0.3), adam(0.9, 0.999, 1e-8, 0.3, true)),
                new Case("by name: rmsprop", Optimizers.create("rmsprop", 0.01), rmsProp(0.99, 1e-8, 0, 0)),
                new Case("by name: adagrad", Optimizers.create("adagrad", 0.1), adagrad(1e-10, 0)),
                new Case("by name: sgd", Optimizers.create("sgd", 0.1), sgd(0, false, 0)),
                new Case("by name: momentum", Optimizers.create("momentum", 0.02), sgd(0.9, false, 0)),
                new Case("by name: nesterov", Optimizers.create("nesterov", 0.02), sgd(0.9, true, 0)),
                new Case("by name: adam", Optimizers.create("adam", 0.01), adam(0.9, 0.999, 1e-8, 0, false)),
                new Case("by name: adamw", Optimizers.create("adamw", 0.01), adam(0.9, 0.999, 1e-8, 0.01, true)));
    }

    @TestFactory
    Stream<DynamicTest> followsItsDefinitionStepByStep() {
        return Backends.providers().stream()
                .filter(provider -> provider.probe().usable())
                .flatMap(provider -> cases().map(one ->
                        dynamicTest(provider.name() + ": " + one.name, () -> follow(provider.name(), one))));
    }

    private static void follow(String backendName, Case one) {
        // The reference is exact but for the rate, which is a float; the others compute in float and drift a little.
        double tolerance = backendName.equals("reference") ? 1e-12 : 2e-5;
        try (Backend backend = Backends.select(backendName);
                Network network = network(backend);
                OptimizerState state = one.optimizer.attach(network)) {
            Philox random = new Philox(8, 8);
            List<Parameter> parameters = network.parameters();
            double[][] expected = new double[parameters.size()][];
            Rule[][] rules = new Rule[parameters.size()][];
            for (int k = 0; k < expected.length; k++) {
                int size = parameters.get(k).value().size();
                expected[k] = download(backend, parameters.get(k));
                rules[k] = Stream.generate(one.rules::start).limit(size).toArray(Rule[]::new);
            }
            for (int step = 1; step <= STEPS; step++) {
                double rate = one.optimizer.rate();
                if (step > STEPS / 2) {
                    rate /= 2;
                    state.setRate(rate);
                }
                for (int k = 0; k < expected.length; k++) {
                    float[] gradient = new float[expected[k].length];
                    for (int i = 0; i < gradient.length; i++) {
                        gradient[i] = (float) random.nextGaussian();
                        expected[k][i] = rules[k][i].next(expected[k][i], gradient[i], (float) rate);
                    }
                    backend.upload(gradient, gradient.length, parameters.get(k).gradient());
                }
                state.step();
                for (int k = 0; k < expected.length; k++) {
                    assertArrayEquals(
                            expected[k],
                            download(backend, parameters.get(k)),
                            tolerance,
                            parameters.get(k).name() + " after step " + step);
                }
            }
            int[] counted = new int[1];
            backend.download(state.stepCounter(), counted, 1);
            assertEquals(STEPS, counted[0]);
        }
    }

    /** Two groups: weights under decay, biases without. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void biasesCanBeSparedTheDecay(String name) {
        try (Backend backend = Backends.select(name);
                Network network = Network.training(
                        Sequential.of(new Conv2d(2, 2).bias(Bias.PER_PIXEL), new Flatten(), new Dense(3)),
                        Shape.of(1, 3, 3),
                        backend,
                        1,
                        2);
                OptimizerState state =
                        new Sgd(0.5).weightDecay(0.5).decayWeightsOnly().attach(network)) {
            for (Parameter parameter : network.parameters()) {
                backend.fill(parameter.value(), 8);
                backend.fill(parameter.gradient(), 2);
            }
            state.step();
            for (Parameter parameter : network.parameters()) {
                double expected = parameter.name().endsWith("bias") ? 8 - 0.5 * 2 : 8 - 0.5 * (2 + 0.5 * 8);
                for (double value : download(backend, parameter)) {
                    assertEquals(expected, value, 1e-6, parameter.name());
                }
            }
        }
    }

    private static Network network(Backend backend) {
        return Network.training(Sequential.of(new Dense(7), new Dense(3)), Shape.of(5), backend, 1, 2);
    }

    private static double[] download(Backend backend, Parameter parameter) {
        double[] values = new double[parameter.value().size()];
        backend.download(parameter.value(), values, values.length);
        return values;
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void itsStateIsReleased(String name) {
        try (Backend backend = Backends.select(name);
                Network network = network(backend)) {
            long before = backend.allocatedBytes();
            OptimizerState state = new Adam(0.1).attach(network);
            assertEquals(2 * network.parameters().size(), state.tensors().size());
            assertTrue(backend.allocatedBytes() >= before + 2 * 4 * network.parameterCount());
            state.step();
            state.close();
            assertEquals(before, backend.allocatedBytes());
        }
    }

    @Test
    void aNetworkForInferenceIsRefusedAndNothingIsKept() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.inference(new Dense(2), Shape.of(2), backend, 1)) {
            long before = backend.allocatedBytes();
            assertTrue(assertThrows(IllegalArgumentException.class, () -> new Adam(0.1).attach(network))
                    .getMessage()
                    .contains("Network.training"));
            assertEquals(before, backend.allocatedBytes());
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "NaN", "Infinity"})
    void aRateMustBeFiniteAndAboveZero(double rate) {
        for (String name : Optimizers.names()) {
            assertThrows(IllegalArgumentException.class, () -> Optimizers.create(name, rate));
        }
    }

    @Test
    void constantsOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0.1, 1, false, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0.1, -0.1, false, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0.1, 0, true, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0.1, 0, false, -1));
        assertThrows(IllegalArgumentException.class, () -> new Adam(0.1, 1, 0.9, 1e-8, 0));
        assertThrows(IllegalArgumentException.class, () -> new Adam(0.1, 0.9, Double.NaN, 1e-8, 0));
        assertThrows(IllegalArgumentException.class, () -> new AdamW(0.1, 0.9, 0.9, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new RmsProp(0.1, 1, 1e-8, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new RmsProp(0.1, 0.9, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new RmsProp(0.1, 0.9, 1e-8, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Adagrad(0.1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Adagrad(0.1, 1e-8, -1));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(0.1).weightDecay(Double.NaN));
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertEquals(
                "there is no optimizer 'lion'; there are sgd, momentum, nesterov, adam, adamw, rmsprop, adagrad",
                assertThrows(IllegalArgumentException.class, () -> Optimizers.create("lion", 1))
                        .getMessage());
    }
}
