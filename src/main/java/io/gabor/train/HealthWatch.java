package io.gabor.train;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.Pointwise;
import io.gabor.nn.ActivationLayer;
import io.gabor.nn.Flow;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.nn.PointwiseLayer;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at some of a run's steps: at step 1, 2, 4, 8, ..., and then at every n-th. It reads back what the step has left
 * behind, when it is over: outputs, gradients and parameters stay where they are until the next step. So a step that is
 * looked at is the same calls as one that is not, and gives the same bits on any backend; the price is the copies.
 */
final class HealthWatch {
    /** Where sigmoid and tanh have a fiftieth of their steepest slope: at 0.99 of the way from the middle to the bound. */
    private static final float FLAT = 0.99f;

    private final Backend backend;
    private final int every;
    private final List<Row> rows = new ArrayList<>();
    private final HealthRules rules = new HealthRules();
    private final float[] host;

    HealthWatch(Network network, int every) {
        backend = network.backend();
        this.every = every;
        int largest = 0;
        for (Layer layer : network.leaves()) {
            if (layer.isFused()) {
                addActivation(layer);
            } else if (!layer.parameters().isEmpty() || isActivation(layer)) {
                Row row = new Row(layer);
                rows.add(row);
                largest = Math.max(largest, row.largest());
            }
        }
        host = new float[largest];
    }

    private static boolean isActivation(Layer layer) {
        return layer instanceof ActivationLayer || layer instanceof PointwiseLayer;
    }

    /** The layer in front computes this one. */
    private void addActivation(Layer layer) {
        Row before = rows.isEmpty() ? null : rows.get(rows.size() - 1);
        if (before != null
                && layer instanceof ActivationLayer
                && before.out.value().storage() == layer.out().value().storage()) {
            before.activation = layer;
        }
    }

    /** Returns whether the step of this number is to be looked at. */
    boolean due(long step) {
        return step % every == 0 || (step < every && Long.bitCount(step) == 1);
    }

    /** Called before a step that is due. */
    void before() {
        rows.forEach(Row::keepParameters);
    }

    /** Called after it, with the samples of its last batch. */
    Health after(int epoch, long step, double rate, int samples) {
        List<LayerHealth> layers = rows.stream().map(row -> row.look(samples)).toList();
        return new Health(epoch, step, rate, samples, layers, rules.judge(step, rate, samples, layers));
    }

    /** A layer that is looked at. */
    private final class Row {
        private final Layer layer;
        private final Flow out;
        private final List<float[]> before = new ArrayList<>();
        /** What it computes at its end, or what it is; null for none. */
        private Layer activation;

        Row(Layer layer) {
            this.layer = layer;
            out = layer.out();
            activation = isActivation(layer) ? layer : null;
            layer.parameters().forEach(p -> before.add(new float[p.shape().size()]));
        }

        int largest() {
            int parameters =
                    before.stream().mapToInt(values -> values.length).max().orElse(0);
            return Math.max(out.value().size(), parameters);
        }

        void keepParameters() {
            for (int i = 0; i < before.size(); i++) {
                backend.download(layer.parameters().get(i).value(), before.get(i), before.get(i).length);
            }
        }

        LayerHealth look(int n) {
            int count = read(out.value(), n * out.sampleSize());
            double mean = HostSums.sum(host, count) / count;
            double variance = HostSums.squares(host, count) / count - mean * mean;
            double dead = dead(n);
            double saturated = saturated(count);
            double gradient = out.gradient() == null
                    ? Double.NaN
                    : Math.sqrt(n * HostSums.squares(host, read(out.gradient(), count)));
            List<ParameterHealth> parameters = new ArrayList<>();
            for (int i = 0; i < before.size(); i++) {
                parameters.add(look(layer.parameters().get(i), before.get(i)));
            }
            return new LayerHealth(
                    layer.name(),
                    activation == null ? "" : activation.kind(),
                    mean,
                    // rounding may leave less than nothing; NaN stays
                    Math.sqrt(Math.max(0, variance)),
                    gradient,
                    dead,
                    saturated,
                    parameters);
        }

        private ParameterHealth look(Parameter parameter, float[] had) {
            double update = Math.sqrt(HostSums.squaredDistance(host, had, read(parameter.value(), had.length)));
            double gradient = Math.sqrt(HostSums.squares(host, read(parameter.gradient(), had.length)));
            return new ParameterHealth(
                    parameter.name(), Math.sqrt(HostSums.squares(had, had.length)), gradient, update);
        }

        private double dead(int n) {
            int units = out.sampleShape().dim(0);
            return isZeroBelow(activation)
                    ? (double) HostSums.zeroUnits(host, n, units, out.sampleSize() / units) / units
                    : Double.NaN;
        }

        private double saturated(int count) {
            if (!(activation instanceof ActivationLayer curve)) {
                return Double.NaN;
            }
            return switch (curve.function().kind()) {
                case SIGMOID -> (double) HostSums.beyond(host, count, 0.5f, FLAT / 2) / count;
                case TANH -> (double) HostSums.beyond(host, count, 0, FLAT) / count;
                case IDENTITY, RELU, LEAKY_RELU -> Double.NaN;
            };
        }

        private int read(Tensor tensor, int count) {
            backend.download(tensor, host, count);
            return count;
        }
    }

    /** Returns whether an activation is exactly 0, with no slope, for small inputs. */
    private static boolean isZeroBelow(Layer activation) {
        return activation instanceof ActivationLayer curve && curve.function().kind() == Activation.Kind.RELU
                || activation instanceof PointwiseLayer point
                        && point.function().kind() == Pointwise.Kind.HARD_SWISH;
    }
}
