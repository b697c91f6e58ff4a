package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The exponential moving average of a network's parameters (Polyak and Juditsky, 1992): {@code a ← d·a + (1 − d)·p} behind
 * each update, on the backend. It starts with the parameters that the run starts with.
 */
final class WeightAverage implements AutoCloseable {
    private final Backend backend;
    private final float decay;
    private final Held held;
    private final List<Tensor> live = new ArrayList<>();
    private final List<Tensor> averages = new ArrayList<>();
    private final Checkpoint own;

    WeightAverage(Network network, double decay) {
        this.backend = network.backend();
        this.decay = (float) decay;
        held = new Held(backend);
        try {
            for (Parameter parameter : network.parameters()) {
                live.add(parameter.value());
                averages.add(held.allocate(ElementType.F32, parameter.shape()));
            }
            own = new Checkpoint(network);
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
        copy(live, averages);
    }

    /** Follows the parameters after an update. */
    void follow() {
        for (int i = 0; i < live.size(); i++) {
            backend.blend(live.get(i).size(), 1 - decay, live.get(i), decay, averages.get(i));
        }
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
        own.close();
        held.close();
    }
}
