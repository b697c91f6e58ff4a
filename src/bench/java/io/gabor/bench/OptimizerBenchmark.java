package io.gabor.bench;

import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Param;

/** An update of the parameters of {@code lenet}; {@code batch} is not used. */
public class OptimizerBenchmark extends OpBenchmark {
    private static final int[] SIZES = {20 * 25, 20, 50 * 20 * 25, 50, 500 * 800, 500, 10 * 500, 10};

    /** The rule. */
    public enum Rule {
        SGD(new OptimizerSpec.Sgd(0, false, 0)),
        MOMENTUM(new OptimizerSpec.Sgd(0.9, false, 0)),
        NESTEROV(new OptimizerSpec.Sgd(0.9, true, 0)),
        ADAM(new OptimizerSpec.Adam(0.9, 0.999, 1e-8, 0, false)),
        ADAMW(new OptimizerSpec.Adam(0.9, 0.999, 1e-8, 0.01, true)),
        RMSPROP(new OptimizerSpec.RmsProp(0.99, 1e-8, 0, 0)),
        ADAGRAD(new OptimizerSpec.Adagrad(1e-10, 0)),
        AVERAGE(new OptimizerSpec.Average(0.999));

        private final OptimizerSpec spec;

        Rule(OptimizerSpec spec) {
            this.spec = spec;
        }
    }

    @Param
    public Rule rule;

    private final List<Tensor> changed = new ArrayList<>();
    private Tensor rate;
    private Tensor step;
    private OptimizerOp op;

    @Override
    void prepare() {
        List<OptimizerOp.Slot> slots = new ArrayList<>();
        for (int size : SIZES) {
            Shape shape = Shape.of(size);
            Tensor value = uniform(shape, -1, 1);
            List<Tensor> state = IntStream.range(0, rule.spec.stateCount())
                    .mapToObj(i -> uniform(shape, 0.01, 0.02))
                    .toList();
            slots.add(new OptimizerOp.Slot(value, uniform(shape, 0.01, 0.02), state));
            changed.add(value);
            changed.addAll(state);
        }
        rate = uniform(Shape.of(1), 0.1, 0.2);
        step = integers(1, 1);
        on().increment(step, 100);
        op = on().optimizer(rule.spec, slots);
    }

    @Override
    void call() {
        op.step(rate, step);
    }

    @Override
    boolean inPlace() {
        return true;
    }

    @Override
    List<Tensor> results() {
        return changed;
    }
}
