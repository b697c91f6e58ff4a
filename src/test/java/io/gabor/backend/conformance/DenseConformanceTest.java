package io.gabor.backend.conformance;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fully connected layers with every epilogue, forward and backward. */
@ExtendWith(ConformanceReport.class)
final class DenseConformanceTest {
    private static final int RANDOM_CASES = 60;
    private static final long SEED = 0xDE;

    private record Case(int in, int out, Epilogue epilogue, int n, int maxBatch, boolean inputGradient) {
        @Override
        public String toString() {
            return "dense " + in + " -> " + out + ", " + epilogue.bias() + ", "
                    + epilogue.activation().kind() + ", " + n + " of " + maxBatch
                    + (inputGradient ? "" : ", first layer");
        }
    }

    @TestFactory
    Stream<DynamicNode> dense() {
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
        Epilogue relu = new Epilogue(Bias.PER_FILTER, Activation.RELU);
        Epilogue biased = new Epilogue(Bias.PER_FILTER, Activation.IDENTITY);
        List<Case> cases = new ArrayList<>(List.of(
                new Case(1, 1, Epilogue.NONE, 1, 1, true),
                new Case(800, 500, relu, 64, 64, true),
                new Case(500, 10, biased, 37, 64, true),
                new Case(300, 203, relu, 150, 160, true),
                new Case(129, 96, biased, 128, 128, true),
                new Case(2500, 70, Epilogue.NONE, 130, 130, true),
                new Case(784, 40, new Epilogue(Bias.PER_FILTER, Activation.TANH), 1, 1, false),
                new Case(245, 100, new Epilogue(Bias.PER_FILTER, Activation.SIGMOID), 1, 1, true),
                new Case(2, 3, new Epilogue(Bias.PER_FILTER, Activation.TANH), 4, 4, false),
                new Case(1, 257, Epilogue.NONE, 3, 3, true),
                new Case(1031, 1, biased, 5, 9, true)));
        Philox random = new Philox(SEED, 1);
        while (cases.size() < RANDOM_CASES) {
            Bias bias = Bias.values()[random.nextInt(3)];
            Activation activation = Geometries.ACTIVATIONS.get(random.nextInt(5));
            int maxBatch = 1 + random.nextInt(9);
            int n = 1 + random.nextInt(maxBatch);
            cases.add(new Case(
                    1 + random.nextInt(70),
                    1 + random.nextInt(70),
                    new Epilogue(bias, activation),
                    n,
                    maxBatch,
                    random.nextInt(4) > 0));
        }
        return cases;
    }

    private static void check(BackendPair pair, Case c, long seed) {
        int n = c.n;
        boolean biased = c.epilogue.bias() != Bias.NONE;
        try (Trial trial = new Trial(pair, seed)) {
            double scale = 2.0 / c.in;
            Operand x = trial.input("x", trial.uniform(n * c.in, -0.5, 1.5), c.maxBatch * c.in);
            Operand w = trial.input("w", trial.uniform(c.out * c.in, -0.5 * scale, 1.5 * scale));
            Operand b = biased ? trial.input("b", trial.uniform(c.out, -1, 0.3)) : null;
            Operand y = trial.output("y", n * c.out, c.maxBatch * c.out);
            Trial.Planned<WeightedOp> dense = trial.plan(backend -> backend.dense(c.in, c.out, c.epilogue, c.maxBatch));
            trial.run("dense forward", on -> on.of(dense).forward(n, on.of(x), on.of(w), on.of(b), on.of(y)));
            trial.share(y);

            Operand dy = trial.input("dy", trial.uniform(n * c.out, -0.5, 1.5), c.maxBatch * c.out);
            Operand dw = trial.output("dw", c.out * c.in, c.out * c.in);
            Operand db = biased ? trial.output("db", c.out, c.out) : null;
            Operand dx = c.inputGradient ? trial.output("dx", n * c.in, c.maxBatch * c.in) : null;
            trial.run(
                    "dense backward",
                    on -> on.of(dense)
                            .backward(n, on.of(x), on.of(w), on.of(y), on.of(dy), on.of(dw), on.of(db), on.of(dx)));
        }
    }
}
