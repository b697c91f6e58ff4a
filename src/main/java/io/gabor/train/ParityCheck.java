package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.Layer;
import io.gabor.nn.Loss;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Holds one backend against another: the same layers with the same first parameters on the same batch must give the same
 * output, loss, and gradient of every parameter.
 */
public final class ParityCheck {
    /** The bound on {@code ‖found − expected‖ / ‖expected‖} of each quantity, for float32. */
    public static final double BOUND = 1e-5;

    /**
     * The part of all gradients' norm below which a gradient is 0 but for rounding, as in a net with batch normalisation that
     * of a scale whose channel the next layer but one normalises again. Its error relative to itself would say nothing.
     */
    private static final double NOTHING = 1e-5;
    /** The part of all gradients' norm that the error of such a gradient is measured against. */
    private static final double SMALL = 1e-2;

    private static final String GRADIENT = "gradient of ";

    /**
     * One comparison.
     *
     * @param quantity {@code output}, {@code loss}, or {@code gradient of} a parameter
     * @param error the relative error in the Euclidean norm, for a gradient that is 0 but for rounding relative to a
     *     hundredth of the norm of all gradients; infinite if there is a NaN
     */
    public record Row(String quantity, double error) {
        public boolean passed() {
            return error <= BOUND;
        }
    }

    private ParityCheck() {}

    /**
     * Compares two backends on the first samples of a data set.
     *
     * @param expected usually the reference backend
     * @param found the backend to be checked
     * @param layers makes new layers, the same ones each time
     * @param batch the number of samples
     */
    public static List<Row> run(
            Backend expected,
            Backend found,
            Supplier<? extends Layer> layers,
            Dataset data,
            Normalization normalization,
            Loss loss,
            int batch,
            long seed) {
        int n = Math.min(batch, data.size());
        Map<String, double[]> right = quantities(expected, layers, data.first(n), normalization, loss, seed);
        Map<String, double[]> checked = quantities(found, layers, data.first(n), normalization, loss, seed);
        List<Row> rows = new ArrayList<>();
        double all = Math.sqrt(right.entrySet().stream()
                .filter(quantity -> quantity.getKey().startsWith(GRADIENT))
                .mapToDouble(quantity -> squares(quantity.getValue()))
                .sum());
        right.forEach((name, values) ->
                rows.add(new Row(name, relativeError(values, checked.get(name), name.startsWith(GRADIENT) ? all : 0))));
        return rows;
    }

    private static double squares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    private static Map<String, double[]> quantities(
            Backend backend,
            Supplier<? extends Layer> layers,
            Dataset data,
            Normalization normalization,
            Loss loss,
            long seed) {
        int n = data.size();
        Tensor lossValue = backend.allocate(Shape.of(1));
        try (Network network = Network.training(layers.get(), data.sampleShape(), backend, n, seed);
                DeviceDataset onDevice = DeviceDataset.open(network, loss, data, normalization)) {
            onDevice.start(IntStream.range(0, n).toArray());
            onDevice.prepare(0, n);
            onDevice.fetch(n, network.in().value());
            network.forward(n, Mode.TRAIN);
            loss.compute(
                    backend,
                    n,
                    network.out().value(),
                    onDevice.target(),
                    lossValue,
                    network.out().gradient());
            network.backward(n);
            Map<String, double[]> result = new LinkedHashMap<>();
            result.put("output", read(backend, network.out().value()));
            result.put("loss", read(backend, lossValue));
            for (Parameter parameter : network.parameters()) {
                result.put(GRADIENT + parameter.name(), read(backend, parameter.gradient()));
            }
            return result;
        } finally {
            backend.release(lossValue);
        }
    }

    private static double[] read(Backend backend, Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    private static double relativeError(double[] expected, double[] found, double all) {
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (expected[i] - found[i]) * (expected[i] - found[i]);
        }
        double own = Math.sqrt(squares(expected));
        double norm = own < NOTHING * all ? SMALL * all : own;
        double error = difference == 0 ? 0 : Math.sqrt(difference) / norm;
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }
}
