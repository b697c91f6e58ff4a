package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Arrays;

/**
 * One layer, or container of layers, connected by itself on the reference backend, with values and gradients that can be set
 * and read with all the bits of a double. Unlike a network's, its input has a gradient if asked for. Parameters and input are
 * drawn from N(0, 1) and every output is poisoned with NaN first.
 */
final class LayerRun implements AutoCloseable {
    private final Backend backend = Backends.select("reference");
    private final BuildContext context;
    private final Layer layer;
    private final Flow in;
    private final int n;

    LayerRun(Layer made, Shape sample, int n, boolean fused, boolean inputGradient, long seed) {
        this.n = n;
        context = new BuildContext(backend, n, true, fused, seed);
        in = context.flow(sample, inputGradient);
        layer = made instanceof Container ? made : Sequential.of(made);
        layer.outputShape(sample);
        layer.build(context, in);
        Philox random = new Philox(seed, 77);
        set(in.value(), normal(in.value().size(), random));
        for (Parameter parameter : layer.parameters()) {
            set(parameter.value(), normal(parameter.value().size(), random));
            poison(parameter.gradient());
        }
        if (inputGradient) {
            poison(in.gradient());
        }
    }

    static double[] normal(int count, Philox random) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return values;
    }

    private void poison(Tensor tensor) {
        double[] values = new double[tensor.size()];
        Arrays.fill(values, Double.NaN);
        set(tensor, values);
    }

    Backend backend() {
        return backend;
    }

    Layer layer() {
        return layer;
    }

    Flow in() {
        return in;
    }

    Flow out() {
        return layer.out();
    }

    void set(Tensor tensor, double... values) {
        backend.upload(values, values.length, tensor);
    }

    double[] get(Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    Parameter parameter(String name) {
        return layer.parameters().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parameter " + name + " in " + layer.parameters()));
    }

    double[] forward() {
        layer.forward(n, Mode.TRAIN);
        return get(out().value());
    }

    /** Runs the backward pass from this gradient of the output; {@link #forward} has run. */
    void backward(double... outputGradient) {
        set(out().gradient(), outputGradient);
        layer.backward(n);
    }

    @Override
    public void close() {
        context.release();
        long left = backend.allocatedBytes();
        backend.close();
        if (left != 0) {
            throw new AssertionError(left + " bytes were not released");
        }
    }
}
