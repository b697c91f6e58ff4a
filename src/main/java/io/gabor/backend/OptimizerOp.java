package io.gabor.backend;

import io.gabor.tensor.Tensor;
import java.util.List;

/** One optimizer rule applied to a fixed list of parameters at once. Made by {@link Backend#optimizer}. */
public interface OptimizerOp extends AutoCloseable {
    /**
     * A parameter, its gradient, and the rule's state for it.
     *
     * @param state {@link OptimizerSpec#stateCount()} tensors of the parameter's shape
     */
    record Slot(Tensor value, Tensor gradient, List<Tensor> state) {
        public Slot {
            state = List.copyOf(state);
        }
    }

    /**
     * Updates every parameter and its state.
     *
     * @param rate F32, one element: the learning rate η
     * @param step I32, one element: the number t of this step, from 1
     */
    void step(Tensor rate, Tensor step);

    /** Releases whatever the op holds. */
    @Override
    void close();
}
