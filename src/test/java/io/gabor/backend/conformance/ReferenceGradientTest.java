package io.gabor.backend.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The reference's own backward passes against central differences of its forward passes, in double: what all other
 * backends are held to must hold by itself. The loss is {@code L = Σ r·y} with random weights r, so that {@code dy = r}.
 */
final class ReferenceGradientTest {
    private static final double STEP = 1e-6;
    private static final double ABSOLUTE = 1e-5;
    private static final double RELATIVE = 1e-3;
    /** So many elements of each tensor are moved. */
    private static final int PROBES = 25;

    /** Runs an op forward and returns the loss. */
    private interface Forward {
        double run();
    }

    private final Backend backend = Backends.select(Conformance.REFERENCE);

    @AfterEach
    void close() {
        backend.close();
    }

    @TestFactory
    Stream<DynamicTest> conv2d() {
        return IntStream.range(0, 60).mapToObj(seed -> {
            Philox random = new Philox(seed, 1);
            ConvGeometry geometry = Geometries.conv(random);
            Epilogue epilogue =
                    new Epilogue(Bias.values()[random.nextInt(3)], Geometries.ACTIVATIONS.get(random.nextInt(5)));
            return DynamicTest.dynamicTest(geometry + ", " + epilogue, () -> {
                try (WeightedOp conv = backend.conv2d(geometry, epilogue, 3)) {
                    checkWeighted(
                            random,
                            conv,
                            epilogue,
                            geometry.inputShape().size(),
                            geometry.weightShape().size(),
                            epilogue.bias() == Bias.NONE
                                    ? 0
                                    : epilogue.bias()
                                            .shape(geometry.outputShape())
                                            .size(),
                            geometry.outputShape().size());
                }
            });
        });
    }

    @TestFactory
    Stream<DynamicTest> dense() {
        return IntStream.range(0, 20).mapToObj(seed -> {
            Philox random = new Philox(seed, 2);
            int in = 1 + random.nextInt(9);
            int out = 1 + random.nextInt(9);
            Epilogue epilogue =
                    new Epilogue(Bias.values()[random.nextInt(3)], Geometries.ACTIVATIONS.get(random.nextInt(5)));
            return DynamicTest.dynamicTest(in + " -> " + out + ", " + epilogue, () -> {
                try (WeightedOp dense = backend.dense(in, out, epilogue, 3)) {
                    checkWeighted(random, dense, epilogue, in, in * out, epilogue.bias() == Bias.NONE ? 0 : out, out);
                }
            });
        });
    }

    private void checkWeighted(
            Philox random, WeightedOp op, Epilogue epilogue, int in, int weights, int biases, int out) {
        int n = 2;
        Tensor x = gaussian(random, n * in);
        Tensor w = gaussian(random, weights);
        Tensor b = epilogue.bias() == Bias.NONE ? null : gaussian(random, biases);
        Tensor db = b == null ? null : backend.allocate(Shape.of(biases));
        Tensor y = backend.allocate(Shape.of(n * out));
        Tensor dy = gaussian(random, n * out);
        Tensor dw = backend.allocate(w.shape());
        Tensor dx = backend.allocate(x.shape());
        Forward loss = () -> {
            op.forward(n, x, w, b, y);
            return dot(y, dy);
        };
        loss.run();
        op.backward(n, x, w, y, dy, dw, db, dx);
        compare("dw", w, dw, loss, random);
        compare("dx", x, dx, loss, random);
        if (b != null) {
            compare("db", b, db, loss, random);
        }
    }

    @TestFactory
    Stream<DynamicTest> pooling() {
        return IntStream.range(0, 90).mapToObj(seed -> {
            Philox random = new Philox(seed, 3);
            PoolGeometry geometry = Geometries.pool(random);
            int kind = seed % 4;
            String name = new String[] {"max, first", "max, all", "avg", "avg, padding counts"}[kind] + ": " + geometry;
            return DynamicTest.dynamicTest(name, () -> {
                PoolOp pool = kind < 2
                        ? backend.maxPool2d(geometry, Ties.values()[kind], 2)
                        : backend.avgPool2d(geometry, kind == 3, 2);
                Tensor x = gaussian(random, 2 * geometry.inputShape().size());
                Tensor y = backend.allocate(Shape.of(2 * geometry.outputShape().size()));
                Tensor dy = gaussian(random, y.size());
                Tensor dx = backend.allocate(x.shape());
                Forward loss = () -> {
                    pool.forward(2, x, y);
                    return dot(y, dy);
                };
                loss.run();
                pool.backward(2, x, y, dy, dx);
                compare("dx", x, dx, loss, random);
            });
        });
    }

    @TestFactory
    Stream<DynamicTest> activations() {
        return Geometries.ACTIVATIONS.stream()
                .map(f -> DynamicTest.dynamicTest(f.toString(), () -> {
                    Philox random = new Philox(1, 4);
                    Tensor x = gaussian(random, 50);
                    Tensor y = backend.allocate(x.shape());
                    Tensor dy = gaussian(random, 50);
                    Tensor dx = backend.allocate(x.shape());
                    Forward loss = () -> {
                        backend.activation(f, 50, x, y);
                        return dot(y, dy);
                    };
                    loss.run();
                    backend.activationBackward(f, 50, y, dy, dx);
                    compare("dx", x, dx, loss, random);
                }));
    }

