package io.gabor.backend.cpu;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Times depthwise and pointwise convolutions pass by pass beside their floor, as a program to run by hand. The floor of a
 * pass is the larger of two times: what its multiply-adds take at the ceiling, and what copying half of the bytes that it
 * has to touch takes. Arguments: the threads, the batch (one that does not fill whole blocks is computed in the plain layout).
 */
final class ConvProbe {
    private static final int ROUNDS = 9;
    private static final long ROUND_NANOS = 12_000_000;
    private static final long WARM_UP_NANOS = 400_000_000;

    private final Backend backend;
    private final int batch;
    private final double ceiling;
    private final Random random = new Random(1);

    private ConvProbe(Backend backend, int batch) {
        this.backend = backend;
        this.batch = batch;
        ceiling = Ceiling.measure(backend).orElseThrow();
    }

    private Tensor filled(Shape shape) {
        Tensor tensor = backend.allocate(shape);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    /** Returns the median time of a call in microseconds. */
    private static double[] micros(Runnable... calls) {
        for (Runnable call : calls) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < WARM_UP_NANOS) {
                call.run();
            }
        }
        double[][] times = new double[calls.length][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int c = 0; c < calls.length; c++) {
                long start = System.nanoTime();
                long now = start;
                int count = 0;
                while (now - start < ROUND_NANOS) {
                    calls[c].run();
                    count++;
                    now = System.nanoTime();
                }
                times[c][round] = (now - start) / 1e3 / count;
            }
        }
        return Arrays.stream(times)
                .mapToDouble(each -> Arrays.stream(each).sorted().toArray()[ROUNDS / 2])
                .toArray();
    }

    private void convolution(String name, int in, int out, int extent, int kernel, int stride, int groups) {
        int padding = kernel / 2;
        WindowAxis axis = new WindowAxis(extent, kernel, stride, 1, padding, padding, false);
        ConvGeometry geometry = new ConvGeometry(in, out, groups, axis, axis);
        WeightedOp op = backend.conv2d(geometry, Epilogue.NONE, batch);
        Tensor x = filled(geometry.inputShape().batched(batch));
        Tensor dx = filled(geometry.inputShape().batched(batch));
        Tensor w = filled(geometry.weightShape());
        Tensor dw = filled(geometry.weightShape());
        Tensor y = filled(geometry.outputShape().batched(batch));
        Tensor dy = filled(geometry.outputShape().batched(batch));
        int bytes = x.shape().size() + y.shape().size();
        Tensor from = filled(Shape.of(bytes / 2));
        Tensor to = filled(Shape.of(bytes / 2));
        double[] t = micros(
                () -> backend.copy(bytes / 2, from, to),
                () -> op.forward(batch, x, w, null, y),
                () -> op.backward(batch, x, w, y, dy, dw, null, null),
                () -> op.backward(batch, x, w, y, dy, dw, null, dx));
        double arithmetic = geometry.flops() * batch / ceiling / 1e3;
        double floor = Math.max(t[0], arithmetic);
        System.out.printf(
                Locale.ROOT,
                "%-20s copy %7.0f us  sums %7.0f us | forward %7.0f us %4.0f %%  filter %7.0f us %4.0f %%  input %7.0f us %4.0f %%%n",
                name,
                t[0],
                arithmetic,
                t[1],
                100 * floor / t[1],
                t[2],
                100 * floor / t[2],
                t[3] - t[2],
                100 * floor / (t[3] - t[2]));
        op.close();
    }

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        int batch = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        try (Backend backend = Backends.select("cpu", new BackendOptions(threads))) {
            ConvProbe probe = new ConvProbe(backend, batch);
            System.out.printf(
                    Locale.ROOT,
                    "%s, JDK %s, batch %d, ceiling %.0f GFLOP/s%n",
                    backend.device(),
                    System.getProperty("java.version"),
                    batch,
                    probe.ceiling);
            probe.convolution("depthwise 64@16", 64, 64, 16, 3, 1, 64);
            probe.convolution("depthwise 64@16 /2", 64, 64, 16, 3, 2, 64);
            probe.convolution("depthwise 128@8", 128, 128, 8, 3, 1, 128);
            probe.convolution("depthwise 32@32", 32, 32, 32, 3, 1, 32);
            probe.convolution("depthwise 32@32 /2", 32, 32, 32, 3, 2, 32);
            probe.convolution("depthwise 32@16 x2", 32, 64, 16, 3, 1, 32);
            probe.convolution("pointwise 32-64@32", 32, 64, 32, 1, 1, 1);
            probe.convolution("pointwise 128-128@8", 128, 128, 8, 1, 1, 1);
        }
    }
}
