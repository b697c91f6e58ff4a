package io.gabor.backend.conformance;

import io.gabor.backend.Backend;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Softmax and the losses, also where a careless formula overflows: large logits, probabilities of exactly 0 and 1. */
@ExtendWith(ConformanceReport.class)
final class LossConformanceTest {
    private static final int[][] MATRICES = {
        {1, 1}, {5, 1}, {1, 2}, {1, 10}, {2, 3}, {17, 7}, {64, 10}, {33, 16}, {5, 33}, {3, 1000}, {2049, 10}
    };
    private static final int[] COUNTS = {1, 2, 7, 8, 9, 31, 33, 640, 100_003};
    private static final long SEED = 0x105;

    @TestFactory
    Stream<DynamicNode> losses() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (int[] matrix : MATRICES) {
            int rows = matrix[0];
            int cols = matrix[1];
            for (double size : new double[] {1, 30, 1e4}) {
                String name = rows + "×" + cols + ", logits to ±" + size;
                checks.add(new Conformance.Check("softmax " + name, pair -> checkSoftmax(pair, rows, cols, size)));
                for (boolean gradient : new boolean[] {true, false}) {
                    checks.add(new Conformance.Check(
                            "softmax cross-entropy " + name + (gradient ? "" : ", loss only"),
                            pair -> checkSoftmaxCrossEntropy(pair, rows, cols, size, gradient)));
                }
            }
            for (boolean weighted : new boolean[] {true, false}) {
                for (double smoothing : new double[] {0, 0.1, 1}) {
                    String added = rows + "×" + cols + ", smoothing " + smoothing + (weighted ? ", weights" : "");
                    checks.add(new Conformance.Check(
                            "softmax cross-entropy " + added,
                            pair -> checkWeightedCrossEntropy(pair, rows, cols, weighted, smoothing)));
                    for (double size : new double[] {4, 1e4}) {
                        checks.add(new Conformance.Check(
                                "soft targets " + added + ", logits to ±" + size,
                                pair -> checkSoftTargets(pair, rows, cols, weighted, smoothing, size)));
                    }
                }
            }
            checks.add(new Conformance.Check(
                    "softmax backward " + rows + "×" + cols, pair -> checkSoftmaxBackward(pair, rows, cols)));
        }
        for (int count : COUNTS) {
            for (Loss loss : Loss.values()) {
                for (boolean gradient : new boolean[] {true, false}) {
                    checks.add(new Conformance.Check(
                            loss.op + " of " + count + (gradient ? "" : ", loss only"),
                            pair -> checkLoss(pair, loss, count, gradient)));
                }
            }
        }
        checks.add(new Conformance.Check("binaryCrossEntropy at exactly 0 and 1", LossConformanceTest::checkCertain));
        checks.add(
                new Conformance.Check("binaryCrossEntropyWithLogits of large logits", LossConformanceTest::checkLarge));
        return checks;
    }

    private static void checkSoftmax(BackendPair pair, int rows, int cols, double size) {
        try (Trial trial = new Trial(pair, SEED + rows)) {
            Operand x = trial.input("x", trial.uniform(rows * cols, -size, size), (rows + 2) * cols);
            Operand y = trial.output("y", rows * cols, (rows + 2) * cols);
            trial.run("softmax", on -> on.backend().softmax(rows, cols, on.of(x), on.of(y)));
        }
    }

    private static void checkSoftmaxBackward(BackendPair pair, int rows, int cols) {
        try (Trial trial = new Trial(pair, SEED + rows)) {
            float[] ys = trial.uniform(rows * cols, 0.1, 1);
            for (int r = 0; r < rows; r++) {
                float sum = 0;
                for (int c = 0; c < cols; c++) {
                    sum += ys[r * cols + c];
                }
                for (int c = 0; c < cols; c++) {
                    ys[r * cols + c] /= sum;
                }
            }
            Operand y = trial.input("y", ys, (rows + 1) * cols);
            Operand dy = trial.input("dy", trial.uniform(rows * cols, -1, 1), (rows + 1) * cols);
            Operand dx = trial.output("dx", rows * cols, (rows + 1) * cols);
            trial.run(
                    "softmaxBackward", on -> on.backend().softmaxBackward(rows, cols, on.of(y), on.of(dy), on.of(dx)));
        }
    }

    /** The first row's label is its least logit: a loss and gradient that are all but 0 would compare nothing. */
    private static void checkSoftmaxCrossEntropy(BackendPair pair, int n, int classes, double size, boolean gradient) {
        try (Trial trial = new Trial(pair, SEED + n)) {
            float[] logits = trial.uniform(n * classes, -size, size);
            int[] classOf = trial.integers(n, classes);
            for (int c = 0; c < classes; c++) {
                classOf[0] = logits[c] < logits[classOf[0]] ? c : classOf[0];
            }
            Operand x = trial.input("x", logits, (n + 1) * classes);
            Operand labels = trial.input("labels", classOf, n + 1);
            Operand loss = trial.output("loss", 1, 1);
            Operand dx = gradient ? trial.output("dx", n * classes, (n + 1) * classes) : null;
            trial.run(
                    "softmaxCrossEntropy",
                    on -> on.backend()
                            .softmaxCrossEntropy(n, classes, on.of(x), on.of(labels), on.of(loss), on.of(dx)));
        }
    }

    /** Every second target is a label; of one class there is no gradient, and the loss is 0. */
    private static void checkSoftTargets(
            BackendPair pair, int n, int classes, boolean weighted, double smoothing, double size) {
        try (Trial trial = new Trial(pair, SEED + n)) {
            float[] shares = trial.uniform(n * classes, 0, 1);
            for (int r = 0; r < n; r++) {
                float sum = 0;
                for (int c = 0; c < classes; c++) {
                    int at = r * classes + c;
                    shares[at] = r % 2 == 0 ? shares[at] : c == r % classes ? 1 : 0;
                    sum += shares[at];
                }
                for (int c = 0; c < classes; c++) {
                    shares[r * classes + c] /= sum;
                }
            }
            Operand x = trial.input("x", trial.uniform(n * classes, -size, size), (n + 1) * classes);
            Operand target = trial.input("target", shares, (n + 1) * classes);
            Operand weights = weighted ? trial.input("weights", trial.uniform(classes, 0.1, 5)) : null;
            for (boolean gradient : new boolean[] {true, false}) {
                Operand loss = trial.output("loss", 1, 1);
                Operand dx = gradient ? trial.output("dx", n * classes, (n + 1) * classes) : null;
                trial.run(
                        "softTargetCrossEntropy",
                        on -> on.backend()
                                .softTargetCrossEntropy(
                                        n,
                                        classes,
                                        on.of(x),
                                        on.of(target),
                                        on.of(weights),
                                        smoothing,
                                        on.of(loss),
                                        on.of(dx)));
            }
        }
    }

    private static void checkWeightedCrossEntropy(
            BackendPair pair, int n, int classes, boolean weighted, double smoothing) {
        try (Trial trial = new Trial(pair, SEED + n)) {
            Operand x = trial.input("x", trial.uniform(n * classes, -4, 4), (n + 1) * classes);
            Operand labels = trial.input("labels", trial.integers(n, classes), n + 1);
            Operand weights = weighted ? trial.input("weights", trial.uniform(classes, 0.1, 5)) : null;
            Operand loss = trial.output("loss", 1, 1);
            Operand dx = trial.output("dx", n * classes, (n + 1) * classes);
            trial.run(
                    "softmaxCrossEntropy",
                    on -> on.backend()
                            .softmaxCrossEntropy(
                                    n,
                                    classes,
                                    on.of(x),
                                    on.of(labels),
                                    on.of(weights),
                                    smoothing,
                                    on.of(loss),
                                    on.of(dx)));
            trial.run(
                    "softmaxCrossEntropy",
                    on -> on.backend()
                            .softmaxCrossEntropy(
                                    n, classes, on.of(x), on.of(labels), on.of(weights), smoothing, on.of(loss), null));
        }
    }

    /** The losses of one number per element. */
    private enum Loss {
        MSE("meanSquaredError", Backend::meanSquaredError),
        BCE("binaryCrossEntropy", Backend::binaryCrossEntropy),
        BCE_LOGITS("binaryCrossEntropyWithLogits", Backend::binaryCrossEntropyWithLogits);

        private final String op;
        private final Call call;

        private interface Call {
            void on(Backend backend, int count, Tensor p, Tensor target, Tensor loss, Tensor dp);
        }

        Loss(String op, Call call) {
            this.op = op;
            this.call = call;
        }
    }

    private static void checkLoss(BackendPair pair, Loss loss, int count, boolean gradient) {
        try (Trial trial = new Trial(pair, SEED + count)) {
            float[] numbers = loss == Loss.BCE ? trial.uniform(count, 0.02, 0.98) : trial.uniform(count, -2, 2);
            float[] targets = trial.whole(count, 0, 1);
            for (int i = 0; i < count; i += 3) {
                targets[i] = (float) trial.random().nextDouble();
            }
            run(trial, loss, numbers, targets, gradient);
        }
    }

    private static void checkCertain(BackendPair pair) {
        try (Trial trial = new Trial(pair, SEED)) {
            float[] numbers = {0, 0, 1, 1, 0.25f, 0.75f, 0, 1, 1};
            float[] targets = {0, 1, 0, 1, 1, 0, 0.5f, 0.5f, 1};
            run(trial, Loss.BCE, numbers, targets, true);
        }
    }

    private static void checkLarge(BackendPair pair) {
        try (Trial trial = new Trial(pair, SEED)) {
            float[] numbers = {100, -100, 100, -100, 1e4f, -1e4f, 1e4f, -1e4f, 0, 3, -3};
            float[] targets = {1, 0, 0, 1, 1, 0, 0, 1, 0.5f, 1, 1};
            run(trial, Loss.BCE_LOGITS, numbers, targets, true);
        }
    }

    private static void run(Trial trial, Loss kind, float[] numbers, float[] targets, boolean gradient) {
        int count = numbers.length;
        Operand p = trial.input("p", numbers);
        Operand target = trial.input("target", targets);
        Operand loss = trial.output("loss", 1, 1);
        Operand dp = gradient ? trial.output("dp", count, count) : null;
        trial.run(kind.op, on -> kind.call.on(on.backend(), count, on.of(p), on.of(target), on.of(loss), on.of(dp)));
    }
}
