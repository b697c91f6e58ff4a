package io.gabor.backend.conformance;

import io.gabor.backend.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Activations and additions, into their own tensor and in place, at every tail length of a vector. */
@ExtendWith(ConformanceReport.class)
final class ElementwiseConformanceTest {
    private static final int[] COUNTS = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 1000, 100_003};
    private static final long SEED = 0xE1;

    @TestFactory
    Stream<DynamicNode> elementwise() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (int count : COUNTS) {
            for (Activation f : Geometries.ACTIVATIONS) {
                for (boolean inPlace : new boolean[] {false, true}) {
                    String name = f.kind() + " of " + count + (inPlace ? " in place" : "");
                    checks.add(new Conformance.Check(name, pair -> checkActivation(pair, f, count, inPlace)));
                }
            }
            for (float[] factors : new float[][] {{0.3f, 0.7f}, {0.001f, 0.999f}, {0.25f, 1}, {1, 0.5f}, {2, 0}}) {
                checks.add(new Conformance.Check(
                        "blend of " + count + " by " + factors[0] + " and " + factors[1],
                        pair -> checkBlend(pair, count, factors[0], factors[1])));
            }
            for (int same = 0; same < 4; same++) {
                int how = same;
                checks.add(new Conformance.Check(
                        "add of " + count
                                + List.of("", ", sum is a", ", sum is b", ", a is b")
                                        .get(same),
                        pair -> checkAdd(pair, count, how)));
            }
        }
        for (int rows : new int[] {1, 3, 64}) {
            for (int length : new int[] {1, 7, 40, 1001}) {
                checks.add(new Conformance.Check(
                        "copyRows of " + rows + "×" + length, pair -> checkCopyRows(pair, rows, length)));
            }
        }
        for (Activation f : Geometries.ACTIVATIONS) {
            checks.add(new Conformance.Check(f.kind() + " of special values", pair -> checkSpecial(pair, f)));
        }
        return checks;
    }

    private static void checkBlend(BackendPair pair, int count, float a, float b) {
        try (Trial trial = new Trial(pair, SEED + count)) {
            Operand x = trial.input("x", trial.uniform(count, -2, 2));
            Operand y = b == 0 ? trial.output("y", count, count) : trial.updated("y", trial.uniform(count, -2, 2));
            trial.run("blend", on -> on.backend().blend(count, a, on.of(x), b, on.of(y)));
        }
    }

    private static void checkActivation(BackendPair pair, Activation f, int count, boolean inPlace) {
        try (Trial trial = new Trial(pair, SEED + count)) {
            float[] numbers = trial.uniform(count, -4, 4);
            if (inPlace) {
                Operand x = trial.updated("x", numbers);
                trial.run("activation", on -> on.backend().activation(f, count, on.of(x), on.of(x)));
                return;
            }
            Operand x = trial.input("x", numbers);
            Operand y = trial.output("y", count, count);
            trial.run("activation", on -> on.backend().activation(f, count, on.of(x), on.of(y)));
        }
        try (Trial trial = new Trial(pair, SEED - count)) {
            boolean positive = f.kind() == Activation.Kind.SIGMOID;
            Operand y = trial.input("y", trial.uniform(count, positive ? 0.01 : -0.99, 0.99));
            float[] gradient = trial.uniform(count, -0.5, 1.5);
            if (inPlace) {
                Operand dy = trial.updated("dy", gradient);
                trial.run(
                        "activationBackward",
                        on -> on.backend().activationBackward(f, count, on.of(y), on.of(dy), on.of(dy)));
                return;
            }
            Operand dy = trial.input("dy", gradient);
            Operand dx = trial.output("dx", count, count);
            trial.run(
                    "activationBackward",
                    on -> on.backend().activationBackward(f, count, on.of(y), on.of(dy), on.of(dx)));
        }
    }

    /** NaN, infinities, both zeros, and what overflows an exponential: sigmoid and tanh must reach their limits. */
    private static void checkSpecial(BackendPair pair, Activation f) {
        float inf = Float.POSITIVE_INFINITY;
        float[] numbers = {Float.NaN, inf, -inf, 0f, -0f, 1e-8f, -1e-8f, 88f, -88f, 89f, -89f, 1e4f, -1e4f, 1, -1, 9, -9
        };
        try (Trial trial = new Trial(pair, SEED)) {
            trial.expectNan();
            Operand x = trial.input("x", numbers);
            Operand y = trial.output("y", numbers.length, numbers.length);
            trial.run("activation", on -> on.backend().activation(f, numbers.length, on.of(x), on.of(y)));
        }
        try (Trial trial = new Trial(pair, SEED)) {
            Operand y = trial.input("y", new float[] {0f, -0f, 1f, 0.5f, 1e-30f});
            Operand dy = trial.input("dy", trial.uniform(5, 0.5, 1.5));
            Operand dx = trial.output("dx", 5, 5);
            trial.run(
                    "activationBackward", on -> on.backend().activationBackward(f, 5, on.of(y), on.of(dy), on.of(dx)));
        }
    }

    /** Into the middle of the target's rows, which keep what is at both sides. */
    private static void checkCopyRows(BackendPair pair, int rows, int length) {
        try (Trial trial = new Trial(pair, SEED + length)) {
            int sourcePitch = length + 3;
            int targetPitch = length + 5;
            Operand source = trial.input("source", trial.uniform(rows * sourcePitch, -1, 1));
            Operand target = trial.updated("target", trial.uniform(rows * targetPitch, -1, 1));
            trial.run(
                    "copyRows",
                    on -> on.backend()
                            .copyRows(rows, length, on.of(source), 2, sourcePitch, on.of(target), 4, targetPitch));
        }
    }

    private static void checkAdd(BackendPair pair, int count, int same) {
        try (Trial trial = new Trial(pair, SEED + count)) {
            float[] as = trial.uniform(count, -0.5, 1.5);
            float[] bs = trial.uniform(count, -0.5, 1.5);
            Operand a = same == 1 ? trial.updated("a", as) : trial.input("a", as);
            Operand b = same == 2 ? trial.updated("b", bs) : same == 3 ? a : trial.input("b", bs);
            Operand sum = same == 1 ? a : same == 2 ? b : trial.output("sum", count, count);
            trial.run("add", on -> on.backend().add(count, on.of(a), on.of(b), on.of(sum)));
        }
    }
}
