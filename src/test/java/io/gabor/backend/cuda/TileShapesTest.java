package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every tile shape of every product, though an op would choose it for large sizes only: each computes what the reference
 * does, and all of them the same bits.
 */
class TileShapesTest {
    private static final double BOUND = 1e-5;

    private CudaContext context;
    private Backend cuda;
    private Backend reference;

    @BeforeEach
    void open() throws CudaDevice.UnusableException {
        context = OpenCuda.context(Modules.FROM_JAR);
        cuda = new CudaBackend(context);
        reference = Backends.select("reference", BackendOptions.DEFAULT);
    }

    @AfterEach
    void close() {
        if (cuda != null) {
            cuda.close();
            reference.close();
        }
    }

    /** One for each kernel size that is specialised and two for the general kernels; more filters than a tile has rows. */
    static Stream<ConvGeometry> geometries() {
        return Stream.of(
                geometry(1, 1, 1, 0),
                geometry(3, 3, 1, 1),
                geometry(5, 5, 1, 2),
                geometry(2, 4, 1, 1),
                geometry(3, 3, 2, 1));
    }

    private static ConvGeometry geometry(int rows, int cols, int stride, int pad) {
        return new ConvGeometry(
                66,
                70,
                1,
                new WindowAxis(8, rows, stride, 1, pad, pad, false),
                new WindowAxis(9, cols, stride, 1, pad, pad, false));
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void convolution(ConvGeometry geometry) {
        int n = 3;
        Epilogue epilogue = new Epilogue(Bias.PER_FILTER, Activation.leakyRelu(0.1f));
        int in = n * geometry.inputShape().size();
        int out = n * geometry.outputShape().size();
        int weights = geometry.weightShape().size();
        float[] x = random(1, in);
        float[] w = random(2, weights);
        float[] b = random(3, geometry.outChannels());
        float[] dy = random(4, out);
        float[] y = new float[out];
        float[] dx = new float[in];
        float[] dw = new float[weights];
        float[] db = new float[geometry.outChannels()];
        try (WeightedOp op = reference.conv2d(geometry, epilogue, n)) {
            Tensor ys = tensor(reference, y);
            op.forward(n, tensor(reference, x), tensor(reference, w), tensor(reference, b), ys);
            reference.download(ys, y, out);
        }
        try (WeightedOp op = reference.conv2d(geometry, Epilogue.NONE, n)) {
            Tensor dxs = tensor(reference, dx);
            Tensor dws = tensor(reference, dw);
            Tensor ys = tensor(reference, y);
            op.backward(n, tensor(reference, x), tensor(reference, w), ys, tensor(reference, dy), dws, null, dxs);
            reference.download(dxs, dx, in);
            reference.download(dws, dw, weights);
        }
        for (int i = 0; i < out; i++) {
            int plane = geometry.rows().out() * geometry.cols().out();
            db[i / plane % db.length] += dy[i];
        }

        CudaStorage xs = storage(x);
        CudaStorage ws = storage(w);
        CudaStorage bs = storage(b);
        CudaStorage dys = storage(dy);
        Tensor ys = tensor(cuda, new float[out]);
        Same forward = new Same("forward", y);
        ConvTiles tiles = ConvTiles.forward(context, geometry, epilogue);
        for (int shape = 0; shape < tiles.shapes(); shape++) {
            tiles.forward(shape, n, xs, ws, bs, (CudaStorage) ys.storage());
            forward.check(shape, ys);
        }
        Tensor dxs = tensor(cuda, new float[in]);
        Same data = new Same("backward data", dx);
        ConvTiles back = ConvTiles.backwardData(context, geometry);
        for (int shape = 0; shape < back.shapes(); shape++) {
            back.backwardData(shape, n, dys, ws, (CudaStorage) dxs.storage());
            data.check(shape, dxs);
        }
        Tensor dws = tensor(cuda, new float[weights]);
        Tensor dbs = tensor(cuda, new float[db.length]);
        Same filter = new Same("backward filter", dw);
        Same bias = new Same("bias", db);
        List<TileShape> shapes = ConvFilterGradient.SHAPES;
        for (int shape = 0; shape < shapes.size(); shape++) {
            ConvFilterGradient gradient = new ConvFilterGradient(context, geometry, shapes.get(shape), n);
            gradient.use(workspace(gradient.partialWeights()), workspace(gradient.partialBias()));
            gradient.run(n, xs, dys, (CudaStorage) dws.storage(), (CudaStorage) dbs.storage());
            // how the sum is cut depends on the number of tiles, and so may the bits
            filter.near(shape, dws);
            bias.near(shape, dbs);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void gemm(int transposes) {
        int m = 70;
        int n = 133;
        int k = 45;
        boolean transA = (transposes & 1) != 0;
        boolean transB = (transposes & 2) != 0;
        float[] a = random(5, m * k);
        float[] b = random(6, k * n);
        float[] bias = random(7, n);
        float[] c = product(m, n, k, transA, transB, a, 0, b, 0);
        for (int i = 0; i < c.length; i++) {
            c[i] = Math.max(0, c[i] + bias[i % n]);
        }
        TiledGemm gemm = new TiledGemm(context, "test", transA, transB, false);
        gemm.use(workspace(6L * m * n));
        for (int part : new int[] {k, 16, 8}) {
            Same same = new Same("parts of " + part, c);
            for (int shape = 0; shape < TiledGemm.SHAPES.length; shape++) {
                Tensor cs = tensor(cuda, new float[m * n]);
                gemm.run(shape, part, m, n, k, storage(a), storage(b), storage(bias), Activation.RELU, (CudaStorage)
                        cs.storage());
                same.check(shape, cs);
            }
        }
    }

    @Test
    void batchedGemm() {
        int m = 9;
        int n = 35;
        int k = 20;
        int batches = 3;
        float[] a = random(8, batches * m * k);
        float[] b = random(9, batches * k * n);
        for (TileShape shape : TiledGemm.SHAPES) {
            Tensor c = tensor(cuda, new float[batches * m * n]);
            Launch launch = context.launch("test", "gabor_gemm_" + shape, 17);
            launch.setInt(0, m)
                    .setInt(1, n)
                    .setInt(2, k)
                    .setInt(3, 0)
                    .setInt(4, 1)
                    .setInt(5, batches);
            launch.setInt(6, m * k)
                    .setInt(7, k * n)
                    .setInt(8, m * n)
                    .setInt(9, 1)
                    .setInt(10, k);
            launch.setInt(11, Activation.Kind.IDENTITY.ordinal()).setFloat(12, 0);
            launch.setPointer(13, storage(a)).setPointer(14, storage(b)).setPointer(15, null);
            launch.setPointer(16, (CudaStorage) c.storage());
            launch.run((int) shape.tiles(m, n) * batches, TileShape.THREADS);
            float[] found = new float[batches * m * n];
            cuda.download(c, found, found.length);
            for (int batch = 0; batch < batches; batch++) {
                float[] expected = product(m, n, k, false, true, a, batch * m * k, b, batch * k * n);
                float[] part = Arrays.copyOfRange(found, batch * m * n, (batch + 1) * m * n);
                assertEquals(0, error(expected, part), BOUND, shape + ", product " + batch);
            }
        }
    }

    private static float[] product(
            int m, int n, int k, boolean transA, boolean transB, float[] a, int aAt, float[] b, int bAt) {
        float[] c = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    double left = a[aAt + (transA ? l * m + i : i * k + l)];
                    sum += left * b[bAt + (transB ? j * k + l : l * n + j)];
                }
                c[i * n + j] = (float) sum;
            }
        }
        return c;
    }

