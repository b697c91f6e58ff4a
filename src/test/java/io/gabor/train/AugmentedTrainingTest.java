package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.data.Shuffle;
import io.gabor.data.augment.Augmentation;
import io.gabor.data.augment.EditDraws;
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
import io.gabor.optim.Sgd;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images that are changed at random: the same for a seed however they are computed, and in training only. */
class AugmentedTrainingTest {
    private static final Dataset IMAGES = Samples.images(45, 2, 3, 5);
    private static final Augmentation ALL = Augmentation.none()
            .shift(1)
            .rotate(20)
            .scale(0.2)
            .shear(10)
            .elastic(0.5)
            .flip()
            .crop(1)
            .cutout(2)
            .brightness(0.1)
            .contrast(0.3);

    private static final Augmentation MIXED = ALL.mixup(0.5).cutmix(1);

    private static Layer classifier() {
        return Sequential.of(new Conv2d(3, 3), new ReLU(), new Flatten(), new Dense(3));
    }

    private static Trainer trainer(Network network) {
        return new Trainer(network, new SoftmaxCrossEntropy(), new Sgd(0.1));
    }

    private static Map<String, float[]> weights(
            String name, int threads, int batch, Dataset data, UnaryOperator<Trainer> settings) {
        try (Backend backend = Backends.select(name, new BackendOptions(threads));
                Network network = Network.training(classifier(), data.sampleShape(), backend, batch, 1)) {
            long before = backend.allocatedBytes();
            settings.apply(trainer(network).epochs(3)).train(data);
            assertEquals(before, backend.allocatedBytes(), "nothing is held behind the run");
            return network.weights();
        }
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> found, double tolerance) {
        expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), (float) tolerance, name));
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theSameSeedGivesTheSameBitsWhateverTheThreadsAndWhereverTheDataIs(String name) {
        UnaryOperator<Trainer> augmented = trainer -> trainer.augmentation(MIXED);
        Map<String, float[]> weights = weights(name, 1, 8, IMAGES, augmented);
        assertSame(weights, weights(name, 3, 8, IMAGES, augmented), 0);
        assertSame(weights, weights(name, 2, 8, IMAGES, t -> augmented.apply(t).staged()), 0);
        float[] other =
                weights(name, 1, 8, IMAGES, t -> augmented.apply(t).seed(2)).get("dense1.weight");
        assertFalse(Arrays.equals(weights.get("dense1.weight"), other));
    }

    /** A sample's changes do not depend on the batch that it is in. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void accumulatedBatchesAreOneLargeBatch(String name) {
        UnaryOperator<Trainer> augmented = trainer -> trainer.augmentation(ALL);
        assertSame(
                weights(name, 1, 12, IMAGES, augmented),
                weights(name, 1, 4, IMAGES, t -> augmented.apply(t).accumulate(3)),
                1e-5);
    }

    /** The same run on images that have been moved and mirrored before, by other means. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void aRunIsThatOnTheChangedImages(String name) {
        Augmentation moves = Augmentation.none().shift(2).flip();
        long seed = 7;
        Map<String, float[]> expected;
        try (Backend backend = Backends.select(name);
                Network network = Network.training(classifier(), IMAGES.sampleShape(), backend, 8, 1)) {
            EditDraws draws = new EditDraws(moves, IMAGES.sampleShape(), IMAGES.type(), IMAGES.size(), seed);
            for (int epoch = 1; epoch <= 3; epoch++) {
                draws.start(epoch);
                trainer(network).shuffle(false).train(moved(draws, Shuffle.order(IMAGES.size(), seed, epoch)));
            }
            expected = network.weights();
        }
        assertSame(expected, weights(name, 2, 8, IMAGES, t -> t.seed(seed).augmentation(moves)), 0);
    }

    /** What the loss gets is the images' own label and their partner's, in the shares of the row. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void labelsAreMixedAsImagesAre(String name) {
        Augmentation mixing = Augmentation.none().cutmix(1);
        EditDraws draws = new EditDraws(mixing, IMAGES.sampleShape(), IMAGES.type(), 8, 9);
        int[] order = Shuffle.order(IMAGES.size(), 1, 1);
        draws.start(1);
        int[] rows = draws.draw(order, 8, 7);
        float[] expected = new float[7 * 3];
        for (int i = 0; i < 7; i++) {
            int partner = rows[i * ImageEdit.WIDTH + ImageEdit.PARTNER];
            float share = rows[i * ImageEdit.WIDTH + ImageEdit.SHARE] / (float) ImageEdit.ONE;
            expected[3 * i + IMAGES.labels()[order[8 + i]]] += share;
            expected[3 * i + IMAGES.labels()[order[8 + partner]]] += 1 - share;
        }
        for (Loss loss : List.of(new SoftmaxCrossEntropy(), new MeanSquaredError())) {
            try (Backend backend = Backends.select(name);
                    Network network = Network.training(classifier(), IMAGES.sampleShape(), backend, 8, 1);
                    DeviceDataset data = DeviceDataset.open(network, loss, IMAGES, Normalization.UNIT)) {
                data.augment(mixing, IMAGES, 9);
                data.start(order, 1);
                data.advance(8);
                data.prepare(8, 7);
                data.fetch(7, network.in().value());
                float[] found = new float[21];
                backend.download(data.target(), found, 21);
                assertArrayEquals(expected, found, 1e-6f, loss.kind());
            }
        }
    }

    /** Returns the images in this order, each by its row. */
    private static Dataset moved(EditDraws draws, int[] order) {
        int[] rows = draws.draw(order, 0, order.length);
        byte[] pixels = new byte[IMAGES.bytes().length];
        int[] labels = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            labels[i] = IMAGES.labels()[order[i]];
            int map = i * ImageEdit.WIDTH + ImageEdit.MAP;
            for (int c = 0; c < 2; c++) {
                for (int y = 0; y < 5; y++) {
                    for (int x = 0; x < 5; x++) {
                        int fromX = (rows[map] * x + rows[map + 2]) / ImageEdit.ONE;
                        int fromY = y + rows[map + 5] / ImageEdit.ONE;
                        boolean stored = fromX >= 0 && fromX < 5 && fromY >= 0 && fromY < 5;
                        pixels[((i * 2 + c) * 5 + y) * 5 + x] =
                                stored ? IMAGES.bytes()[((order[i] * 2 + c) * 5 + fromY) * 5 + fromX] : 0;
                    }
                }
            }
        }
        return Dataset.ofBytes("moved", IMAGES.sampleShape(), pixels, labels, IMAGES.classNames());
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void validationSeesImagesAsTheyAre(String name) {
        try (Backend backend = Backends.select(name);
                Network network = Network.training(classifier(), IMAGES.sampleShape(), backend, 8, 1)) {
            History history = trainer(network)
                    .augmentation(MIXED)
                    .validation(IMAGES, new SoftmaxCrossEntropy())
                    .train(IMAGES);
            TestResult after = new Tester(network, new SoftmaxCrossEntropy()).test(IMAGES);
            assertEquals(after.loss(), history.last().validation().loss());
        }
    }

    /** A pixel that is not a number is shifted out of the image in some epochs, and the search must see which. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void theSearchForDivergenceSeesTheSameImages(String name) {
        int count = 64;
        int broken = 37;
        Augmentation shifts = Augmentation.none().shift(4);
        Shape shape = Shape.of(1, 5, 5);
        float[] values = new float[count * 25];
        values[broken * 25] = Float.NaN;
        Dataset data = Dataset.ofFloats("broken", shape, values, new int[count], List.of("0", "1", "2"));
        EditDraws draws = new EditDraws(shifts, shape, data.type(), 1, 3);
        int epoch = 0;
        int[] row;
        do {
            draws.start(++epoch);
            row = draws.draw(new int[] {broken}, 0, 1);
        } while (row[ImageEdit.MAP + 2] > 0 || row[ImageEdit.MAP + 5] > 0);
        assertTrue(epoch > 1, "choose a seed whose first epochs hide the pixel");
        try (Backend backend = Backends.select(name);
                Network network = Network.training(classifier(), shape, backend, 8, 1)) {
            Trainer trainer = trainer(network)
                    .normalization(Normalization.NONE)
                    .augmentation(shifts)
                    .shuffle(false)
                    .seed(3)
                    .epochs(20);
            NonFiniteException e = assertThrows(NonFiniteException.class, () -> trainer.train(data));
            assertTrue(e.getMessage().contains("step " + (8 * (epoch - 1) + 5)), e.getMessage());
            assertTrue(e.getMessage().contains("conv1"), e.getMessage());
        }
    }
}
