package io.gabor.backend.conformance;

import io.gabor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** What assembles a batch in backend memory and keeps the books of a step. */
@ExtendWith(ConformanceReport.class)
final class BatchConformanceTest {
    private static final long SEED = 0xBA;

    @TestFactory
    Stream<DynamicNode> batches() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        int[][] images = {{1, 1, 1}, {1, 28, 28}, {3, 5, 7}, {3, 32, 32}, {2, 1, 9}, {17, 3, 3}};
        for (int[] image : images) {
            for (boolean bytes : new boolean[] {true, false}) {
                for (int n : new int[] {1, 13, 40}) {
                    checks.add(new Conformance.Check(
                            "gather " + n + " of 61 " + (bytes ? "U8 " : "F32 ") + Shape.of(image),
                            pair -> checkGather(pair, n, Shape.of(image), bytes)));
                }
            }
        }
        checks.add(new Conformance.Check("gather of vectors", pair -> checkGather(pair, 5, Shape.of(11), false)));
        for (int n : new int[] {1, 9, 61}) {
            checks.add(new Conformance.Check("labels of " + n, pair -> checkLabels(pair, n)));
        }
        for (int[] matrix : new int[][] {{1, 1}, {1, 10}, {5, 2}, {33, 10}, {7, 100}, {5003, 10}}) {
            String name = " of " + matrix[0] + "×" + matrix[1];
            checks.add(new Conformance.Check("one-hot" + name, pair -> checkOneHot(pair, matrix[0], matrix[1])));
            checks.add(new Conformance.Check("hits" + name, pair -> checkHits(pair, matrix[0], matrix[1])));
        }
        checks.add(new Conformance.Check("counters", BatchConformanceTest::checkIncrement));
        checks.add(new Conformance.Check("a log that wraps around", BatchConformanceTest::checkStore));
        return checks;
    }

    /** The batch is the last one of an order that ends right behind it; some samples occur twice. */
    private static void checkGather(BackendPair pair, int n, Shape image, boolean bytes) {
        int stored = 61;
        int channels = image.dim(0);
        try (Trial trial = new Trial(pair, SEED + n)) {
            Operand samples;
            if (bytes) {
                byte[] pixels = new byte[stored * image.size()];
                for (int i = 0; i < pixels.length; i++) {
                    pixels[i] = (byte) trial.random().nextInt(256);
                }
                samples = trial.input("samples", pixels, image.batched(stored));
            } else {
                samples = trial.input("samples", trial.uniform(stored * image.size(), -1, 2), image.batched(stored));
            }
            Operand order = trial.exactInput("order", trial.integers(7 + n, stored));
            Operand cursor = trial.input("cursor", new int[] {7});
            Operand scale = trial.input("scale", trial.uniform(channels, 0.5 / 255, 2.0 / 255));
            Operand shift = trial.input("shift", trial.uniform(channels, -0.5, 0.5));
            Operand out = trial.output("out", n * image.size(), (n + 2) * image.size());
            trial.run(
                    "gather",
                    on -> on.backend()
                            .gather(
                                    n,
                                    on.of(samples),
                                    on.of(order),
                                    on.of(cursor),
                                    on.of(scale),
                                    on.of(shift),
                                    on.of(out)));
        }
    }

    private static void checkLabels(BackendPair pair, int n) {
        try (Trial trial = new Trial(pair, SEED + n)) {
            Operand labels = trial.input("labels", trial.integers(100, 10));
            Operand order = trial.exactInput("order", trial.integers(3 + n, 100));
            Operand cursor = trial.input("cursor", new int[] {3});
            Operand out = trial.intOutput("out", n, n + 4);
            trial.run(
                    "gatherLabels",
                    on -> on.backend().gatherLabels(n, on.of(labels), on.of(order), on.of(cursor), on.of(out)));
        }
    }

    private static void checkOneHot(BackendPair pair, int n, int classes) {
        try (Trial trial = new Trial(pair, SEED + n)) {
            Operand labels = trial.input("labels", trial.integers(n, classes), n + 1);
            Operand target = trial.output("target", n * classes, (n + 1) * classes);
            trial.run("oneHot", on -> on.backend().oneHot(n, classes, on.of(labels), on.of(target)));
        }
    }

    /** The scores are few whole numbers, so that most rows have several maxima, of which the first counts. */
    private static void checkHits(BackendPair pair, int n, int classes) {
        try (Trial trial = new Trial(pair, SEED + n)) {
            Operand scores = trial.input("scores", trial.whole(n * classes, -3, 0), (n + 1) * classes);
            Operand labels = trial.input("labels", trial.integers(n, classes), n + 1);
            Operand correct = trial.updated("correct", new int[] {1000});
            for (int i = 0; i < 2; i++) {
                trial.run(
                        "countCorrect",
                        on -> on.backend().countCorrect(n, classes, on.of(scores), on.of(labels), on.of(correct)));
            }
        }
    }

    private static void checkIncrement(BackendPair pair) {
        try (Trial trial = new Trial(pair, SEED)) {
            Operand counter = trial.updated("counter", new int[] {41});
            for (int by : new int[] {1, 64, -50, 0}) {
                trial.run("increment", on -> on.backend().increment(on.of(counter), by));
            }
        }
    }

    private static void checkStore(BackendPair pair) {
        try (Trial trial = new Trial(pair, SEED)) {
            Operand value = trial.input("value", new float[] {0});
            Operand index = trial.input("index", new int[] {0});
            Operand log = trial.exactUpdated("log", trial.uniform(4, 5, 6));
            for (int step = 0; step < 10; step++) {
                trial.set(value, trial.uniform(1, 0, 1));
                trial.set(index, new int[] {step});
                trial.run("store", on -> on.backend().store(on.of(value), on.of(index), on.of(log)));
            }
        }
    }
}
