package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.train.LimitedMemory;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A plan is what building takes, to the byte; and what becomes of a network that does not fit. */
class MemoryPlanTest {
    private static final Shape IMAGE = Shape.of(2, 12, 12);
    private static final Pattern LARGEST = Pattern.compile("the largest batch that fits is (\\d+)");

    private static Sequential layers() {
        return Sequential.of(
                new Conv2d(6, 3).padding(Padding.SAME),
                new ReLU(),
                Residual.of(new Conv2d(6, 3).padding(Padding.SAME), new Tanh()),
                new BatchNorm2d().affine(false),
                new ConvTranspose2d(4, 2).stride(2),
                new Tanh(),
                new ConvTranspose2d(6, 1).bias(false),
                new MaxPool2d(2),
                new MaxPool2d(2),
                new UpsampleNearest2d(2),
                new ZeroPad2d(1),
                new AvgPool2d(2),
                new Conv2d(5, 3).bias(Bias.NONE),
                new BatchNorm2d(),
                new Dropout2d(0.25),
                new Flatten(),
                new Dropout(0.5),
                new Dense(20),
                new LayerNorm(),
                new Sigmoid(),
                new LayerNorm().affine(false),
                new Dense(3),
                new Softmax());
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void saysToTheByteWhatBuildingTakes(String name) {
        for (int batch : new int[] {1, 7, 64}) {
            try (Backend backend = Backends.select(name)) {
                long before = backend.allocatedBytes();
                Sequential layers = layers();
                MemoryPlan training = MemoryPlan.training(layers, IMAGE, backend, batch);
                assertEquals(before, backend.allocatedBytes(), "a plan holds nothing");
                try (Network network = Network.training(layers, IMAGE, backend, batch, 1)) {
                    assertEquals(backend.allocatedBytes() - before, training.total(), training.toString());
                    int bytes = name.equals("reference") ? 8 : 4;
                    long kept = network.buffers().stream()
                            .mapToLong(buffer -> buffer.shape().size())
                            .sum();
                    assertEquals(network.parameterCount() * bytes, training.gradients());
                    assertEquals(
                            (network.parameterCount() + kept) * bytes + Integer.BYTES,
                            training.parameters(),
                            "and the counter of passes");
                    assertEquals(network.activationBytes(), training.activations());
                }
                Sequential others = layers();
                MemoryPlan inference = MemoryPlan.inference(others, IMAGE, backend, batch);
                try (Network network = Network.inference(others, IMAGE, backend, batch)) {
                    assertEquals(backend.allocatedBytes() - before, inference.total(), inference.toString());
                    assertEquals(0, inference.gradients());
                    assertEquals(network.activationBytes(), inference.activations());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void leavesTheLayersNew(String name) {
        try (Backend backend = Backends.select(name)) {
            Sequential layers = layers();
            MemoryPlan.training(layers, IMAGE, backend, 3);
            assertFalse(layers.isBuilt());
            assertEquals(List.of(), layers.parameters());
            // without fusing: what a plan decided must not stick
            try (Network network = Network.trainingUnfused(layers, IMAGE, backend, 3, 1)) {
                assertTrue(network.leaves().stream()
                        .noneMatch(layer -> layer instanceof ActivationLayer activation && activation.isFused()));
            }
            assertThrows(IllegalStateException.class, () -> MemoryPlan.training(layers, IMAGE, backend, 3));
            assertThrows(ShapeException.class, () -> MemoryPlan.training(layers(), Shape.of(2, 3), backend, 3));
            assertThrows(ShapeException.class, () -> MemoryPlan.training(layers(), IMAGE, backend, 0));
        }
    }

    /** Whatever allocation fails: nothing is held, the layers are new, and the error names a batch that does fit. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void aNetworkThatDoesNotFitSaysWhatWould(String name) {
        try (Backend backend = Backends.select(name)) {
            long before = backend.allocatedBytes();
            long one = MemoryPlan.training(layers(), IMAGE, backend, 1).total();
            long all = MemoryPlan.training(layers(), IMAGE, backend, 32).total();
            for (int i = 0; i < 20; i++) {
                long limit = before + one + (all - 1 - one) * i / 19;
                Backend small = LimitedMemory.of(backend, limit);
                Sequential layers = layers();
                OutOfMemoryException e =
                        assertThrows(OutOfMemoryException.class, () -> Network.training(layers, IMAGE, small, 32, 1));
                assertEquals(before, backend.allocatedBytes());
                assertFalse(layers.isBuilt());
                assertTrue(e.getMessage().contains("training with batch 32 needs " + all + " bytes"), e.getMessage());
                Matcher largest = LARGEST.matcher(e.getMessage());
                assertTrue(largest.find(), e.getMessage());
                int fits = Integer.parseInt(largest.group(1));
                assertThrows(OutOfMemoryException.class, () -> Network.training(layers(), IMAGE, small, fits + 1, 1));
                Network.training(layers, IMAGE, small, fits, 1).close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void saysWhereNotEvenOneFits(String name) {
        try (Backend backend = Backends.select(name)) {
            long before = backend.allocatedBytes();
            long one = MemoryPlan.inference(layers(), IMAGE, backend, 1).total();
            Backend small = LimitedMemory.of(backend, before + one - 1);
            OutOfMemoryException e =
                    assertThrows(OutOfMemoryException.class, () -> Network.inference(layers(), IMAGE, small, 8));
            assertTrue(e.getMessage().contains("inference with batch 8 needs"), e.getMessage());
            assertTrue(e.getMessage().contains("not even a batch of 1 fits"), e.getMessage());
        }
    }

    @Test
    void findsTheLargestBatch() {
        AtomicInteger asked = new AtomicInteger();
        assertEquals(
                OptionalInt.of(99),
                MemoryPlan.largestBatch(
                        n -> {
                            asked.incrementAndGet();
                            return 100L + 9L * n;
                        },
                        1_000_000,
                        999));
        assertTrue(asked.get() <= 20, "a plan for a handful of batches is enough: " + asked);
        assertEquals(OptionalInt.of(5), MemoryPlan.largestBatch(n -> n, 5, 100));
        assertEquals(OptionalInt.of(1), MemoryPlan.largestBatch(n -> n, 5, 1));
        assertEquals(OptionalInt.empty(), MemoryPlan.largestBatch(n -> n, 5, 0));
        assertEquals(OptionalInt.of(100), MemoryPlan.largestBatch(n -> n, Integer.MAX_VALUE, 100));
        // where a shape overflows, a batch does not fit
        assertEquals(
                OptionalInt.of(1000),
                MemoryPlan.largestBatch(
                        n -> {
                            if (n > 1000) {
                                throw new ShapeException("too large");
                            }
                            return n;
                        },
                        5000,
                        100_000));
    }
}
