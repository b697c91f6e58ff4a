package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Padding;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times whole training steps of small nets op by op, as a program to run by hand: where does the time go? Arguments: the
 * net ({@code lenet}, {@code digits01} or {@code conv3x3}), the batch, the threads.
 */
final class StepProbe {
    private static final int WARM_UP = 300;

    private final Backend backend;
    private final int batch;
    private final List<String> names = new ArrayList<>();
    private final List<Runnable> forward = new ArrayList<>();
    private final List<Runnable> backward = new ArrayList<>();
    private final List<Long> flops = new ArrayList<>();
    private final List<OptimizerOp.Slot> slots = new ArrayList<>();
    private Shape shape;
    private Tensor x;
    private Tensor dx;
    private final Tensor rate;
    private final Tensor step;
    private final Tensor loss;
    private int seed = 1;

    private StepProbe(Backend backend, int batch, Shape input) {
        this.backend = backend;
        this.batch = batch;
        shape = input;
        x = filled(input.batched(batch), 1);
        rate = filled(Shape.of(1), 0.01f);
        step = backend.allocate(ElementType.I32, Shape.of(1));
        backend.increment(step, 1);
        loss = backend.allocate(Shape.of(1));
    }

    private Tensor filled(Shape size, float scale) {
        Tensor tensor = backend.allocate(size);
        float[] values = new float[size.size()];
        java.util.Random random = new java.util.Random(seed++);
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextFloat() - 0.5f) * scale;
        }
        if (values.length == 1) {
            values[0] = scale;
        }
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private void weighted(String name, WeightedOp op, Shape weights, Shape bias, Shape out, long work) {
        Tensor w = filled(weights, (float) (2 / Math.sqrt(weights.sample().size())));
        Tensor b = bias == null ? null : filled(bias, 0.01f);
        Tensor dw = backend.allocate(weights);
        Tensor db = bias == null ? null : backend.allocate(bias);
        Tensor in = x;
        Tensor din = dx;
        Tensor y = backend.allocate(out.batched(batch));
        Tensor dy = backend.allocate(out.batched(batch));
        names.add(name);
        forward.add(() -> op.forward(batch, in, w, b, y));
        backward.add(() -> op.backward(batch, in, w, y, dy, dw, db, din));
        flops.add(work * batch);
        slots.add(new OptimizerOp.Slot(w, dw, List.of()));
        if (b != null) {
            slots.add(new OptimizerOp.Slot(b, db, List.of()));
        }
        x = y;
        dx = dy;
        shape = out;
    }

    private void conv(int filters, int kernel, int stride, Padding padding, Bias bias, Activation f) {
        ConvGeometry g = new ConvGeometry(
                shape.dim(0),
                filters,
                1,
                padding.rows(shape.dim(1), kernel, stride, 1, false),
                padding.cols(shape.dim(2), kernel, stride, 1, false));
        Shape biases = bias == Bias.NONE ? null : bias.shape(g.outputShape());
        weighted(
                "conv " + filters,
                backend.conv2d(g, new Epilogue(bias, f), batch),
                g.weightShape(),
                biases,
                g.outputShape(),
                g.flops());
    }

    private void dense(int out, Activation f) {
        int in = shape.size();
        weighted(
                "dense " + out,
                backend.dense(in, out, new Epilogue(Bias.PER_FILTER, f), batch),
                Shape.of(out, in),
                Shape.of(out),
                Shape.of(out),
                2L * in * out);
    }

    private void pool() {
        PoolGeometry g = new PoolGeometry(
                shape.dim(0),
                Padding.VALID.rows(shape.dim(1), 2, 2, 1, false),
                Padding.VALID.cols(shape.dim(2), 2, 2, 1, false));
        PoolOp op = backend.maxPool2d(g, Ties.FIRST, batch);
        Tensor in = x;
        Tensor din = dx;
        Tensor y = backend.allocate(g.outputShape().batched(batch));
        Tensor dy = backend.allocate(g.outputShape().batched(batch));
        names.add("pool");
        forward.add(() -> op.forward(batch, in, y));
        backward.add(() -> op.backward(batch, in, y, dy, din));
        flops.add(0L);
        x = y;
        dx = dy;
        shape = g.outputShape();
    }

    private void crossEntropy() {
        int classes = shape.size();
        Tensor logits = x;
        Tensor gradient = dx;
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(batch));
        finish("cross-entropy", () -> backend.softmaxCrossEntropy(batch, classes, logits, labels, loss, gradient));
    }

    private void binaryCrossEntropy() {
        int count = shape.size() * batch;
        Tensor p = x;
        Tensor gradient = dx;
        Tensor target = backend.allocate(shape.batched(batch));
        finish("binary cross-entropy", () -> backend.binaryCrossEntropy(count, p, target, loss, gradient));
    }

    private void finish(String lossName, Runnable lossOp) {
        OptimizerOp optimizer = backend.optimizer(new OptimizerSpec.Sgd(0, false, 0), slots);
        names.add(lossName);
        forward.add(lossOp);
        backward.add(() -> {});
        flops.add(0L);
        names.add("sgd");
        forward.add(() -> {});
        backward.add(() -> optimizer.step(rate, step));
        flops.add(0L);
    }

    /** With one thread its processor time, which other programs disturb little; else the time of day. */
    private long clock() {
        return backend.threads() == 1
                ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
                : System.nanoTime();
    }

    private void step(long[] times) {
        int last = names.size();
        for (int i = 0; i < last; i++) {
            long start = clock();
            forward.get(i).run();
            times[i] += clock() - start;
        }
        for (int i = last - 2; i >= 0; i--) {
            long start = clock();
            backward.get(i).run();
            times[last + i] += clock() - start;
        }
        long start = clock();
        backward.get(last - 1).run();
        times[2 * last - 1] += clock() - start;
    }

    private void report(double ceiling) {
        int ops = names.size();
        int repeats = Math.max(20, 6000 / batch);
        for (int i = 0; i < WARM_UP; i++) {
            step(new long[2 * ops]);
        }
        double[] totals = new double[9];
        long[][] all = new long[9][];
        for (int trial = 0; trial < totals.length; trial++) {
            all[trial] = new long[2 * ops];
            for (int i = 0; i < repeats; i++) {
                step(all[trial]);
            }
            totals[trial] = Arrays.stream(all[trial]).sum() / 1e3 / repeats;
        }
        Arrays.sort(totals);
        long work = 0;
        for (int i = 0; i < ops; i++) {
            long forwardFlops = flops.get(i);
            long backwardFlops = i == 0 ? forwardFlops : 2 * forwardFlops;
            work += forwardFlops + backwardFlops;
            System.out.printf(
                    Locale.ROOT,
                    "%-22s forward %9.1f us %6.1f GF   backward %9.1f us %6.1f GF%n",
                    names.get(i),
                    micros(all, i, repeats),
                    forwardFlops / micros(all, i, repeats) / 1e3,
                    micros(all, ops + i, repeats),
                    backwardFlops / micros(all, ops + i, repeats) / 1e3);
        }
        double median = totals[totals.length / 2];
        System.out.printf(
                Locale.ROOT,
                "step %.1f us (best %.1f), %.0f images/s, %.1f GFLOP/s = %.1f %% of the ceiling %.1f (best %.1f %%)%n",
                median,
                totals[0],
                batch * 1e6 / median,
                work / median / 1e3,
                100 * work / median / 1e3 / ceiling,
                ceiling,
                100 * work / totals[0] / 1e3 / ceiling);
    }

    private static double micros(long[][] all, int op, int repeats) {
        return Arrays.stream(all).mapToLong(times -> times[op]).min().orElseThrow() / 1e3 / repeats;
    }

    public static void main(String[] args) {
        String net = args.length > 0 ? args[0] : "lenet";
        int batch = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        int threads = args.length > 2 ? Integer.parseInt(args[2]) : 2;
        try (Backend backend = Backends.select("cpu", new BackendOptions(threads))) {
            System.out.println(backend.device() + ", " + net + ", batch " + batch);
            double before = Ceiling.measure(backend).orElseThrow();
            StepProbe probe = new StepProbe(backend, batch, Shape.of(1, 28, 28));
            switch (net) {
                case "lenet" -> {
                    probe.conv(20, 5, 1, Padding.VALID, Bias.PER_FILTER, Activation.RELU);
                    probe.pool();
                    probe.conv(50, 5, 1, Padding.VALID, Bias.PER_FILTER, Activation.RELU);
                    probe.pool();
                    probe.dense(500, Activation.RELU);
                    probe.dense(10, Activation.IDENTITY);
                    probe.crossEntropy();
                }
                case "digits01" -> {
                    probe.conv(5, 4, 2, Padding.of(1), Bias.PER_FILTER, Activation.SIGMOID);
                    probe.pool();
                    probe.dense(100, Activation.SIGMOID);
                    probe.dense(2, Activation.SIGMOID);
                    probe.binaryCrossEntropy();
                }
                case "conv3x3" -> {
                    probe.conv(8, 3, 1, Padding.VALID, Bias.NONE, Activation.IDENTITY);
                    probe.pool();
                    probe.dense(10, Activation.IDENTITY);
                    probe.crossEntropy();
                }
                default -> throw new IllegalArgumentException("there is no net " + net);
            }
            probe.report(before);
        }
    }
}
