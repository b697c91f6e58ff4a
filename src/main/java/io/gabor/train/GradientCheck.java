package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.nn.Layer;
import io.gabor.nn.Loss;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Holds every backward pass of a model against finite differences of its forward pass, in double on the reference backend.
 *
 * <p>Each layer is checked by itself on random input: with r a random direction, the gradient of {@code L = Σ r·y} with respect
 * to some elements of its input and parameters is compared with {@code (L(v + ε) − L(v − ε)) / 2ε}. Then the loss, and last
 * the whole network along one random direction in the space of all its parameters. Steps and bounds are those of PyTorch's
 * {@code gradcheck}: ε 1e-6, |analytic − numeric| ≤ 1e-5 + 1e-3·|numeric|.
 *
 * <p>Random input keeps clear of the kinks of ReLU and max pooling, where there is no derivative to compare with.
 */
public final class GradientCheck implements AutoCloseable {
    private static final double EPSILON = 1e-6;
    private static final double ABSOLUTE = 1e-5;
    private static final double RELATIVE = 1e-3;
    private static final int BATCH = 2;
    private static final int ELEMENTS = 16;

    /**
     * One comparison.
     *
     * @param layer the layer's name; or {@code loss}, {@code network}
     * @param of what the gradient is with respect to
     * @param elements how many elements were compared; 0 where the layer has nothing to compute
     * @param worst the largest share of the bound that a difference took; at most 1 is a pass
     */
    public record Row(String layer, String of, int elements, double worst) {
        public boolean passed() {
            return worst <= 1;
        }
    }

    private final Backend backend = Backends.select("reference");
    private final Philox random;
    private final Network network;
    private final Loss loss;
    private final List<Row> rows = new ArrayList<>();

    private GradientCheck(Supplier<? extends Layer> layers, Shape sample, Loss loss, long seed) {
        this.random = new Philox(seed, 0);
        this.loss = loss;
        this.network = Network.trainingUnfused(layers.get(), sample, backend, BATCH, seed);
    }

    /** Checks a model, given its layers and the shape of a sample, and returns a row for each comparison. */
    public static List<Row> run(Supplier<? extends Layer> layers, Shape sample, Loss loss, long seed) {
        try (GradientCheck check = new GradientCheck(layers, sample, loss, seed)) {
            check.network.leaves().forEach(check::layer);
            check.loss();
            check.wholeNetwork();
            return check.rows;
        }
    }

    private void layer(Layer layer) {
        if (layer.in().value().storage() == layer.out().value().storage()) {
            rows.add(new Row(layer.name(), "view", 0, 0));
            return;
        }
        Tensor x = layer.in().value();
        Tensor y = layer.out().value();
        double[] direction = normal(y.size());
        write(x, normal(x.size()));
        Runnable forward = () -> layer.forward(BATCH, Mode.TRAIN);
        forward.run();
        if (layer.out().gradient() == null) {
            rows.add(new Row(layer.name(), "no gradient asked for", 0, 0));
            return;
        }
        write(layer.out().gradient(), direction);
        layer.backward(BATCH);
        if (layer.in().gradient() != null) {
            compare(layer.name(), "input", x, layer.in().gradient(), forward, () -> dot(direction, read(y)));
        }
        for (Parameter parameter : layer.parameters()) {
            String role = parameter.name().substring(parameter.name().lastIndexOf('.') + 1);
            compare(
                    layer.name(),
                    role,
                    parameter.value(),
                    parameter.gradient(),
                    forward,
                    () -> dot(direction, read(y)));
        }
    }

    private void loss() {
        Tensor output = network.out().value();
        Tensor gradient = network.out().gradient();
        Tensor target = target();
        Tensor value = backend.allocate(Shape.of(1));
        double[] outputs = new double[output.size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = random.uniform(0.05, 0.95);
        }
        write(output, outputs);
        loss.compute(backend, BATCH, output, target, value, gradient);
        compare(
                "loss",
                loss.kind(),
                output,
                gradient,
                () -> loss.compute(backend, BATCH, output, target, value, null),
                () -> read(value)[0]);
    }

    private void wholeNetwork() {
        Tensor target = target();
        Tensor value = backend.allocate(Shape.of(1));
        write(network.in().value(), normal(network.in().value().size()));
        Runnable forward = () -> {
            network.root().forward(BATCH, Mode.TRAIN); // random masks stay as they are
            loss.compute(
                    backend,
                    BATCH,
                    network.out().value(),
                    target,
                    value,
                    network.out().gradient());
        };
        forward.run();
        network.backward(BATCH);
        int count = Math.toIntExact(network.parameterCount());
        if (count == 0) {
            return;
        }
        double[] direction = normal(count);
        double length = Math.sqrt(dot(direction, direction));
        List<double[]> origin =
                network.parameters().stream().map(p -> read(p.value())).toList();
        double analytic = 0;
        int at = 0;
        for (Parameter parameter : network.parameters()) {
            for (double g : read(parameter.gradient())) {
                analytic += g * direction[at++] / length;
            }
        }
        double[] ends = new double[2];
        for (int side = 0; side < 2; side++) {
            double step = (side == 0 ? EPSILON : -EPSILON) / length;
            at = 0;
            for (int p = 0; p < origin.size(); p++) {
                double[] moved = origin.get(p).clone();
                for (int i = 0; i < moved.length; i++) {
                    moved[i] += step * direction[at++];
                }
                write(network.parameters().get(p).value(), moved);
            }
            forward.run();
            ends[side] = read(value)[0];
        }
        rows.add(new Row("network", "all parameters", count, share(analytic, (ends[0] - ends[1]) / (2 * EPSILON))));
    }

    /** Compares some elements of an analytic gradient with differences of {@code objective} after {@code forward}. */
    private void compare(
            String layer, String of, Tensor variable, Tensor gradient, Runnable forward, Objective objective) {
        double[] values = read(variable);
        double[] analytic = read(gradient);
        int[] picked = new int[values.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = i;
        }
        random.shuffle(picked);
        int count = Math.min(ELEMENTS, picked.length);
        double worst = 0;
        for (int k = 0; k < count; k++) {
            int i = picked[k];
            double original = values[i];
            values[i] = original + EPSILON;
            write(variable, values);
            forward.run();
            double above = objective.value();
            values[i] = original - EPSILON;
            write(variable, values);
            forward.run();
            double below = objective.value();
            values[i] = original;
            worst = Math.max(worst, share(analytic[i], (above - below) / (2 * EPSILON)));
        }
        write(variable, values);
        rows.add(new Row(layer, of, count, worst));
    }

    private static double share(double analytic, double numeric) {
        double share = Math.abs(analytic - numeric) / (ABSOLUTE + RELATIVE * Math.abs(numeric));
        return Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
    }

    /** A number that a forward pass has left behind. */
    private interface Objective {
        double value();
    }

    private Tensor target() {
        int outputs = network.out().sampleSize();
        Tensor labels = backend.allocate(ElementType.I32, Shape.of(BATCH));
        int[] classes = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            classes[i] = random.nextInt(outputs);
        }
        backend.upload(classes, BATCH, labels);
        if (loss.takesLabels()) {
            return labels;
        }
        Tensor target = backend.allocate(network.out().value().shape());
        backend.oneHot(BATCH, outputs, labels, target);
        return target;
    }

    private double[] normal(int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return values;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private double[] read(Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    private void write(Tensor tensor, double[] values) {
        backend.upload(values, values.length, tensor);
    }

    @Override
    public void close() {
        network.close();
        backend.close();
    }
}