    /** What all shapes must compute. */
    private final class Same {
        private final String what;
        private final float[] expected;
        private float[] first;

        Same(String what, float[] expected) {
            this.what = what;
            this.expected = expected;
        }

        /** Checks the distance from the reference, and then that the bits are those of the first shape. */
        void check(int shape, Tensor result) {
            float[] found = near(shape, result);
            if (first == null) {
                first = found;
            }
            assertArrayEquals(first, found, () -> what + ", shape " + shape + " against shape 0");
        }

        /** Checks the distance from the reference, and leaves nonsense behind for the next shape to overwrite. */
        float[] near(int shape, Tensor result) {
            float[] found = new float[expected.length];
            cuda.download(result, found, found.length);
            cuda.fill(result, Float.NaN);
            double error = error(expected, found);
            assertTrue(error <= BOUND, () -> String.format(Locale.ROOT, "%s, shape %d: error %g", what, shape, error));
            return found;
        }
    }

    private static double error(float[] expected, float[] found) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }

    private static float[] random(int stream, int count) {
        Philox random = new Philox(0x711E, stream);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            // leaning to one side, so that sums do not cancel
            values[i] = random.nextInt(2001) / 1000f - 0.5f;
        }
        return values;
    }

    private static Tensor tensor(Backend backend, float[] values) {
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private CudaStorage storage(float[] values) {
        return (CudaStorage) tensor(cuda, values).storage();
    }

    private CudaStorage workspace(long floats) {
        return floats == 0
                ? null
                : (CudaStorage) cuda.allocate(Shape.of(Math.toIntExact(floats))).storage();
    }
}
