package io.gabor.backend.conformance;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bounds on gradients that bind and that do not, over several gradients at once and several times. */
@ExtendWith(ConformanceReport.class)
final class ClipConformanceTest {
    private static final List<ClipSpec> SPECS = List.of(
            new ClipSpec.Norm(0.25),
            new ClipSpec.Norm(1e-3),
            new ClipSpec.Norm(1e6),
            new ClipSpec.Value(0.25),
            new ClipSpec.Value(1e6));
    private static final List<int[]> SIZES =
            List.of(new int[] {1}, new int[] {7, 1, 33}, new int[] {500, 20, 25_000, 50, 8}, new int[] {100_003, 10});
    private static final long SEED = 0xC11;

    @TestFactory
    Stream<DynamicNode> clipping() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (ClipSpec spec : SPECS) {
            for (int[] sizes : SIZES) {
                String name = spec + " of " + Arrays.toString(sizes);
                checks.add(new Conformance.Check(name, pair -> check(pair, spec, sizes)));
            }
        }
        checks.add(new Conformance.Check("a norm that is not a number", ClipConformanceTest::checkNan));
        checks.add(new Conformance.Check("a value that is not a number", ClipConformanceTest::checkNanValue));
        return checks;
    }

    @TestFactory
    Stream<DynamicNode> refusals() {
        return Conformance.onEveryBackend(List.of(
                new Conformance.Check("numbers of another type", pair -> refused(pair.tested(), pair.tested())),
                new Conformance.Check("numbers elsewhere", pair -> {
                    try (Backend other = Backends.select(Conformance.REFERENCE)) {
                        refused(pair.tested(), other);
                    }
                })));
    }

    private static void refused(Backend tested, Backend other) {
        Tensor bad = other.allocate(other == tested ? ElementType.I32 : ElementType.F32, Shape.of(3));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> tested.gradientClipping(new ClipSpec.Norm(1), List.of(bad)))
                .getMessage();
        assertTrue(message.startsWith("gradientClipping"), message);
        other.release(bad);
    }

    private static void check(BackendPair pair, ClipSpec spec, int[] sizes) {
        try (Trial trial = new Trial(pair, SEED + sizes.length)) {
            List<Operand> gradients = new ArrayList<>();
            for (int size : sizes) {
                gradients.add(trial.exactUpdated("gradient", trial.uniform(size, -2, 2)));
            }
            Trial.Planned<ClipOp> clip = trial.planOn(side -> side.backend()
                    .gradientClipping(spec, gradients.stream().map(side::of).toList()));
            trial.run("gradientClipping", on -> on.of(clip).clip());
            for (Operand gradient : gradients) {
                trial.set(gradient, trial.uniform(gradient.used, -0.5, 1));
            }
            trial.run("gradientClipping", on -> on.of(clip).clip());
        }
    }

    /** As in PyTorch, one NaN makes all of them NaN: the step is lost, and shows that it is. */
    private static void checkNan(BackendPair pair) {
        nan(pair, new ClipSpec.Norm(1));
    }

    private static void checkNanValue(BackendPair pair) {
        nan(pair, new ClipSpec.Value(1));
    }

    private static void nan(BackendPair pair, ClipSpec spec) {
        try (Trial trial = new Trial(pair, SEED)) {
            trial.expectNan();
            float[] values = trial.uniform(2000, -2, 2);
            values[1234] = Float.NaN;
            Operand first = trial.exactUpdated("gradient", values);
            Operand second = trial.exactUpdated("gradient", trial.uniform(40, -2, 2));
            Trial.Planned<ClipOp> clip = trial.planOn(
                    side -> side.backend().gradientClipping(spec, List.of(side.of(first), side.of(second))));
            trial.run("gradientClipping", on -> on.of(clip).clip());
        }
    }
}
