package io.gabor.optim;

import io.gabor.backend.Backend;
import io.gabor.backend.OptimizerOp;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What an optimizer keeps for one network, in backend memory: the rate, the number of the step, and the rule's own state for
 * each parameter.
 */
public final class OptimizerState implements AutoCloseable {
    private final Backend backend;
    private final Tensor rate;
    private final Tensor step;
    private final List<Tensor> held = new ArrayList<>();
    private final List<Tensor> state = new ArrayList<>();
    private final OptimizerOp op;
    private final float[] rateOnHost = new float[1];

    OptimizerState(Network network, Optimizer optimizer) {
        if (!network.isTraining()) {
            throw new IllegalArgumentException(
                    "a network built for inference has no gradients to follow; build it with Network.training");
        }
        backend = network.backend();
        try {
            rate = allocate(ElementType.F32, Shape.of(1));
            step = allocate(ElementType.I32, Shape.of(1));
            op = backend.optimizer(
                    optimizer.spec(), slots(network, optimizer.spec().stateCount()));
        } catch (RuntimeException | Error e) {
            held.forEach(backend::release);
            throw e;
        }
        setRate(optimizer.rate());
    }

    private List<OptimizerOp.Slot> slots(Network network, int stateCount) {
        List<OptimizerOp.Slot> slots = new ArrayList<>();
        for (Parameter parameter : network.parameters()) {
            List<Tensor> own = new ArrayList<>();
            for (int i = 0; i < stateCount; i++) {
                own.add(allocate(ElementType.F32, parameter.shape()));
            }
            state.addAll(own);
            slots.add(new OptimizerOp.Slot(parameter.value(), parameter.gradient(), own));
        }
        return slots;
    }

    private Tensor allocate(ElementType type, Shape shape) {
        Tensor tensor = backend.allocate(type, shape);
        held.add(tensor);
        return tensor;
    }

    /** Sets the rate of the steps to come. */
    public void setRate(double value) {
        if (rateOnHost[0] != (float) value) {
            rateOnHost[0] = (float) value;
            backend.upload(rateOnHost, 1, rate);
        }
    }

    /** Counts one more step and updates every parameter by its gradient. */
    public void step() {
        backend.increment(step, 1);
        op.step(rate, step);
    }

    /** Returns the number of steps taken: I32, one element, in backend memory. */
    public Tensor stepCounter() {
        return step;
    }

    /** Returns the rule's state, parameter by parameter; all tensors that a step changes beside the parameters and counter. */
    public List<Tensor> tensors() {
        return Collections.unmodifiableList(state);
    }

    /** Releases the state. */
    @Override
    public void close() {
        op.close();
        held.forEach(backend::release);
    }
}
