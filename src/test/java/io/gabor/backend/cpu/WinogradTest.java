package io.gabor.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions that are computed by Winograd's method: what the conformance suite's small geometries do not reach. */
class WinogradTest {
    private static final double BOUND = 1e-5;
    private static final int SAMPLES = 3000;

    /** A convolution's values on one backend; tensors 0 to 2 are y, dx and dw. */
    private record Run(float[] x, float[] w, float[] dy, float[][] results) {}

    private static ConvGeometry geometry(int channels, int filters, int size) {
        return new ConvGeometry(
                channels, filters, 1, Padding.SAME.rows(size, 3, 1, 1, false), Padding.SAME.cols(size, 3, 1, 1, false));
    }

    /** Values on both sides of zero, so that sums are small against their terms: the hardest case for rounding. */
    private static float[] values(Philox random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.uniform(-1, 1);
        }
        return values;
    }

    private static Tensor upload(CpuBackend backend, float[] values) {
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private static float[] download(CpuBackend backend, Tensor tensor) {
        float[] values = new float[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    private static Run run(int threads, ConvGeometry geometry, int n) {
        Philox random = new Philox(23, 1);
        float[] x = values(random, n * geometry.inputShape().size());
        float[] w = values(random, geometry.weightShape().size());
        float[] dy = values(random, n * geometry.outputShape().size());
        Epilogue none = new Epilogue(Bias.NONE, Activation.IDENTITY);
        try (CpuBackend backend = new CpuBackend(threads, KernelSelection.kernels(), 0)) {
            WeightedOp conv = backend.conv2d(geometry, none, n);
            Tensor xs = upload(backend, x);
            Tensor ws = upload(backend, w);
            Tensor dys = upload(backend, dy);
            Tensor ys = backend.allocate(Shape.of(dy.length));
            Tensor dxs = backend.allocate(Shape.of(x.length));
            Tensor dws = backend.allocate(Shape.of(w.length));
            conv.forward(n, xs, ws, null, ys);
            conv.backward(n, xs, ws, ys, dys, dws, null, dxs);
            float[][] results = {download(backend, ys), download(backend, dxs), download(backend, dws)};
            return new Run(x, w, dy, results);
        }
    }

    @ParameterizedTest
    @CsvSource({"256, 256, 8, 64", "160, 160, 16, 32"})
    void errorsOfManyChannelsAndImages(int channels, int filters, int size, int n) {
        ConvGeometry geometry = geometry(channels, filters, size);
        assertTrue(WinogradTiles.suit(geometry));
        Run run = run(2, geometry, n);
        Philox random = new Philox(29, 1);
        double[] errors = new double[3];
        double[] norms = new double[3];
        for (int sample = 0; sample < SAMPLES; sample++) {
            for (int result = 0; result < 3; result++) {
                int at = random.nextInt(run.results[result].length);
                double expected =
                        result == 2 ? weightGradient(run, geometry, n, at) : pixel(run, geometry, at, result == 1);
                errors[result] += Math.pow(run.results[result][at] - expected, 2);
                norms[result] += expected * expected;
            }
        }
        for (int result = 0; result < 3; result++) {
            double error = Math.sqrt(errors[result] / norms[result]);
            assertTrue(error <= BOUND, new String[] {"y", "dx", "dw"}[result] + ": error " + error);
        }
    }

    /** One element of y, or of dx. */
    private static double pixel(Run run, ConvGeometry geometry, int at, boolean backward) {
        int size = geometry.rows().in();
        int channels = geometry.inChannels();
        int filters = geometry.outChannels();
        int features = backward ? channels : filters;
        int sources = backward ? filters : channels;
        int col = at % size;
        int row = at / size % size;
        int feature = at / size / size % features;
        int image = at / size / size / features;
        double sum = 0;
        for (int source = 0; source < sources; source++) {
            for (int tap = 0; tap < 9; tap++) {
                int i = row + tap / 3 - 1;
                int j = col + tap % 3 - 1;
                if (i >= 0 && i < size && j >= 0 && j < size) {
                    int weight = backward
                            ? (source * channels + feature) * 9 + 8 - tap
                            : (feature * channels + source) * 9 + tap;
                    float[] from = backward ? run.dy : run.x;
                    sum += (double) from[((image * sources + source) * size + i) * size + j] * run.w[weight];
                }
            }
        }
        return sum;
    }

    private static double weightGradient(Run run, ConvGeometry geometry, int n, int at) {
        int size = geometry.rows().in();
        int channels = geometry.inChannels();
        int tap = at % 9;
        int channel = at / 9 % channels;
        int filter = at / 9 / channels;
        double sum = 0;
        for (int image = 0; image < n; image++) {
            for (int pixel = 0; pixel < size * size; pixel++) {
                int i = pixel / size + tap / 3 - 1;
                int j = pixel % size + tap % 3 - 1;
                if (i >= 0 && i < size && j >= 0 && j < size) {
                    sum += (double) run.x[((image * channels + channel) * size + i) * size + j]
                            * run.dy[(image * geometry.outChannels() + filter) * size * size + pixel];
                }
            }
        }
        return sum;
    }

    @Test
    void theBitsDoNotDependOnTheThreads() {
        ConvGeometry geometry = geometry(40, 24, 10);
        float[][] expected = run(1, geometry, 64).results;
        for (int threads : new int[] {2, 3, 7}) {
            float[][] found = run(threads, geometry, 64).results;
            for (int result = 0; result < 3; result++) {
                assertArrayEquals(expected[result], found[result], 0f, "result " + result + ", threads " + threads);
            }
        }
    }
}
