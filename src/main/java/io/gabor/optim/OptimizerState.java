package io.gabor.optim;

import io.gabor.backend.Backend;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    /** One for each group of parameters under one rule. */
    private final List<OptimizerOp> ops = new ArrayList<>();

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
            slots(network, optimizer).forEach((spec, slots) -> ops.add(backend.optimizer(spec, slots)));
        } catch (RuntimeException | Error e) {
            ops.forEach(OptimizerOp::close);
            held.forEach(backend::release);
            throw e;
        }
        setRate(optimizer.rate());
    }

    private Map<OptimizerSpec, List<OptimizerOp.Slot>> slots(Network network, Optimizer optimizer) {
        Map<OptimizerSpec, List<OptimizerOp.Slot>> slots = new LinkedHashMap<>();
        for (Parameter parameter : network.parameters()) {
            OptimizerSpec spec = optimizer.specFor(parameter);
            List<Tensor> own = new ArrayList<>();
            for (int i = 0; i < spec.stateCount(); i++) {
                own.add(allocate(ElementType.F32, parameter.shape()));
            }
            state.addAll(own);
            slots.computeIfAbsent(spec, none -> new ArrayList<>())
                    .add(new OptimizerOp.Slot(parameter.value(), parameter.gradient(), own));
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
        for (OptimizerOp op : ops) {
            op.step(rate, step);
        }
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
        ops.forEach(OptimizerOp::close);
        held.forEach(backend::release);
    }
}
