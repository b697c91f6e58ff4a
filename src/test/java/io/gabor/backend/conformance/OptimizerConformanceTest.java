package io.gabor.backend.conformance;

import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every optimizer rule over several steps, with a rate that changes and several parameters at once. */
@ExtendWith(ConformanceReport.class)
final class OptimizerConformanceTest {
    private static final List<OptimizerSpec> SPECS = List.of(
            new OptimizerSpec.Sgd(0, false, 0),
            new OptimizerSpec.Sgd(0, false, 0.01),
            new OptimizerSpec.Sgd(0.9, false, 0),
            new OptimizerSpec.Sgd(0.9, false, 0.0005),
            new OptimizerSpec.Sgd(0.9, true, 0),
            new OptimizerSpec.Sgd(0.85, true, 0.01),
            new OptimizerSpec.Adam(0.9, 0.999, 1e-8, 0, false),
            new OptimizerSpec.Adam(0.7, 0.9, 1e-8, 0.01, false),
            new OptimizerSpec.Adam(0.9, 0.999, 1e-8, 0.01, true),
            new OptimizerSpec.Adam(0, 0, 1e-6, 0.1, true),
            new OptimizerSpec.RmsProp(0.99, 1e-8, 0, 0),
            new OptimizerSpec.RmsProp(0.5, 1e-3, 0, 0.01),
            new OptimizerSpec.RmsProp(0.9, 1e-8, 0.9, 0.1),
            new OptimizerSpec.Adagrad(1e-10, 0),
            new OptimizerSpec.Adagrad(1e-2, 0.1),
            new OptimizerSpec.Average(0.3),
            new OptimizerSpec.Average(0.9999));
    private static final List<int[]> SIZES =
            List.of(new int[] {1}, new int[] {7, 1, 33}, new int[] {500, 20, 25_000, 50, 8}, new int[] {100_003, 10});
    private static final int STEPS = 6;
    private static final long SEED = 0x0B;

    @TestFactory
    Stream<DynamicNode> optimizers() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (OptimizerSpec spec : SPECS) {
            for (int[] sizes : SIZES) {
                String name = spec + " on parameters of " + Arrays.toString(sizes);
                checks.add(new Conformance.Check(name, pair -> check(pair, spec, sizes)));
            }
        }
        return checks;
    }

    private record Parameter(Operand value, Operand gradient, List<Operand> state) {
        OptimizerOp.Slot on(Trial.Side side) {
            return new OptimizerOp.Slot(
                    side.of(value),
                    side.of(gradient),
                    state.stream().map(side::of).toList());
        }
    }

    private static void check(BackendPair pair, OptimizerSpec spec, int[] sizes) {
        try (Trial trial = new Trial(pair, SEED + sizes.length)) {
            List<Parameter> parameters = new ArrayList<>();
            for (int size : sizes) {
                List<Operand> state = new ArrayList<>();
                for (int s = 0; s < spec.stateCount(); s++) {
                    state.add(trial.exactUpdated("state " + s, new float[size]));
                }
                parameters.add(new Parameter(
                        trial.exactUpdated("value", trial.uniform(size, -1, 2)),
                        trial.input("gradient", new float[size], Shape.of(size)),
                        state));
            }
            Operand rate = trial.input("rate", new float[] {0});
            Operand step = trial.input("step", new int[] {0});
            Trial.Planned<OptimizerOp> optimizer = trial.planOn(side -> side.backend()
                    .optimizer(spec, parameters.stream().map(p -> p.on(side)).toList()));
            for (int t = 1; t <= STEPS; t++) {
                trial.set(rate, new float[] {0.1f / t});
                trial.set(step, new int[] {t});
                for (Parameter parameter : parameters) {
                    trial.set(parameter.gradient, gradient(trial, parameter.gradient.used));
                }
                trial.run("optimizer step", on -> on.of(optimizer).step(on.of(rate), on.of(step)));
            }
        }
    }

    /** Gradients as a net with ReLU has them: many are exactly 0. */
    private static float[] gradient(Trial trial, int size) {
        float[] gradient = trial.uniform(size, -0.5, 1);
        for (int i = 0; i < size; i++) {
            gradient[i] = trial.random().nextInt(5) == 0 ? 0 : gradient[i];
        }
        return gradient;
    }
}
