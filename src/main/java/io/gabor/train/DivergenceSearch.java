package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.Tensor;
import java.util.List;
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
     * @param batch the samples of a full batch
     * @param samples the samples of an epoch; its last batch may be smaller
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
            NonFiniteException found = look(firstStep + i, Math.min(batch, samples - seen - i * batch));
            if (found != null) {
                checkpoint.restore();
                return found;
            }
        }
        return new NonFiniteException(firstStep + steps - 1, "the network", "some value", ADVICE);
    }

    private NonFiniteException look(long number, int n) {
        step.forward(n);
        List<Layer> leaves = network.leaves();
        for (Layer layer : leaves) {
            if (!finite(layer.out().value(), n)) {
                return new NonFiniteException(number, "layer " + layer.name(), "the output", ADVICE);
            }
        }
        if (!Float.isFinite(step.readLoss())) {
            return new NonFiniteException(number, "the loss", "the value", ADVICE);
        }
        network.backward(n);
        for (int i = leaves.size() - 1; i >= 0; i--) {
            Layer layer = leaves.get(i);
            if (!finite(layer.out().gradient(), n)) {
                return new NonFiniteException(number, "layer " + layer.name(), "the gradient at the output", ADVICE);
            }
            for (Parameter parameter : layer.parameters()) {
                if (!finite(parameter.gradient(), parameter.shape().dim(0))) {
                    return new NonFiniteException(
                            number, "layer " + layer.name(), "the gradient of " + parameter.name(), ADVICE);
                }
            }
        }
        step.update(n);
        for (Parameter parameter : network.parameters()) {
            if (!finite(parameter.value(), parameter.shape().dim(0))) {
                String layer = parameter.name().substring(0, parameter.name().lastIndexOf('.'));
                return new NonFiniteException(number, "layer " + layer, "the updated " + parameter.name(), ADVICE);
            }
        }
        return null;
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
