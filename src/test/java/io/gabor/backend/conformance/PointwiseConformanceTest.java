package io.gabor.backend.conformance;

import io.gabor.backend.Pointwise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The functions whose derivatives take the input, at every tail length of a vector, near 0 and far from it. */
@ExtendWith(ConformanceReport.class)
final class PointwiseConformanceTest {
    private static final int[] COUNTS = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 1000, 100_003};
    private static final double[] SCALES = {1e-3, 0.3, 4, 30};
    private static final long SEED = 0x6E1;
    private static final List<Pointwise> FUNCTIONS = List.of(
            Pointwise.GELU,
            Pointwise.SILU,
            Pointwise.elu(1),
            Pointwise.elu(0.3f),
            Pointwise.SOFTPLUS,
            Pointwise.HARD_SWISH);

    @TestFactory
    Stream<DynamicNode> pointwise() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (Pointwise f : FUNCTIONS) {
            for (int count : COUNTS) {
                double scale = SCALES[checks.size() % SCALES.length];
                boolean inPlace = checks.size() % 3 == 0;
                checks.add(new Conformance.Check(
                        f + " of " + count + " up to " + scale + (inPlace ? " in place" : ""),
                        pair -> check(pair, f, count, scale, inPlace)));
            }
            for (double scale : SCALES) {
                checks.add(
                        new Conformance.Check(f + " of 501 up to " + scale, pair -> check(pair, f, 501, scale, false)));
            }
            checks.add(new Conformance.Check(f + " of special values", pair -> checkSpecial(pair, f)));
        }
        return checks;
    }

    private static void check(BackendPair pair, Pointwise f, int count, double scale, boolean inPlace) {
        try (Trial trial = new Trial(pair, SEED + count)) {
            float[] numbers = trial.uniform(count, -scale, scale);
            float[] gradient = trial.uniform(count, 0.5, 1.5);
            Operand x = trial.input("x", numbers);
            Operand y = inPlace ? trial.updated("y", numbers) : trial.output("y", count, count);
            trial.run("pointwise", on -> on.backend().pointwise(f, count, on.of(inPlace ? y : x), on.of(y)));
            Operand dy = inPlace ? trial.updated("dy", gradient) : trial.input("dy", gradient);
            Operand dx = inPlace ? dy : trial.output("dx", count, count);
            trial.run(
                    "pointwiseBackward",
                    on -> on.backend().pointwiseBackward(f, count, on.of(x), on.of(dy), on.of(dx)));
        }
    }

    /** NaN, infinities, both zeros, the corners, and what overflows an exponential. */
    private static void checkSpecial(BackendPair pair, Pointwise f) {
        float inf = Float.POSITIVE_INFINITY;
        float[] numbers = {Float.NaN, inf, -inf, 0f, -0f, 88f, -88f, 89f, -89f, 1e4f, -1e4f, 3, -3, 9, -9, 20, -20};
        try (Trial trial = new Trial(pair, SEED)) {
            trial.expectNan();
            Operand x = trial.input("x", numbers);
            Operand y = trial.output("y", numbers.length, numbers.length);
            trial.run("pointwise", on -> on.backend().pointwise(f, numbers.length, on.of(x), on.of(y)));
            float[] ones = trial.uniform(numbers.length, 1, 1);
            Operand dy = trial.input("dy", ones);
            Operand dx = trial.output("dx", numbers.length, numbers.length);
            trial.run(
                    "pointwiseBackward",
                    on -> on.backend().pointwiseBackward(f, numbers.length, on.of(x), on.of(dy), on.of(dx)));
        }
    }
}
