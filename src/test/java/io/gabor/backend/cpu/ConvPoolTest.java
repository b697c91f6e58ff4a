package io.gabor.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.backend.reference.ReferenceProvider;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Philox;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolution and pooling in one op against the reference's two. */
final class ConvPoolTest {
    private static final int BATCH = 2 * KernelSelection.kernels().panelWidth();

    private record Case(int in, int out, int groups, int size, int kernel, int pad, Epilogue epilogue, int n) {}

    static Stream<Case> cases() {
        Epilogue relu = new Epilogue(Bias.PER_FILTER, Activation.RELU);
        Epilogue biased = new Epilogue(Bias.PER_FILTER, Activation.IDENTITY);
        return Stream.of(
                new Case(1, 20, 1, 28, 5, 0, relu, BATCH),
                new Case(1, 20, 1, 28, 5, 0, relu, BATCH - 1),
                new Case(20, 50, 1, 12, 5, 0, relu, BATCH),
                new Case(5, 7, 1, 6, 3, 1, biased, BATCH),
                new Case(6, 4, 2, 8, 3, 1, relu, BATCH),
                new Case(3, 3, 3, 4, 1, 0, Epilogue.NONE, BATCH),
                new Case(3, 2, 1, 2, 1, 0, Epilogue.NONE, 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isWhatTheTwoOpsAre(Case c) {
        WindowAxis axis = new WindowAxis(c.size, c.kernel, 1, 1, c.pad, c.pad, false);
        ConvGeometry geometry = new ConvGeometry(c.in, c.out, c.groups, axis, axis);
        WindowAxis window = new WindowAxis(axis.out(), 2, 2, 1, 0, 0, false);
        PoolGeometry pool = new PoolGeometry(c.out, window, window);
        try (Backend cpu = new CpuProvider().open(new BackendOptions(2));
                Backend reference = new ReferenceProvider().open(BackendOptions.DEFAULT)) {
            float[][] found = fused(cpu, geometry, pool, c);
            float[][] expected = apart(reference, geometry, pool, c);
            for (int i = 0; i < expected.length; i++) {
                double error = error(found[i], expected[i]);
                assertTrue(error < 1e-5, "result " + i + " differs by " + error);
            }
        }
    }

    private static float[][] fused(Backend backend, ConvGeometry geometry, PoolGeometry pool, Case c) {
        WeightedOp op = backend.conv2dMaxPool2d(geometry, c.epilogue, pool, Ties.FIRST, BATCH)
                .orElseThrow();
        Tensors t = new Tensors(backend, geometry, pool, c);
        op.forward(c.n, t.x, t.w, t.b, t.y);
        op.backward(c.n, t.x, t.w, t.y, t.dy, t.dw, t.db, t.dx);
        return t.results();
    }

    private static float[][] apart(Backend backend, ConvGeometry geometry, PoolGeometry pool, Case c) {
        WeightedOp conv = backend.conv2d(geometry, c.epilogue, BATCH);
        PoolOp pooling = backend.maxPool2d(pool, Ties.FIRST, BATCH);
        Tensors t = new Tensors(backend, geometry, pool, c);
        Tensor between = backend.allocate(geometry.outputShape().batched(BATCH));
        Tensor gradient = backend.allocate(geometry.outputShape().batched(BATCH));
        conv.forward(c.n, t.x, t.w, t.b, between);
        pooling.forward(c.n, between, t.y);
        pooling.backward(c.n, between, t.y, t.dy, gradient);
        conv.backward(c.n, t.x, t.w, between, gradient, t.dw, t.db, t.dx);
        return t.results();
    }

    /** The same numbers on every backend; results begin as nonsense. */
    private static final class Tensors {
        private final Backend backend;
        private final int n;
        private final Philox random = new Philox(7, 0);
        final Tensor x;
        final Tensor w;
        final Tensor b;
        final Tensor y;
        final Tensor dy;
        final Tensor dw;
        final Tensor db;
        final Tensor dx;

        Tensors(Backend backend, ConvGeometry geometry, PoolGeometry pool, Case c) {
            this.backend = backend;
            n = c.n;
            boolean biased = c.epilogue.bias() != Bias.NONE;
            x = drawn(geometry.inputShape().batched(BATCH), 1);
            w = drawn(geometry.weightShape(), 1f / geometry.fanIn());
            b = biased ? drawn(Shape.of(c.out), 0.1f) : null;
            dy = drawn(pool.outputShape().batched(BATCH), 1);
            y = nonsense(pool.outputShape().batched(BATCH));
            dw = nonsense(geometry.weightShape());
            db = biased ? nonsense(Shape.of(c.out)) : null;
            dx = nonsense(geometry.inputShape().batched(BATCH));
        }

        private Tensor drawn(Shape shape, float scale) {
            float[] values = new float[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (scale * (2 * random.nextDouble() - 0.7));
            }
            return uploaded(shape, values);
        }

        private Tensor nonsense(Shape shape) {
            float[] values = new float[shape.size()];
            Arrays.fill(values, Float.NaN);
            return uploaded(shape, values);
        }

        private Tensor uploaded(Shape shape, float[] values) {
            Tensor tensor = backend.allocate(shape);
            backend.upload(values, values.length, tensor);
            return tensor;
        }

        float[][] results() {
            return new float[][] {
                values(y, n * y.shape().sample().size()),
                values(dx, n * dx.shape().sample().size()),
                values(dw, dw.size()),
                db == null ? new float[0] : values(db, db.size())
            };
        }

        private float[] values(Tensor tensor, int count) {
            float[] values = new float[count];
            backend.download(tensor, values, count);
            return values;
        }
    }

    private static double error(float[] found, float[] expected) {
        double difference = 0;
        double norm = 1e-30;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }
}
