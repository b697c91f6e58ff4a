package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The losses: their gradients by central differences, alone and through whole networks, and their values at the edges. */
final class LossTest {
    private final Backend backend = Backends.select("reference");

    @AfterEach
    void close() {
        backend.close();
    }

    /** What a loss made of outputs and targets. */
    private record Result(double loss, double[] gradient) {}

    private Tensor tensor(double... values) {
        Tensor tensor = backend.allocate(Shape.of(1, values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private Result compute(Loss loss, int n, Tensor output, Tensor target) {
        Tensor value = tensor(Double.NaN);
        double[] poison = new double[output.size()];
        Arrays.fill(poison, Double.NaN);
        Tensor gradient = tensor(poison);
        loss.compute(backend, n, output, target, value, gradient);
        double[] number = new double[1];
        double[] slope = new double[output.size()];
        backend.download(value, number, 1);
        backend.download(gradient, slope, slope.length);
        return new Result(number[0], slope);
    }

    private Tensor target(Loss loss, int n, int outputs, Philox random) {
        if (loss.takesLabels()) {
            int[] labels = new int[n];
            for (int i = 0; i < n; i++) {
                labels[i] = random.nextInt(outputs);
            }
            Tensor tensor = backend.allocate(ElementType.I32, Shape.of(n));
            backend.upload(labels, n, tensor);
            return tensor;
        }
        return tensor(DoubleStream.generate(random::nextDouble)
                .limit((long) n * outputs)
                .toArray());
    }

    @TestFactory
    Stream<DynamicTest> gradient() {
        return Loss.all().stream()
                .flatMap(loss -> Stream.of(new int[] {1, 1}, new int[] {1, 5}, new int[] {7, 3})
                        .map(size -> dynamicTest(loss + " of " + size[0] + "×" + size[1], () -> {
                            Philox random = new Philox(size[0], size[1]);
                            int n = size[0];
                            double[] values = LayerRun.normal(n * size[1], random);
                            if (loss instanceof BinaryCrossEntropy) {
                                values = Arrays.stream(values)
                                        .map(x -> 0.05 + 0.9 / (1 + Math.exp(-x)))
                                        .toArray();
                            }
                            Tensor output = backend.allocate(Shape.of(n, size[1]));
                            backend.upload(values, values.length, output);
                            Tensor target = target(loss, n, size[1], random);
                            double[] analytic = compute(loss, n, output, target).gradient();
                            CentralDifferences.check(
                                    loss.kind(),
                                    values,
                                    v -> backend.upload(v, v.length, output),
                                    () -> compute(loss, n, output, target).loss(),
                                    analytic);
                        })));
    }

    @TestFactory
    Stream<DynamicTest> gradientThroughAWholeNetwork() {
        return Loss.all().stream()
                .flatMap(loss -> Stream.of(1, 2, 3)
                        .map(seed -> dynamicTest(loss + ", network " + seed, () -> throughNetwork(loss, seed))));
    }

    private void throughNetwork(Loss loss, long seed) {
        int n = 3;
        Layer layers = Sequential.of(
                new Conv2d(2, 3).stride(2).padding(1),
                new Tanh(),
                new AvgPool2d(2).stride(1),
                Residual.of(new Conv2d(2, 1), new Sigmoid()),
                new Flatten(),
                new Dense(3),
                loss instanceof BinaryCrossEntropy ? new Sigmoid() : new Dense(3));
        try (LayerRun run = new LayerRun(layers, Shape.of(1, 6, 5), n, true, false, seed)) {
            Tensor target =
                    run.backend().allocate(loss.takesLabels() ? ElementType.I32 : ElementType.F32, Shape.of(n, 3));
            Philox random = new Philox(seed, 5);
            if (loss.takesLabels()) {
                run.backend().upload(new int[] {2, 0, 1}, n, target);
            } else {
                run.set(
                        target,
                        DoubleStream.generate(random::nextDouble).limit(9).toArray());
            }
            Tensor value = run.backend().allocate(Shape.of(1));
            Runnable forward = () -> {
                run.forward();
                loss.compute(
                        run.backend(),
                        n,
                        run.out().value(),
                        target,
                        value,
                        run.out().gradient());
            };
            forward.run();
            run.layer().backward(n);
            for (Parameter parameter : run.layer().parameters()) {
                CentralDifferences.check(
                        parameter.name(),
                        run.get(parameter.value()),
                        values -> run.set(parameter.value(), values),
                        () -> {
                            forward.run();
                            return run.get(value)[0];
                        },
                        run.get(parameter.gradient()));
            }
            run.backend().release(target);
            run.backend().release(value);
        }
    }

    @Test
    void binaryCrossEntropyIsFiniteAtExactlyZeroAndOne() {
        Result wrong = compute(new BinaryCrossEntropy(), 1, tensor(0, 1), tensor(1, 0));
        assertEquals(100, wrong.loss(), 1e-12);
        assertTrue(wrong.gradient()[0] < 0 && Double.isFinite(wrong.gradient()[0]));
        assertTrue(wrong.gradient()[1] > 0 && Double.isFinite(wrong.gradient()[1]));
        Result right = compute(new BinaryCrossEntropy(), 1, tensor(0, 1), tensor(0, 1));
        assertEquals(0, right.loss());
        assertArrayEquals(new double[] {0, 0}, right.gradient());
    }

    @Test
    void binaryCrossEntropyWithLogitsIsFiniteForLogitsOfAnySize() {
        Result result = compute(new BinaryCrossEntropyWithLogits(), 1, tensor(1e30, -1e30, 1e30), tensor(1, 0, 0));
        assertEquals(1e30 / 3, result.loss(), 1e18);
        assertArrayEquals(new double[] {0, 0, 1.0 / 3}, result.gradient(), 1e-15);
    }

    @Test
    void binaryCrossEntropyFromLogitsAndFromProbabilitiesAgree() {
        double[] logits = {-3, 0, 0.5, 2};
        double[] probabilities =
                Arrays.stream(logits).map(x -> 1 / (1 + Math.exp(-x))).toArray();
        Tensor target = tensor(0, 1, 0.3, 1);
        assertEquals(
                compute(new BinaryCrossEntropy(), 1, tensor(probabilities), target)
                        .loss(),
                compute(new BinaryCrossEntropyWithLogits(), 1, tensor(logits), target)
                        .loss(),
                1e-14);
    }

    @Test
    void softmaxCrossEntropyOfLargeLogitsIsFinite() {
        Tensor label = backend.allocate(ElementType.I32, Shape.of(1));
        Result right = compute(new SoftmaxCrossEntropy(), 1, tensor(1e30, -1e30), label);
        assertEquals(0, right.loss());
        assertArrayEquals(new double[] {0, 0}, right.gradient());
        backend.upload(new int[] {1}, 1, label);
        Result wrong = compute(new SoftmaxCrossEntropy(), 1, tensor(1e30, -1e30), label);
        assertEquals(2e30, wrong.loss(), 1e16);
        assertArrayEquals(new double[] {1, -1}, wrong.gradient());
    }

    @Test
    void softmaxCrossEntropyIsSoftmaxFollowedByTheLogarithm() {
        double[] x = {0.1, -2, 3, 1, 1, 0};
        Tensor output = backend.allocate(Shape.of(2, 3));
        backend.upload(x, 6, output);
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(2));
        backend.upload(new int[] {1, 2}, 2, labels);
        double first = Math.log(Math.exp(0.1) + Math.exp(-2) + Math.exp(3)) + 2;
        double second = Math.log(2 * Math.exp(1) + 1);
        assertEquals(
                (first + second) / 2,
                compute(new SoftmaxCrossEntropy(), 2, output, labels).loss(),
                1e-14);
    }

    /** {@code torch.nn.CrossEntropyLoss}: (1 − ε)·nll + ε/C·smooth, both divided by the weights of the labels. */
    @Test
    void smoothedLabelsAndClassWeightsAreThoseOfPyTorch() {
        double[] w = {0.5, 2, 1.25};
        double smoothing = 0.15;
        Philox random = new Philox(4, 4);
        double[] x = LayerRun.normal(12, random);
        int[] label = {2, 1, 1, 0};
        double nll = 0;
        double smooth = 0;
        double weight = 0;
        for (int r = 0; r < 4; r++) {
            double sum = 0;
            for (int c = 0; c < 3; c++) {
                sum += Math.exp(x[3 * r + c]);
            }
            for (int c = 0; c < 3; c++) {
                double cost = -w[c] * Math.log(Math.exp(x[3 * r + c]) / sum);
                smooth += cost;
                nll += c == label[r] ? cost : 0;
            }
            weight += w[label[r]];
        }
        Tensor output = backend.allocate(Shape.of(4, 3));
        backend.upload(x, 12, output);
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(4));
        backend.upload(label, 4, labels);
        long before = backend.allocatedBytes();
        Loss loss = new SoftmaxCrossEntropy(smoothing, w);
        Result found = compute(loss, 4, output, labels);
        assertEquals(((1 - smoothing) * nll + smoothing / 3 * smooth) / weight, found.loss(), 1e-14);
        CentralDifferences.check(
                loss.kind(),
                x,
                v -> backend.upload(v, v.length, output),
                () -> compute(loss, 4, output, labels).loss(),
                found.gradient());
        Loss.OnBackend kept = loss.on(backend);
        assertTrue(backend.allocatedBytes() > before);
        Tensor value = tensor(Double.NaN);
        kept.compute(4, output, labels, value, null);
        double[] number = new double[1];
        backend.download(value, number, 1);
        assertEquals(found.loss(), number[0]);
    }

    /** A target that is all of one class is that label; a mixed one costs what its parts cost, in their shares. */
    @Test
    void sharesOfClassesStandInThePlaceOfLabels() {
        double[] w = {0.5, 2, 1.25};
        Tensor output = backend.allocate(Shape.of(2, 3));
        backend.upload(LayerRun.normal(6, new Philox(5, 5)), 6, output);
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(2));
        Tensor shares = backend.allocate(Shape.of(2, 3));
        Loss loss = new SoftmaxCrossEntropy(0.1, w);
        backend.upload(new int[] {2, 0}, 2, labels);
        backend.upload(new double[] {0, 0, 1, 1, 0, 0}, 6, shares);
        Result labelled = compute(loss, 2, output, labels);
        assertEquals(labelled.loss(), compute(loss, 2, output, shares).loss(), 1e-14);
        assertArrayEquals(labelled.gradient(), compute(loss, 2, output, shares).gradient(), 1e-14);

        Loss plain = new SoftmaxCrossEntropy();
        double[] costs = new double[3];
        for (int c = 0; c < 3; c++) {
            backend.upload(new int[] {c}, 1, labels);
            costs[c] = compute(plain, 1, output, labels).loss();
        }
        backend.upload(new double[] {0.3, 0, 0.7}, 3, shares);
        assertEquals(
                0.3 * costs[0] + 0.7 * costs[2],
                compute(plain, 1, output, shares).loss(),
                1e-14);
        // with weights, the mean of the classes' costs by share times weight
        backend.upload(new double[] {0.3, 0, 0.7}, 3, shares);
        assertEquals(
                (0.3 * w[0] * costs[0] + 0.7 * w[2] * costs[2]) / (0.3 * w[0] + 0.7 * w[2]),
                compute(new SoftmaxCrossEntropy(0, w), 1, output, shares).loss(),
                1e-14);
    }

