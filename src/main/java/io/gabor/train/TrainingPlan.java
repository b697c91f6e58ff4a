package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.data.Dataset;
import io.gabor.nn.Layer;
import io.gabor.nn.MemoryPlan;
import io.gabor.optim.Optimizer;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import java.util.function.Supplier;

/**
 * The memory that a training run takes on a backend, known before anything is built. What is smaller than a kilobyte or two
 * (rate, losses, normalisation) is left out, and so are the backend's own stores: the driver's context and kernels.
 *
 * @param network what the network takes
 * @param optimizer bytes of the rule's state
 * @param checkpoint bytes of the copies that are kept to find where a run diverges
 * @param accumulation bytes of the gradients' sum where a step is several batches
 * @param average bytes of the weights' moving average, and of the weights while it is shown in their place
 * @param best bytes of the best epoch's weights
 * @param dataSet bytes of all samples, labels or targets, and their order; 0 where no data set was given
 * @param staged bytes that a data set takes of which only one batch at a time is on the backend
 */
public record TrainingPlan(
        MemoryPlan network,
        long optimizer,
        long checkpoint,
        long accumulation,
        long average,
        long best,
        long dataSet,
        long staged) {
    /** As the other, for a run with its usual parts alone. */
    public static TrainingPlan of(
            Layer layers, Shape sample, Backend backend, int batch, Optimizer optimizer, Dataset data) {
        return of(layers, sample, backend, batch, optimizer, data, RunOptions.NONE);
    }

    /**
     * Plans a run.
     *
     * @param layers new ones; they are new afterwards
     * @param data may be null
     * @param options what the run does beside its usual parts
     */
    public static TrainingPlan of(
            Layer layers,
            Shape sample,
            Backend backend,
            int batch,
            Optimizer optimizer,
            Dataset data,
            RunOptions options) {
        MemoryPlan network = MemoryPlan.training(layers, sample, backend, batch);
        long state = optimizer.spec().stateCount() * network.gradients();
        long averages = options.averageDecay() == 0 ? 0 : network.parameters();
        long one = data == null ? 0 : bytesPerSample(data, backend);
        return new TrainingPlan(
                network,
                state,
                network.parameters() + state + averages,
                options.accumulate() == 1 ? 0 : network.gradients(),
                2 * averages,
                options.keepsBest() ? network.parameters() : 0,
                data == null ? 0 : one * data.size(),
                one * Math.min(batch, data == null ? 0 : data.size()));
    }

    /** Returns the bytes of a sample as a backend stores it, with its label or targets, and its place in an epoch's order. */
    public static long bytesPerSample(Dataset data, Backend backend) {
        long integer = backend.bytesOf(ElementType.I32);
        long answer = data.labels() != null
                ? integer
                : (long) backend.bytesOf(ElementType.F32) * data.targetShape().size();
        return (long) backend.bytesOf(data.type()) * data.sampleShape().size() + answer + integer;
    }

    /** Returns the bytes of it all, with the whole data set on the backend. */
    public long total() {
        return run() + dataSet;
    }

    /** Returns the bytes of it all, with one batch of the data set at a time on the backend: the least that is needed. */
    public long least() {
        return run() + staged;
    }

    private long run() {
        return network.total() + optimizer + checkpoint + accumulation + average + best;
    }

    /**
     * Returns an exception that adds to {@code e} what the plan says: what is needed and the largest batch that fits. It
     * is {@code e} itself where there can be no plan.
     *
     * @param e what came of trying
     * @param layers makes new layers
     * @param options what the run does beside its usual parts
     * @param free the bytes that a run may take
     */
    public static OutOfMemoryException explain(
            OutOfMemoryException e,
            Supplier<? extends Layer> layers,
            Shape sample,
            Backend backend,
            int batch,
            Optimizer optimizer,
            Dataset data,
            RunOptions options,
            long free) {
        OutOfMemoryException first = e.getCause() instanceof OutOfMemoryException cause ? cause : e;
        try {
            return MemoryPlan.explain(
                    first,
                    of(layers.get(), sample, backend, batch, optimizer, data, options)
                            .toString(),
                    n -> of(layers.get(), sample, backend, n, optimizer, data, options)
                            .least(),
                    batch,
                    free);
        } catch (BackendException | IllegalArgumentException noPlan) {
            return e;
        }
    }

    @Override
    public String toString() {
        return "training with batch " + network.batch() + " needs " + least() + " bytes: " + network.parts()
                + ", optimizer state " + optimizer + ", checkpoint " + checkpoint
                + (accumulation == 0 ? "" : ", accumulated gradients " + accumulation)
                + (average == 0 ? "" : ", average of the weights " + average)
                + (best == 0 ? "" : ", best epoch's weights " + best)
                + (dataSet == 0 ? "" : ", a batch of the data set " + staged + " (the whole set " + dataSet + ")");
    }
}
