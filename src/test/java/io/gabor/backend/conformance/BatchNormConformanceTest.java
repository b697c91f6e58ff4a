package io.gabor.backend.conformance;

import io.gabor.backend.Activation;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
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

/** Batch normalisation in training and in use: single values, vectors, images, channels far from 0, channels of equal values. */
@ExtendWith(ConformanceReport.class)
final class BatchNormConformanceTest {
    private static final long SEED = 0xBA7C;
    private static final int RANDOM_CASES = 40;

    /**
     * One case.
     *
     * @param mean about where the channels' values are; their deviation is about 1
     */
    private record Case(
            int channels, int pixels, int n, int maxBatch, double mean, Activation activation, boolean inputGradient) {
        boolean full() {
            return n == maxBatch && n % 32 == 0;
        }

        @Override
        public String toString() {
            return channels + "×" + pixels + ", mean " + mean + ", " + activation.kind() + ", " + n + " of " + maxBatch
                    + (inputGradient ? "" : ", first layer");
        }
    }

    @TestFactory
    Stream<DynamicNode> batchNormalization() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (Case each : cases()) {
            long seed = SEED + checks.size();
            checks.add(new Conformance.Check(each.toString(), pair -> check(pair, each, seed)));
        }
        checks.add(new Conformance.Check("one single value", BatchNormConformanceTest::checkSingle));
        checks.add(new Conformance.Check("equal values", BatchNormConformanceTest::checkEqual));
        return checks;
    }

    private static List<Case> cases() {
        Activation none = Activation.IDENTITY;
        List<Case> cases = new ArrayList<>();
        cases.add(new Case(1, 1, 3, 3, 0, none, true));
        cases.add(new Case(500, 1, 64, 64, 0.5, Activation.RELU, true));
        cases.add(new Case(37, 1, 29, 64, 0.5, Activation.RELU, true));
        cases.add(new Case(3, 10_007, 2, 2, 1, none, true));
        cases.add(new Case(2, 150_000, 1, 1, 1, Activation.RELU, true));
        cases.add(new Case(5, 49, 4, 8, 100, none, true));
        // Batches that fill whole vectors, which a backend may compute in another layout.
        cases.add(new Case(20, 24 * 24, 64, 64, 0.5, Activation.RELU, true));
        cases.add(new Case(33, 7, 32, 32, 100, none, true));
        cases.add(new Case(7, 1, 32, 32, -3, Activation.TANH, true));
        cases.add(new Case(3, 100, 32, 32, 0, Activation.leakyRelu(0.2f), false));
        Philox random = new Philox(SEED, 1);
        while (cases.size() < RANDOM_CASES) {
            int maxBatch = random.nextInt(4) == 0 ? 32 : 2 + random.nextInt(6);
            cases.add(new Case(
                    1 + random.nextInt(9),
                    1 + random.nextInt(90),
                    2 + random.nextInt(maxBatch - 1),
                    maxBatch,
                    random.uniform(-5, 5),
                    Geometries.ACTIVATIONS.get(random.nextInt(5)),
                    random.nextInt(4) > 0));
        }
        return cases;
    }

    private static void check(BackendPair pair, Case c, long seed) {
        int features = c.channels * c.pixels;
        try (Trial trial = new Trial(pair, seed)) {
            if (c.full()) {
                trial.withoutGuard();
            }
            float[] numbers = trial.uniform(c.n * features, c.mean - 1.7, c.mean + 1.7);
            Operand x = c.full() ? convolved(trial, c, numbers) : trial.input("x", numbers, c.maxBatch * features);
            Operand gamma = trial.input("gamma", trial.uniform(c.channels, 0.5, 1.5));
            Operand beta = trial.input("beta", trial.uniform(c.channels, 0.2, 1));
            Operand mean = trial.updated("running mean", trial.uniform(c.channels, c.mean - 1, c.mean + 1));
            Operand variance = trial.updated("running variance", trial.uniform(c.channels, 0.5, 2));
            Operand y = trial.output("y", c.n * features, c.maxBatch * features);
            BatchNormSpec spec = new BatchNormSpec(1e-5, 0.1, c.activation);
            Trial.Planned<BatchNormOp> norm =
                    trial.plan(backend -> backend.batchNorm(c.channels, c.pixels, spec, c.maxBatch));
            Operand used = trial.output("used", c.n * features, c.maxBatch * features);
            trial.run("batchNorm infer", on -> {
                on.of(norm).forward(c.n, on.of(x), on.of(gamma), on.of(beta), on.of(mean), on.of(variance), on.of(y));
                on.of(norm).infer(c.n, on.of(x), on.of(gamma), on.of(beta), on.of(mean), on.of(variance), on.of(used));
            });
            trial.check("batchNorm forward");
            trial.share(y);

            Operand dy = trial.input("dy", trial.uniform(c.n * features, -0.5, 1.5), c.maxBatch * features);
            Operand dgamma = trial.output("dgamma", c.channels, c.channels);
            Operand dbeta = trial.output("dbeta", c.channels, c.channels);
            Operand dx = c.inputGradient ? trial.output("dx", c.n * features, c.maxBatch * features) : null;
            trial.run(
                    "batchNorm backward",
                    on -> on.of(norm)
                            .backward(
                                    c.n,
                                    on.of(x),
                                    on.of(gamma),
                                    on.of(y),
                                    on.of(dy),
                                    on.of(dgamma),
                                    on.of(dbeta),
                                    on.of(dx)));
        }
    }

    /** The same numbers, but out of a convolution, which may leave them in another layout. */
    private static Operand convolved(Trial trial, Case c, float[] numbers) {
        WindowAxis line = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        WindowAxis pixels = new WindowAxis(c.pixels, 1, 1, 1, 0, 0, false);
        ConvGeometry identity = new ConvGeometry(c.channels, c.channels, c.channels, line, pixels);
        float[] ones = new float[c.channels];
        Arrays.fill(ones, 1f);
        Operand source = trial.input("source", numbers);
        Operand w = trial.input("w", ones);
        Operand x = trial.output("x", numbers.length, numbers.length);
        Trial.Planned<WeightedOp> conv = trial.plan(backend -> backend.conv2d(identity, Epilogue.NONE, c.n));
        trial.run("conv2d forward", on -> on.of(conv).forward(c.n, on.of(source), on.of(w), null, on.of(x)));
        return x;
    }

    /** With m = 1 there is no variance: y = β, no gradient reaches x, the running statistics stay. */
    private static void checkSingle(BackendPair pair) {
        train(pair, new float[] {3, -2}, 2, 1);
    }

    /** A variance of 0 must not divide by 0, nor may rounding make it negative. */
    private static void checkEqual(BackendPair pair) {
        float[] x = new float[2 * 3 * 70];
        Arrays.fill(x, 0.1f);
        train(pair, x, 3, 70);
    }

    private static void train(BackendPair pair, float[] values, int channels, int pixels) {
        int n = values.length / channels / pixels;
        try (Trial trial = new Trial(pair, SEED)) {
            Operand x = trial.input("x", values);
            Operand gamma = trial.input("gamma", trial.uniform(channels, 0.5, 1.5));
            Operand beta = trial.input("beta", trial.uniform(channels, 1, 2));
            Operand mean = trial.updated("running mean", trial.uniform(channels, 1, 2));
            Operand variance = trial.updated("running variance", trial.uniform(channels, 0.5, 2));
            Operand y = trial.output("y", values.length, values.length);
            BatchNormSpec spec = new BatchNormSpec(1e-5, 0.3, Activation.IDENTITY);
            Trial.Planned<BatchNormOp> norm = trial.plan(backend -> backend.batchNorm(channels, pixels, spec, n));
            trial.run(
                    "batchNorm forward",
                    on -> on.of(norm)
                            .forward(n, on.of(x), on.of(gamma), on.of(beta), on.of(mean), on.of(variance), on.of(y)));
        }
    }
}
