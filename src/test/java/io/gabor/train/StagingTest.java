package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.data.Dataset;
import io.gabor.nn.Conv2d;
import io.gabor.nn.Dense;
import io.gabor.nn.Flatten;
import io.gabor.nn.Layer;
import io.gabor.nn.Loss;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.nn.ReLU;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Adam;
import io.gabor.optim.Sgd;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A data set that comes batch by batch gives the bits of one that is there as a whole. */
class StagingTest {
    private static final Dataset IMAGES = Samples.images(45, 2, 3, 5);

    private static Layer classifier() {
        return Sequential.of(new Conv2d(3, 3), new ReLU(), new Flatten(), new Dense(3));
    }

    /** What a run leaves: weights, the losses of its epochs, and loss and accuracy of a test on the same samples. */
    private record Left(Map<String, float[]> weights, History history, TestResult test) {
        void assertSame(Left other) {
            other.weights.forEach((name, values) -> assertArrayEquals(values, weights.get(name), name));
            assertEquals(
                    history.epochs().stream().map(EpochResult::loss).toList(),
                    other.history.epochs().stream().map(EpochResult::loss).toList());
            assertEquals(test.loss(), other.test.loss());
            assertEquals(test.correct(), other.test.correct());
        }
    }

    private static Left run(Backend backend, Layer layers, Loss loss, Dataset data, boolean staged) {
        try (Network network = Network.training(layers, data.sampleShape(), backend, 8, 1)) {
            Trainer trainer = new Trainer(network, loss, new Adam(0.01)).epochs(3);
            History history = (staged ? trainer.staged() : trainer).train(data);
            TestResult test = new Tester(network, loss).test(data);
            return new Left(network.weights(), history, test);
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void imagesWithLabels(String name) {
        try (Backend backend = Backends.select(name)) {
            Loss loss = new SoftmaxCrossEntropy();
            run(backend, classifier(), loss, IMAGES, true).assertSame(run(backend, classifier(), loss, IMAGES, false));
            run(backend, classifier(), new MeanSquaredError(), IMAGES, true)
                    .assertSame(run(backend, classifier(), new MeanSquaredError(), IMAGES, false));
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void valuesWithTargets(String name) {
        Dataset pairs = Samples.pairs(1, 2, -3, 0.5f, 0.25f, 4, 2, -1, 1.5f, 1, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        try (Backend backend = Backends.select(name)) {
            Loss loss = new MeanSquaredError();
            run(backend, Sequential.of(new Dense(1)), loss, pairs, true)
                    .assertSame(run(backend, Sequential.of(new Dense(1)), loss, pairs, false));
        }
    }

    /** Nobody asks for it: where the whole set does not fit, in training and in a test, it comes batch by batch. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void whereTheSetDoesNotFit(String name) {
        Loss loss = new SoftmaxCrossEntropy();
        Dataset images = Samples.images(200, 2, 3, 5);
        try (Backend backend = Backends.select(name)) {
            long before = backend.allocatedBytes();
            Left whole = run(backend, classifier(), loss, images, false);
            TrainingPlan plan = TrainingPlan.of(classifier(), images.sampleShape(), backend, 8, new Adam(0.01), images);
            // beside the plan: rate, step, loss and its log of 256, normalisation, and an optimizer's table on cuda
            long rest = 256L * backend.bytesOf(ElementType.F32) + 1000;
            assertTrue(plan.dataSet() - plan.staged() > rest, "the set must not fit into the margin");
            Left staged =
                    run(LimitedMemory.of(backend, before + plan.least() + rest), classifier(), loss, images, false);
            staged.assertSame(whole);
            assertEquals(before, backend.allocatedBytes());
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void whereNotEvenABatchFits(String name) {
        Loss loss = new SoftmaxCrossEntropy();
        try (Backend backend = Backends.select(name)) {
            long before = backend.allocatedBytes();
            TrainingPlan plan = TrainingPlan.of(classifier(), IMAGES.sampleShape(), backend, 8, new Adam(0.01), IMAGES);
            Backend small = LimitedMemory.of(backend, before + plan.network().total() + plan.optimizer());
            try (Network network = Network.training(classifier(), IMAGES.sampleShape(), small, 8, 1)) {
                long held = backend.allocatedBytes();
                OutOfMemoryException e = assertThrows(
                        OutOfMemoryException.class, () -> new Trainer(network, loss, new Adam(0.01)).train(IMAGES));
                assertEquals(held, backend.allocatedBytes());
                assertTrue(e.getMessage().contains("; training with batch 8 needs "), e.getMessage());
                assertTrue(e.getMessage().contains("the largest batch that fits is "), e.getMessage());
                assertTrue(e.getMessage().contains("optimizer state " + plan.optimizer()), e.getMessage());
            }
            assertEquals(before, backend.allocatedBytes());
        }
    }

    /** The search goes back to samples that have been overwritten since. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theSearchForDivergenceFindsTheSameStep(String name) {
        Dataset clouds = Samples.clouds(64, 4, 3, 1);
        float[] values = clouds.floats().clone();
        values[4 * 37] = Float.NaN;
        Dataset broken = Dataset.ofFloats("broken", Shape.of(4), values, clouds.labels(), clouds.classNames());
        try (Backend backend = Backends.select(name)) {
            NonFiniteException whole = diverge(backend, broken, false);
            NonFiniteException staged = diverge(backend, broken, true);
            assertEquals(whole.getMessage(), staged.getMessage());
            assertTrue(whole.getMessage().contains("step 5"), whole.getMessage());
        }
    }

    private static NonFiniteException diverge(Backend backend, Dataset data, boolean staged) {
        try (Network network = Network.training(Sequential.of(new Dense(3)), Shape.of(4), backend, 8, 1)) {
            Trainer trainer = new Trainer(network, new SoftmaxCrossEntropy(), new Sgd(0.1)).shuffle(false);
            return assertThrows(NonFiniteException.class, () -> (staged ? trainer.staged() : trainer).train(data));
        }
    }
}
