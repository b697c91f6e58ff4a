package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.nn.Network;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The exponential moving average of a network's parameters (Polyak and Juditsky, 1992): {@code a ← d·a + (1 − d)·p} behind
 * each update, on the backend. It starts with the parameters that the run starts with, and d with less, so that those are
 * soon forgotten ({@link OptimizerSpec.Average}). The running statistics of batch normalisation are averaged with the
 * parameters: those of the last steps would belong to other weights.
 */
final class WeightAverage implements AutoCloseable {
    private final Backend backend;
    private final Held held;
    private final List<String> names;
    private final List<Tensor> live = new ArrayList<>();
    private final List<Tensor> averages = new ArrayList<>();
    /** What the rule takes and does not read. */
    private final Tensor rate;

    private final Tensor step;
    private final OptimizerOp rule;
    private final Checkpoint own;

    /**
     * Begins an average.
     *
     * @param step the number of updates so far: I32, one element, in backend memory
     */
    WeightAverage(Network network, double decay, Tensor step) {
        this.backend = network.backend();
        this.step = step;
        names = List.copyOf(network.tensors().keySet());
        held = new Held(backend);
        try {
            rate = held.allocate(ElementType.F32, Shape.of(1));
            live.addAll(network.tensors().values());
            live.forEach(tensor -> averages.add(held.allocate(ElementType.F32, tensor.shape())));
            own = new Checkpoint(network);
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
        try {
            rule = backend.optimizer(new OptimizerSpec.Average(decay), slots(network.frozenNames()));
        } catch (RuntimeException | Error e) {
            own.close();
            held.close();
            throw e;
        }
        copy(live, averages);
    }

    /** Frozen weights are their own average, to the bit. */
    private List<OptimizerOp.Slot> slots(Set<String> frozen) {
        List<OptimizerOp.Slot> slots = new ArrayList<>();
        for (int i = 0; i < live.size(); i++) {
            if (frozen.contains(names.get(i))) {
                continue;
            }
            slots.add(new OptimizerOp.Slot(averages.get(i), live.get(i), List.of()));
        }
        return slots;
    }

    /** Follows the parameters after an update. */
    void follow() {
        rule.step(rate, step);
    }

    /** Puts the averages in the parameters' place, until {@link #hide}. */
    void show() {
        own.save();
        settle();
    }

    /** Gives the parameters back. */
    void hide() {
        own.restore();
    }

    /** Puts the averages in the parameters' place for good. */
    void settle() {
        copy(averages, live);
    }

    private void copy(List<Tensor> from, List<Tensor> to) {
        for (int i = 0; i < from.size(); i++) {
            backend.copy(from.get(i).size(), from.get(i), to.get(i));
        }
    }

    /** Returns the averages: what a step changes. */
    List<Tensor> tensors() {
        return averages;
    }

    @Override
    public void close() {
        rule.close();
        own.close();
        held.close();
    }
}
