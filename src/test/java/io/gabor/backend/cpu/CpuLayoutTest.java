package io.gabor.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gabor.backend.Activation;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a convolution leaves in the layout CHWN stays in it through what follows, and nobody outside can tell. */
class CpuLayoutTest {
    private static final int BATCH = 64;
    private static final int CHANNELS = 3;
    private static final int PIXELS = 5;
    private static final int FEATURES = CHANNELS * PIXELS;
    private static final int COUNT = BATCH * FEATURES;

    private final CpuBackend backend = new CpuBackend(2, KernelSelection.kernels());
    private final float[] numbers = new float[COUNT];
    private final Tensor plain = backend.allocate(Shape.of(COUNT));

    CpuLayoutTest() {
        Philox random = new Philox(3, 3);
        for (int i = 0; i < COUNT; i++) {
            numbers[i] = (float) random.uniform(-1, 1);
        }
        backend.upload(numbers, COUNT, plain);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    /** Returns the numbers in the layout CHWN: out of a convolution with ones. */
    private Tensor convolved() {
        WindowAxis rows = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        WindowAxis cols = new WindowAxis(PIXELS, 1, 1, 1, 0, 0, false);
        Tensor ones = backend.allocate(Shape.of(CHANNELS));
        backend.fill(ones, 1);
        Tensor y = backend.allocate(Shape.of(COUNT));
        try (WeightedOp conv =
                backend.conv2d(new ConvGeometry(CHANNELS, CHANNELS, CHANNELS, rows, cols), Epilogue.NONE, BATCH)) {
            conv.forward(BATCH, plain, ones, null, y);
        }
        assertEquals(FEATURES, layout(y));
        return y;
    }

    private static int layout(Tensor tensor) {
        return ((CpuStorage) tensor.storage()).chwnFeatures;
    }

    private float[] read(Tensor tensor) {
        float[] values = new float[COUNT];
        backend.download(tensor, values, COUNT);
        return values;
    }

    private Tensor empty() {
        return backend.allocate(Shape.of(COUNT));
    }

    @Test
    void elementWiseOpsStayInTheLayout() {
        Tensor x = convolved();
        Tensor other = empty();
        backend.upload(numbers, COUNT, other);
        Tensor sum = empty();
        Tensor activated = empty();
        Tensor copy = empty();
        Tensor gradient = empty();
        backend.add(COUNT, other, x, sum);
        backend.activation(Activation.RELU, COUNT, sum, activated);
        backend.copy(COUNT, activated, copy);
        backend.activationBackward(Activation.RELU, COUNT, copy, sum, gradient);
        for (Tensor tensor : new Tensor[] {x, other, sum, activated, copy, gradient}) {
            assertEquals(FEATURES, layout(tensor));
        }
        float[] doubled = new float[COUNT];
        float[] positive = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            doubled[i] = numbers[i] + numbers[i];
            positive[i] = Math.max(0, doubled[i]);
        }
        assertArrayEquals(doubled, read(sum));
        assertArrayEquals(positive, read(activated));
        assertArrayEquals(positive, read(copy));
        assertArrayEquals(positive, read(gradient));
    }

    @Test
    void whatDoesNotFillATensorIsPlain() {
        Tensor x = convolved();
        Tensor sum = empty();
        backend.add(COUNT - 1, x, plain, sum);
        assertEquals(0, layout(sum));
        assertEquals(numbers[COUNT - 2] + numbers[COUNT - 2], read(sum)[COUNT - 2]);
        assertArrayEquals(numbers, read(x));
    }

    @Test
    void batchNormalizationStaysInTheLayout() {
        Tensor ones = backend.allocate(Shape.of(CHANNELS));
        backend.fill(ones, 1);
        Tensor zeros = backend.allocate(Shape.of(CHANNELS));
        Tensor mean = backend.allocate(Shape.of(CHANNELS));
        Tensor variance = backend.allocate(Shape.of(CHANNELS));
        Tensor fromPlain = empty();
        Tensor fromChwn = empty();
        Tensor x = convolved();
        try (BatchNormOp norm =
                backend.batchNorm(CHANNELS, PIXELS, new BatchNormSpec(1e-5, 0.1, Activation.RELU), BATCH)) {
            norm.forward(BATCH, x, ones, zeros, mean, variance, fromChwn);
            assertEquals(FEATURES, layout(fromChwn));
            Tensor dx = empty();
            norm.backward(BATCH, x, ones, fromChwn, plain, variance, mean, dx);
            assertEquals(FEATURES, layout(dx));
            backend.upload(numbers, COUNT, plain);
            norm.forward(BATCH, plain, ones, zeros, mean, variance, fromPlain);
            assertEquals(0, layout(fromPlain));
        }
        assertArrayEquals(read(fromPlain), read(fromChwn), 1e-6f);
    }
}
