package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.LayerConfig;
import io.gabor.nn.Loss;
import io.gabor.nn.MemoryPlan;
import io.gabor.nn.Network;
import io.gabor.optim.Optimizer;
import io.gabor.optim.OptimizerState;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** What a training run holds on the backend beside the network. Whatever fails, nothing is left. */
final class TrainingMemory implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final DeviceDataset data;
    private final OptimizerState optimizer;
    private final WeightAverage average;
    private final Checkpoint checkpoint;
    private final Checkpoint best;
    private final TrainingStep step;

    /**
     * Takes the memory.
     *
     * @param batch the samples of a full batch
     * @param options what the run does beside its usual parts
     * @param staged whether only one batch of the data set at a time is to be there
     */
    TrainingMemory(
            Network network,
            Loss loss,
            Optimizer rule,
            Dataset samples,
            Normalization normalization,
            int batch,
            RunOptions options,
            boolean staged) {
        try {
            data = opened(new DeviceDataset(network, loss, samples, normalization, staged));
            data.augment(options.augmentation(), samples, options.seed());
            optimizer = opened(rule.attach(network));
            average = options.averageDecay() == 0
                    ? null
                    : opened(new WeightAverage(network, options.averageDecay(), optimizer.stepCounter()));
            List<Tensor> averages = average == null ? List.of() : average.tensors();
            checkpoint = opened(new Checkpoint(network, optimizer, data, averages));
            best = options.keepsBest() ? opened(new Checkpoint(network)) : null;
            step = opened(new TrainingStep(network, loss, optimizer, data, batch, options, average));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Takes the memory, with the whole data set if that fits, else with one batch of it at a time, which a line says.
     *
     * @throws OutOfMemoryException if not even that fits; says what is needed and the largest batch that fits
     */
    static TrainingMemory open(
            Network network,
            Loss loss,
            Optimizer rule,
            Dataset samples,
            Normalization normalization,
            int batch,
            RunOptions options) {
        try {
            return new TrainingMemory(network, loss, rule, samples, normalization, batch, options, false);
        } catch (OutOfMemoryException whole) {
            try {
                TrainingMemory memory =
                        new TrainingMemory(network, loss, rule, samples, normalization, batch, options, true);
                memory.data.announce(samples);
                return memory;
            } catch (OutOfMemoryException e) {
                throw explained(e, network, rule, samples, options);
            }
        }
    }

    /** Another batch would mean another network, which could have this one's memory. */
    private static OutOfMemoryException explained(
            OutOfMemoryException e, Network network, Optimizer rule, Dataset samples, RunOptions options) {
        Backend backend = network.backend();
        Shape sample = network.in().sampleShape();
        int batch = network.maxBatch();
        try {
            Map<String, Object> layers = LayerConfig.write(network.root());
            long free = backend.freeBytes()
                    + MemoryPlan.training(LayerConfig.read(layers), sample, backend, batch)
                            .total();
            return TrainingPlan.explain(
                    e, () -> LayerConfig.read(layers), sample, backend, batch, rule, samples, options, free);
        } catch (BackendException | IllegalArgumentException noPlan) {
            return e;
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    DeviceDataset data() {
        return data;
    }

    OptimizerState optimizer() {
        return optimizer;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Returns the parameters' moving average; null if there is none. */
    WeightAverage average() {
        return average;
    }

    /** Returns where the best epoch's parameters are kept; null if they are not. */
    Checkpoint best() {
        return best;
    }

    TrainingStep step() {
        return step;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("what a run held could not be released", e);
            }
        }
    }
}
