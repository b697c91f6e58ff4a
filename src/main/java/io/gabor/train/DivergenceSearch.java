package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Finds where a training run first left the finite numbers. The run itself never looks, since looking would make every step
 * wait; but steps are reproducible, so from the last checkpoint they are taken again, one by one and with eyes open.
 */
final class DivergenceSearch {
    private static final String ADVICE = "the last finite parameters are kept; try a smaller learning rate, "
            + "check the scale of the inputs, or use another initialiser";

    private final Network network;
    private final TrainingStep step;
    private final Checkpoint checkpoint;
    private final int batch;
    private final int samples;
    private final LongConsumer beforeStep;

    /**
     * Prepares a search.
     *
     * @param batch the samples of a full step
     * @param samples the samples of an epoch; its last step may have fewer
     * @param beforeStep sets what the host sets before the step of a number, from 1: the rate
     */
    DivergenceSearch(
            Network network,
            TrainingStep step,
            Checkpoint checkpoint,
            int batch,
            int samples,
            LongConsumer beforeStep) {
        this.network = network;
        this.step = step;
        this.checkpoint = checkpoint;
        this.batch = batch;
        this.samples = samples;
        this.beforeStep = beforeStep;
    }

    /**
     * Takes the steps since the checkpoint again until one is not finite, and goes back to the state before that one.
     *
     * @param firstStep the number of the first step behind the checkpoint, from 1
     * @param steps how many steps have been taken since the checkpoint, all in one epoch
     * @param seen how many samples of the epoch had been seen at the checkpoint
     * @return what was found; to be thrown
     */
    NonFiniteException search(long firstStep, int steps, int seen) {
        checkpoint.restore();
        for (int i = 0; i < steps; i++) {
            checkpoint.save();
            beforeStep.accept(firstStep + i);
            int from = seen + i * batch;
            int n = Math.min(batch, samples - from);
            NonFiniteException found = look(firstStep + i, from, n);
            if (found != null) {
                checkpoint.restore();
                return found;
            }
        }
        return new NonFiniteException(firstStep + steps - 1, "the network", "some value of the network", ADVICE);
    }

    private NonFiniteException look(long number, int from, int n) {
        List<Layer> layers = new ArrayList<>();
        collect(network.root(), layers);
        for (int part = 0; part < step.parts(n); part++) {
            int size = step.partSize(part, n);
            step.prepare(from + step.partStart(part), size);
            NonFiniteException found = lookAtPasses(number, size, layers);
            if (found != null) {
                return found;
            }
            step.collect(part, size, n);
        }
        step.finish(n);
        for (Layer layer : layers) {
            NonFiniteException parameter = look(number, layer, Parameter::value, "the updated ");
            if (parameter != null) {
                return parameter;
            }
        }
        return null;
    }

    private NonFiniteException lookAtPasses(long number, int n, List<Layer> layers) {
        step.forward(n);
        for (Layer layer : layers) {
            if (!finite(layer.out().value(), n)) {
                return found(number, layer, "the output");
            }
        }
        if (!Float.isFinite(step.readLoss())) {
            return new NonFiniteException(number, "the loss", "the loss", ADVICE);
        }
        network.backward(n);
        for (int i = layers.size() - 1; i >= 0; i--) {
            Layer layer = layers.get(i);
            if (!finite(layer.out().gradient(), n)) {
                return found(number, layer, "the gradient at the output");
            }
            NonFiniteException parameter = look(number, layer, Parameter::gradient, "the gradient of the ");
            if (parameter != null) {
                return parameter;
            }
        }
        return null;
    }

    private NonFiniteException look(long number, Layer layer, Function<Parameter, Tensor> of, String what) {
        if (layer.children().isEmpty()) {
            for (Parameter parameter : layer.parameters()) {
                if (!finite(of.apply(parameter), parameter.shape().dim(0))) {
                    String role = parameter.name().substring(parameter.name().lastIndexOf('.') + 1);
                    return found(number, layer, what + role);
                }
            }
        }
        return null;
    }

    private static NonFiniteException found(long number, Layer layer, String what) {
        boolean outermost = layer.name() == null;
        String name = outermost ? "the outermost " + layer.kind() : layer.name();
        return new NonFiniteException(number, name, what + " of " + (outermost ? name : "layer " + name), ADVICE);
    }

    /** Collects the layers that write an output, in that order: a residual adds one behind its body, a sequence none. */
    private static void collect(Layer layer, List<Layer> into) {
        List<Layer> children = layer.children();
        children.forEach(child -> collect(child, into));
        if (children.isEmpty()
                || children.get(children.size() - 1).out().value()
                        != layer.out().value()) {
            into.add(layer);
        }
    }

    /** Returns whether all parameters are finite. */
    boolean parametersFinite() {
        return network.parameters().stream()
                .allMatch(p -> finite(p.value(), p.shape().dim(0)));
    }

    /** Looks at the first {@code rows} along the first axis; a tensor that does not exist is finite. */
    private boolean finite(Tensor tensor, int rows) {
        if (tensor == null) {
            return true;
        }
        Backend backend = network.backend();
        float[] values = new float[tensor.size() / tensor.shape().dim(0) * rows];
        backend.download(tensor, values, values.length);
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
