package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A recorded step does what the step does, to the bit, and only that. */
class CudaGraphTest {
    private static final int BATCH = 4;
    private static final int CLASSES = 5;
    private static final int SAMPLES = 32;

    private Backend backend;

    @BeforeEach
    void open() {
        backend = OpenCuda.backend();
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    /** A small training step of the families that work in device memory: its parameter is added to every sample. */
    private final class Training {
        final Tensor samples = random(SAMPLES * CLASSES, 1).reshaped(Shape.of(SAMPLES, CLASSES));
        final Tensor labels = ints(SAMPLES, CLASSES);
        final Tensor order = ints(SAMPLES, SAMPLES);
        final Tensor cursor = backend.allocate(ElementType.I32, Shape.of(1));
        final Tensor counter = backend.allocate(ElementType.I32, Shape.of(1));
        final Tensor one = backend.allocate(Shape.of(CLASSES));
        final Tensor zero = backend.allocate(Shape.of(CLASSES));
        final Tensor parameter = random(BATCH * CLASSES, 2);
        final Tensor x = backend.allocate(Shape.of(BATCH, CLASSES));
        final Tensor y = backend.allocate(Shape.of(BATCH, CLASSES));
        final Tensor gradient = backend.allocate(Shape.of(BATCH, CLASSES));
        final Tensor label = backend.allocate(ElementType.I32, Shape.of(BATCH));
        final Tensor loss = backend.allocate(Shape.of(1));
        final Tensor log = backend.allocate(Shape.of(16));
        final Tensor rate = backend.allocate(Shape.of(1));
        final OptimizerOp optimizer;

        Training() {
            backend.fill(one, 1);
            backend.fill(rate, 0.01f);
            List<Tensor> state = List.of(backend.allocate(parameter.shape()), backend.allocate(parameter.shape()));
            optimizer = backend.optimizer(
                    new OptimizerSpec.Adam(0.9, 0.999, 1e-8, 0.01, true),
                    List.of(new OptimizerOp.Slot(parameter, gradient, state)));
        }

        void step() {
            backend.gather(BATCH, samples, order, cursor, one, zero, x);
            backend.gatherLabels(BATCH, labels, order, cursor, label);
            backend.add(BATCH * CLASSES, x, parameter, x);
            backend.activation(Activation.TANH, BATCH * CLASSES, x, y);
            backend.softmaxCrossEntropy(BATCH, CLASSES, y, label, loss, gradient);
            backend.activationBackward(Activation.TANH, BATCH * CLASSES, y, gradient, gradient);
            backend.increment(counter, 1);
            optimizer.step(rate, counter);
            backend.store(loss, counter, log);
            backend.increment(cursor, BATCH);
        }

        float[] losses() {
            return read(log);
        }
    }

    private Tensor random(int count, long seed) {
        Philox random = new Philox(seed, 0);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = backend.allocate(Shape.of(count));
        backend.upload(values, count, tensor);
        return tensor;
    }

    private Tensor ints(int count, int bound) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = i * 7 % bound;
        }
        Tensor tensor = backend.allocate(ElementType.I32, Shape.of(count));
        backend.upload(values, count, tensor);
        return tensor;
    }

    private float[] read(Tensor tensor) {
        float[] values = new float[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    @Test
    void replaysToTheBit() {
        Training plain = new Training();
        Training recorded = new Training();
        Runnable replay = backend.record(recorded::step);
        for (int i = 0; i < SAMPLES / BATCH; i++) {
            if (i == 3) {
                for (Training each : new Training[] {plain, recorded}) {
                    backend.fill(each.rate, 0.5f);
                }
            }
            plain.step();
            replay.run();
        }
        assertArrayEquals(plain.losses(), recorded.losses());
        assertArrayEquals(read(plain.parameter), read(recorded.parameter));
        assertTrue(plain.losses()[1] > 0 && plain.losses()[8] != plain.losses()[1]);
    }

    @Test
    void recordingRunsNothing() {
        Tensor counter = ints(1, 1);
        Runnable recorded = backend.record(() -> backend.increment(counter, 5));
        int[] value = new int[1];
        backend.download(counter, value, 1);
        assertEquals(0, value[0]);
        recorded.run();
        recorded.run();
        backend.download(counter, value, 1);
        assertEquals(10, value[0]);
    }

    @Test
    void copiesAndFillsAreRecordedToo() {
        Tensor a = random(9, 1);
        Tensor b = backend.allocate(Shape.of(9));
        Runnable recorded = backend.record(() -> {
            backend.copy(5, a, b);
            backend.fill(a, 3);
        });
        float[] before = read(a);
        recorded.run();
        float[] copied = read(b);
        for (int i = 0; i < 9; i++) {
            assertEquals(i < 5 ? before[i] : 0, copied[i]);
            assertEquals(3, read(a)[i]);
        }
    }

    @Test
    void aStepThatUploadsIsRunAsItIs() {
        Tensor a = backend.allocate(Shape.of(1));
        Tensor b = backend.allocate(Shape.of(1));
        float[] next = {0};
        Runnable step = () -> {
            next[0]++;
            backend.add(1, a, b, b);
            backend.upload(next, 1, a);
            backend.add(1, a, b, b);
        };
        Runnable recorded = backend.record(step);
        assertSame(step, recorded);
        next[0] = 0;
        recorded.run();
        recorded.run();
        assertEquals(4, read(b)[0]); // 0 + 1, then 1 + 2
    }

    /** What is wrong with a step is said when it is recorded, and the backend goes on. */
    @Test
    void aWrongStepIsAnError() {
        Tensor a = random(3, 1);
        assertThrows(IllegalArgumentException.class, () -> backend.record(() -> backend.add(4, a, a, a)));
        assertThrows(
                IllegalStateException.class,
                () -> backend.record(() -> {
                    throw new IllegalStateException("not mine");
                }));
        Runnable recorded = backend.record(() -> backend.fill(a, 2));
        recorded.run();
        assertArrayEquals(new float[] {2, 2, 2}, read(a));
    }

    @Test
    void aRecordedStepRefusesReleasedMemory() {
        Tensor a = random(3, 1);
        Tensor unrelated = random(3, 2);
        Runnable step = () -> backend.add(3, a, a, a);
        Runnable recorded = backend.record(step);
        assertNotSame(step, recorded);
        backend.release(unrelated);
        recorded.run();
        backend.release(a);
        IllegalStateException error = assertThrows(IllegalStateException.class, recorded::run);
        assertTrue(error.getMessage().contains("released since it was recorded"), error.getMessage());
    }

    @Test
    void theOptimizersTensorsCountAsUsed() {
        Training training = new Training();
        Runnable recorded = backend.record(() -> training.optimizer.step(training.rate, training.counter));
        training.optimizer.close();
        IllegalStateException error = assertThrows(IllegalStateException.class, recorded::run);
        assertTrue(error.getMessage().contains("released"), error.getMessage());
    }
}
