package io.gabor.backend.conformance;

import io.gabor.backend.Epilogue;
import io.gabor.backend.LayerNormOp;
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

/** Layer normalisation: single values, vectors of every tail, long samples, samples far from 0, samples of equal values. */
@ExtendWith(ConformanceReport.class)
final class LayerNormConformanceTest {
    private static final long SEED = 0x1A7;
    private static final int RANDOM_CASES = 40;

    /**
     * One case.
     *
     * @param mean about where the values are; their deviation is about 1
     */
    private record Case(int features, int n, int maxBatch, double mean, boolean inputGradient) {
        boolean full() {
            return n == maxBatch && n % 32 == 0;
        }

        @Override
        public String toString() {
            return features + " values, mean " + mean + ", " + n + " of " + maxBatch
                    + (inputGradient ? "" : ", first layer");
        }
    }

    @TestFactory
    Stream<DynamicNode> layerNormalization() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (Case each : cases()) {
            long seed = SEED + checks.size();
            checks.add(new Conformance.Check(each.toString(), pair -> check(pair, each, seed)));
        }
        checks.add(new Conformance.Check("single values", pair -> checkEqual(pair, 1)));
        checks.add(new Conformance.Check("equal values", pair -> checkEqual(pair, 70)));
        return checks;
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        // Of two values each is ±1 when normalised, whatever they are: dx is 0 but for ε, and a relative error says
        // nothing.
        cases.add(new Case(2, 1, 1, 0, false));
        cases.add(new Case(500, 64, 64, 0.5, true));
        cases.add(new Case(500, 37, 64, 0.5, true));
        cases.add(new Case(100_003, 2, 2, 1, true));
        cases.add(new Case(2048, 3, 4, 100, true));
        cases.add(new Case(4097, 5, 5, -30, false));
        cases.add(new Case(7, 300, 300, 0.5, true));
        // Batches that fill whole vectors, which a backend may have in another layout.
        cases.add(new Case(20 * 24 * 24, 64, 64, 0.5, true));
        cases.add(new Case(33, 32, 32, 100, true));
        Philox random = new Philox(SEED, 1);
        while (cases.size() < RANDOM_CASES) {
            int maxBatch = random.nextInt(4) == 0 ? 64 : 1 + random.nextInt(6);
            cases.add(new Case(
                    2 + random.nextInt(300),
                    random.nextInt(2) == 0 ? maxBatch : 1 + random.nextInt(maxBatch),
                    maxBatch,
                    random.uniform(-5, 5),
                    random.nextInt(4) > 0));
        }
        return cases;
    }

    private static void check(BackendPair pair, Case c, long seed) {
        try (Trial trial = new Trial(pair, seed)) {
            if (c.full()) {
                trial.withoutGuard();
            }
            float[] numbers = trial.uniform(c.n * c.features, c.mean - 1.7, c.mean + 1.7);
            Operand x = c.full() ? convolved(trial, c, numbers) : trial.input("x", numbers, c.maxBatch * c.features);
            Operand gamma = trial.input("gamma", trial.uniform(c.features, 0.5, 1.5));
            Operand beta = trial.input("beta", trial.uniform(c.features, 0.2, 1));
            Operand y = trial.output("y", c.n * c.features, c.maxBatch * c.features);
            Trial.Planned<LayerNormOp> norm = trial.plan(backend -> backend.layerNorm(c.features, 1e-5, c.maxBatch));
            trial.run(
                    "layerNorm forward", on -> on.of(norm).forward(c.n, on.of(x), on.of(gamma), on.of(beta), on.of(y)));

            Operand dy = trial.input("dy", trial.uniform(c.n * c.features, -0.5, 1.5), c.maxBatch * c.features);
            Operand dgamma = trial.output("dgamma", c.features, c.features);
            Operand dbeta = trial.output("dbeta", c.features, c.features);
            Operand dx = c.inputGradient ? trial.output("dx", c.n * c.features, c.maxBatch * c.features) : null;
            trial.run(
                    "layerNorm backward",
                    on -> on.of(norm)
                            .backward(c.n, on.of(x), on.of(gamma), on.of(dy), on.of(dgamma), on.of(dbeta), on.of(dx)));
        }
    }

    /** The same numbers, but out of a convolution, which may leave them in another layout. */
    private static Operand convolved(Trial trial, Case c, float[] numbers) {
        WindowAxis line = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        ConvGeometry identity = new ConvGeometry(1, 1, 1, line, new WindowAxis(c.features, 1, 1, 1, 0, 0, false));
        float[] one = {1f};
        Operand source = trial.input("source", numbers);
        Operand w = trial.input("w", one);
        Operand x = trial.output("x", numbers.length, numbers.length);
        Trial.Planned<WeightedOp> conv = trial.plan(backend -> backend.conv2d(identity, Epilogue.NONE, c.n));
        trial.run("conv2d forward", on -> on.of(conv).forward(c.n, on.of(source), on.of(w), null, on.of(x)));
        return x;
    }

    /** A variance of 0 must not divide by 0, nor may rounding make it negative: y = β. */
    private static void checkEqual(BackendPair pair, int features) {
        int n = 3;
        float[] numbers = new float[n * features];
        Arrays.fill(numbers, 0.1f);
        try (Trial trial = new Trial(pair, SEED)) {
            Operand x = trial.input("x", numbers);
            Operand gamma = trial.input("gamma", trial.uniform(features, 0.5, 1.5));
            Operand beta = trial.input("beta", trial.uniform(features, 1, 2));
            Operand y = trial.output("y", numbers.length, numbers.length);
            Trial.Planned<LayerNormOp> norm = trial.plan(backend -> backend.layerNorm(features, 1e-5, n));
            trial.run("layerNorm forward", on -> on.of(norm).forward(n, on.of(x), on.of(gamma), on.of(beta), on.of(y)));
        }
    }
}