    @Test
    void weightsAndSmoothingOutOfRangeAreRefused() {
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> new SoftmaxCrossEntropy(wrong));
        }
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e-60}) {
            assertThrows(IllegalArgumentException.class, () -> new SoftmaxCrossEntropy(0, 1, wrong));
        }
        ShapeException error =
                assertThrows(ShapeException.class, () -> new SoftmaxCrossEntropy(0, 1, 2, 3).check(Shape.of(10)));
        assertTrue(
                error.getMessage().contains("3 classes") && error.getMessage().contains("10 outputs"));
    }

    @Test
    void everyLossIsAMeanOverTheBatchThatIsThereAndNotTheLargest() {
        Tensor output = backend.allocate(Shape.of(4, 2));
        backend.upload(new double[] {3, 1, 9, 9, 9, 9, 9, 9}, 8, output);
        Tensor target = backend.allocate(Shape.of(4, 2));
        assertEquals(
                (9 + 1) / 2.0,
                compute(new MeanSquaredError(), 1, output, target).loss());
    }

    @Test
    void isFoundByItsKind() {
        for (Loss loss : Loss.all()) {
            assertEquals(loss.getClass(), Loss.parse(loss.kind()).getClass());
        }
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> Loss.parse("hinge"));
        assertEquals(
                "there is no loss 'hinge'; there are softmax-cross-entropy, mse, bce, bce-logits", error.getMessage());
    }

    @Test
    void refusesAnOutputThatIsNoVector() {
        ShapeException error =
                assertThrows(ShapeException.class, () -> new MeanSquaredError().check(Shape.of(2, 3, 3)));
        assertTrue(error.getMessage().contains("2×3×3") && error.getMessage().contains("Flatten"), error.getMessage());
    }
}