    @Test
    void softmax() {
        Philox random = new Philox(1, 5);
        Tensor x = gaussian(random, 4 * 7);
        Tensor y = backend.allocate(x.shape());
        Tensor dy = gaussian(random, x.size());
        Tensor dx = backend.allocate(x.shape());
        Forward loss = () -> {
            backend.softmax(4, 7, x, y);
            return dot(y, dy);
        };
        loss.run();
        backend.softmaxBackward(4, 7, y, dy, dx);
        compare("dx", x, dx, loss, random);
    }

    @Test
    void softmaxCrossEntropy() {
        Philox random = new Philox(1, 6);
        Tensor x = gaussian(random, 5 * 6);
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(5));
        backend.upload(new int[] {0, 5, 3, 3, 1}, 5, labels);
        Tensor dx = backend.allocate(x.shape());
        checkLoss(random, x, dx, (loss, gradient) -> backend.softmaxCrossEntropy(5, 6, x, labels, loss, gradient));
        Tensor weights = tensor(new double[] {0.5, 1, 2, 3, 1, 0.1});
        checkLoss(
                random,
                x,
                dx,
                (loss, gradient) -> backend.softmaxCrossEntropy(5, 6, x, labels, weights, 0.3, loss, gradient));
    }

    @Test
    void softTargetCrossEntropy() {
        Philox random = new Philox(1, 8);
        Tensor x = gaussian(random, 3 * 4);
        Tensor target = tensor(new double[] {0.25, 0, 0.75, 0, 1, 0, 0, 0, 0.1, 0.2, 0.3, 0.4});
        Tensor weights = tensor(new double[] {0.5, 1, 2, 3});
        Tensor dx = backend.allocate(x.shape());
        for (double smoothing : new double[] {0, 0.3}) {
            for (Tensor w : new Tensor[] {null, weights}) {
                checkLoss(
                        random,
                        x,
                        dx,
                        (loss, gradient) ->
                                backend.softTargetCrossEntropy(3, 4, x, target, w, smoothing, loss, gradient));
            }
        }
    }

    @Test
    void elementLosses() {
        Philox random = new Philox(1, 7);
        double[] probabilities = new double[30];
        double[] targets = new double[30];
        for (int i = 0; i < 30; i++) {
            probabilities[i] = random.uniform(0.05, 0.95);
            targets[i] = i % 3 == 0 ? random.nextDouble() : i % 2;
        }
        Tensor p = tensor(probabilities);
        Tensor x = gaussian(random, 30);
        Tensor target = tensor(targets);
        Tensor d = backend.allocate(p.shape());
        checkLoss(random, x, d, (loss, gradient) -> backend.meanSquaredError(30, x, target, loss, gradient));
        checkLoss(random, p, d, (loss, gradient) -> backend.binaryCrossEntropy(30, p, target, loss, gradient));
        checkLoss(
                random, x, d, (loss, gradient) -> backend.binaryCrossEntropyWithLogits(30, x, target, loss, gradient));
    }

    private interface Loss {
        void compute(Tensor loss, Tensor gradient);
    }

    private void checkLoss(Philox random, Tensor x, Tensor dx, Loss op) {
        Tensor value = backend.allocate(Shape.of(1));
        op.compute(value, dx);
        compare(
                "dx",
                x,
                dx,
                () -> {
                    op.compute(value, null);
                    return numbers(value)[0];
                },
                random);
    }

    /** Moves elements of a tensor by ±{@link #STEP} and compares the change of the loss with the gradient. */
    private void compare(String name, Tensor tensor, Tensor gradient, Forward loss, Philox random) {
        double[] values = numbers(tensor);
        double[] analytic = numbers(gradient);
        for (int probe = 0; probe < Math.min(PROBES, values.length); probe++) {
            int i = values.length <= PROBES ? probe : random.nextInt(values.length);
            double numeric =
                    (lossAt(tensor, values, i, STEP, loss) - lossAt(tensor, values, i, -STEP, loss)) / (2 * STEP);
            backend.upload(values, values.length, tensor);
            assertEquals(numeric, analytic[i], ABSOLUTE + RELATIVE * Math.abs(numeric), name + "[" + i + "]");
        }
    }

    private double lossAt(Tensor tensor, double[] values, int i, double move, Forward loss) {
        double[] moved = values.clone();
        moved[i] += move;
        backend.upload(moved, moved.length, tensor);
        return loss.run();
    }

    private Tensor gaussian(Philox random, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return tensor(values);
    }

    private Tensor tensor(double[] values) {
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private double[] numbers(Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    private double dot(Tensor a, Tensor b) {
        double[] as = numbers(a);
        double[] bs = numbers(b);
        double sum = 0;
        for (int i = 0; i < as.length; i++) {
            sum += as[i] * bs[i];
        }
        return sum;
    }
}
