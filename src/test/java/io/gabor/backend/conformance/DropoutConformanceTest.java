package io.gabor.backend.conformance;

import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Philox;
import io.gabor.tensor.WindowAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Dropout of single values and of channels: the same mask on every backend, in every layout, at every tail. */
@ExtendWith(ConformanceReport.class)
final class DropoutConformanceTest {
    private static final long SEED = 0xD0;
    private static final int RANDOM_CASES = 40;

    private record Case(int units, int pixels, int n, int maxBatch, double p, int counter, boolean inPlace) {
        boolean full() {
            return n == maxBatch && n % 32 == 0;
        }

        @Override
        public String toString() {
            return units + "×" + pixels + ", p " + p + ", step " + counter + ", " + n + " of " + maxBatch
                    + (inPlace ? ", in place" : "");
        }
    }

    @TestFactory
    Stream<DynamicNode> dropout() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (Case each : cases()) {
            long seed = SEED + checks.size();
            checks.add(new Conformance.Check(each.toString(), pair -> check(pair, each, seed)));
        }
        return checks;
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        cases.add(new Case(1, 1, 1, 1, 0, 1, false));
        cases.add(new Case(500, 1, 64, 64, 0.5, 1, false));
        cases.add(new Case(500, 1, 37, 64, 0.5, 2, true));
        cases.add(new Case(10_007, 1, 3, 3, 0.1, -1, false));
        cases.add(new Case(2, 9001, 2, 2, 0.3, Integer.MIN_VALUE, true));
        cases.add(new Case(3, 5, 2, 5, 1 - 0x1p-40, 7, false));
        // Batches that fill whole vectors, which a backend may compute in another layout.
        cases.add(new Case(20, 24 * 24, 64, 64, 0.25, 3, false));
        cases.add(new Case(131, 1, 64, 64, 0.5, 4, true));
        cases.add(new Case(65, 3, 32, 32, 0.9, 5, false));
        Philox random = new Philox(SEED, 1);
        while (cases.size() < RANDOM_CASES) {
            boolean full = random.nextInt(3) == 0;
            int maxBatch = full ? 64 : 1 + random.nextInt(7);
            cases.add(new Case(
                    1 + random.nextInt(70),
                    random.nextInt(2) == 0 ? 1 : 1 + random.nextInt(40),
                    full ? maxBatch : 1 + random.nextInt(maxBatch),
                    maxBatch,
                    random.uniform(0, 0.9),
                    random.nextInt(),
                    random.nextInt(3) == 0));
        }
        return cases;
    }

    private static void check(BackendPair pair, Case c, long seed) {
        int features = c.units * c.pixels;
        try (Trial trial = new Trial(pair, seed)) {
            if (c.full()) {
                trial.withoutGuard();
            }
            float[] numbers = trial.uniform(c.n * features, 0.5, 1.5);
            Operand counter = trial.input("counter", new int[] {c.counter});
            DropoutSpec spec = new DropoutSpec(c.p, seed * 0x9E3779B97F4A7C15L);
            Trial.Planned<DropoutOp> dropout =
                    trial.plan(backend -> backend.dropout(c.units, c.pixels, spec, c.maxBatch));
            if (c.full()) {
                Operand x = convolved(trial, c, numbers);
                Operand y = trial.output("y", numbers.length, numbers.length);
                if (c.inPlace) {
                    trial.run(on -> on.backend().copy(numbers.length, on.of(x), on.of(y)));
                }
                Operand from = c.inPlace ? y : x;
                trial.run("dropout", on -> on.of(dropout).apply(c.n, on.of(counter), on.of(from), on.of(y)));
            } else if (c.inPlace) {
                Operand both = trial.updated("x", numbers);
                trial.run("dropout", on -> on.of(dropout).apply(c.n, on.of(counter), on.of(both), on.of(both)));
            } else {
                Operand x = trial.input("x", numbers, c.maxBatch * features);
                Operand y = trial.output("y", numbers.length, c.maxBatch * features);
                trial.run("dropout", on -> on.of(dropout).apply(c.n, on.of(counter), on.of(x), on.of(y)));
            }
        }
    }

    /** The same numbers, but out of a convolution, which may leave them in another layout. */
    private static Operand convolved(Trial trial, Case c, float[] numbers) {
        WindowAxis line = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        WindowAxis pixels = new WindowAxis(c.pixels, 1, 1, 1, 0, 0, false);
        ConvGeometry identity = new ConvGeometry(c.units, c.units, c.units, line, pixels);
        float[] ones = new float[c.units];
        Arrays.fill(ones, 1f);
        Operand source = trial.input("source", numbers);
        Operand w = trial.input("w", ones);
        Operand x = trial.output("conv", numbers.length, numbers.length);
        Trial.Planned<WeightedOp> conv = trial.plan(backend -> backend.conv2d(identity, Epilogue.NONE, c.n));
        trial.run("conv2d forward", on -> on.of(conv).forward(c.n, on.of(source), on.of(w), null, on.of(x)));
        return x;
    }
}
