package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.Dense;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.nn.Tanh;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Against numbers worked out by hand, and against the outputs of a network. */
class MetricsTest {
    private static final double EXACT = 1e-12;

    /** Six samples of the classes 0, 0, 0, 1, 1, 2, taken for 0, 0, 1, 1, 1, 0. */
    private static Metrics six() {
        float[] probabilities = {
            0.8f, 0.1f, 0.1f, //
            0.6f, 0.3f, 0.1f, //
            0.3f, 0.6f, 0.1f, //
            0.2f, 0.7f, 0.1f, //
            0.0f, 1.0f, 0.0f, //
            0.5f, 0.3f, 0.2f
        };
        return Metrics.of(probabilities, probabilities, new int[] {0, 0, 0, 1, 1, 2}, 3);
    }

    @Test
    void countsWhatIsTakenForWhat() {
        Metrics metrics = six();
        int[][] expected = {{2, 1, 0}, {0, 2, 0}, {1, 0, 0}};
        for (int a = 0; a < 3; a++) {
            for (int p = 0; p < 3; p++) {
                assertEquals(expected[a][p], metrics.count(a, p), a + " taken for " + p);
            }
        }
        assertEquals(6, metrics.samples());
        assertEquals(3, metrics.samplesOf(0));
        assertEquals(3, metrics.predictedAs(0));
        assertEquals(4 / 6.0, metrics.accuracy(), EXACT);
    }

    @Test
    void precisionRecallAndF1() {
        Metrics metrics = six();
        assertEquals(2 / 3.0, metrics.precision(0), EXACT);
        assertEquals(2 / 3.0, metrics.precision(1), EXACT);
        assertEquals(0, metrics.precision(2), EXACT, "nothing was taken for it");
        assertEquals(2 / 3.0, metrics.recall(0), EXACT);
        assertEquals(1, metrics.recall(1), EXACT);
        assertEquals(0, metrics.recall(2), EXACT);
        assertEquals(2 / 3.0, metrics.f1(0), EXACT);
        assertEquals(4 / 5.0, metrics.f1(1), EXACT);
        assertEquals(0, metrics.f1(2), EXACT);
        assertEquals((2 / 3.0 + 2 / 3.0) / 3, metrics.meanPrecision(), EXACT);
        assertEquals((2 / 3.0 + 1) / 3, metrics.meanRecall(), EXACT);
        assertEquals((2 / 3.0 + 0.8) / 3, metrics.meanF1(), EXACT);
    }

    @Test
    void theMeansLeaveOutClassesWithoutSamples() {
        float[] scores = {1, 0, 0, 1, 0, 0, 0, 1, 0};
        Metrics metrics = Metrics.of(scores, scores, new int[] {0, 0, 0}, 3);
        assertEquals(2 / 3.0, metrics.meanRecall(), EXACT);
        assertEquals(1, metrics.meanPrecision(), EXACT);
        assertEquals(0, metrics.precision(1), EXACT);
    }

    @Test
    void topKCountsLabelsAmongTheLargestScores() {
        Metrics metrics = six();
        // the label's rank: 1, 1, 2, 1, 1, 3
        assertEquals(4 / 6.0, metrics.topK(1), EXACT);
        assertEquals(5 / 6.0, metrics.topK(2), EXACT);
        assertEquals(1, metrics.topK(3), EXACT);
        assertEquals(1, metrics.topK(9), EXACT);
    }

    @Test
    void ofEqualScoresTheFirstIsTheLarger() {
        float[] equal = {1, 1, 1, 1, 1, 1};
        Metrics metrics = Metrics.of(equal, equal, new int[] {0, 2}, 3);
        assertEquals(1, metrics.count(0, 0));
        assertEquals(1, metrics.count(2, 0));
        assertEquals(0.5, metrics.topK(2), EXACT);
    }

    @Test
    void scoresThatAreNoNumbersAreWrong() {
        float[] nan = {Float.NaN, Float.NaN, Float.NaN};
        Metrics metrics = Metrics.of(nan, nan, new int[] {1}, 3);
        assertEquals(0, metrics.accuracy(), EXACT);
        assertTrue(metrics.calibration().isEmpty());
    }

    /** Confidences 0.8, 0.6, 0.6, 0.7, 1, 0.5 in bins of 1/15: (0.5: bin 7), (0.6: 8), (0.7: 10), (0.8: 11 or 12), (1: 14). */
    @Test
    void theCalibrationErrorIsTheMeanGapOfTheBins() {
        Calibration calibration = six().calibration().orElseThrow();
        assertEquals(15, calibration.bins().size());
        assertEquals(
                6,
                calibration.bins().stream().mapToInt(Calibration.Bin::samples).sum());
        Calibration.Bin middle = calibration.bins().get(7);
        assertEquals(1, middle.samples(), "7/15 < 0.5 <= 8/15");
        assertEquals(0.5, middle.confidence(), 1e-7);
        assertEquals(0, middle.accuracy());
        assertEquals(1, calibration.bins().get(14).accuracy());
        // 0.2 right at 0.8; half of two right at 0.6; 0.3 at 0.7; 0 at 1; 0.5 wrong at 0.5
        assertEquals((0.2 + 2 * 0.1 + 0.3 + 0 + 0.5) / 6, calibration.expectedError(), 1e-7);
    }

    @Test
    void binsAreOpenBelowAndClosedAbove() {
        // 0.2 in float is a little more than 3/15, 0.4 than 6/15; 0.25 and 1 are exact
        float[] probabilities = {0.25f, 0.25f, 0.25f, 0.25f, 1, 0, 0, 0, 0, 0, 0, 0};
        Metrics metrics = Metrics.of(probabilities, probabilities, new int[] {0, 0, 0}, 4);
        Calibration calibration = metrics.calibration().orElseThrow();
        assertEquals(1, calibration.bins().get(3).samples(), "3/15 < 0.25 <= 4/15");
        assertEquals(1, calibration.bins().get(14).samples(), "1 belongs to the last bin");
        assertEquals(1, calibration.bins().get(0).samples(), "0 belongs to the first bin");
    }

    @Test
    void outputsThatAreNoProbabilitiesHaveNoCalibration() {
        float[] scores = {-0.2f, 0.9f};
        assertTrue(Metrics.of(scores, scores, new int[] {1}, 2).calibration().isEmpty());
    }

    /** Ragged batches too: the same as from all outputs at once, and the same loss and accuracy as {@link Tester#test}. */
    @Test
    void aTesterEvaluatesBatchByBatch() {
        Dataset data = Samples.clouds(35, 4, 3, 5);
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(
                        Sequential.of(new Dense(5), new Tanh(), new Dense(3)), Shape.of(4), backend, 8, 11)) {
            Tester tester = new Tester(network, new SoftmaxCrossEntropy()).normalization(Normalization.NONE);
            Evaluation evaluation = tester.evaluate(data);
            TestResult result = tester.test(data);
            assertEquals(result.loss(), evaluation.result().loss());
            assertEquals(result.correct(), evaluation.result().correct());
            assertEquals(result.accuracy(), evaluation.metrics().accuracy(), EXACT);
            Metrics all = Metrics.of(network.infer(data.floats()), tester.probabilities(data), data.labels(), 3);
            for (int i = 0; i < 9; i++) {
                assertEquals(all.count(i / 3, i % 3), evaluation.metrics().count(i / 3, i % 3));
            }
            assertEquals(all.calibration(), evaluation.metrics().calibration());
            long ofClass1 = Arrays.stream(data.labels()).filter(c -> c == 1).count();
            assertEquals(ofClass1, evaluation.metrics().samplesOf(1));
        }
    }

    @Test
    void targetValuesHaveNoClasses() {
        Dataset data = Samples.pairs(0.2f, 0, 0.6f, 1);
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(new Dense(1), Shape.of(1), backend, 2, 1)) {
            Tester tester = new Tester(network, new MeanSquaredError());
            assertThrows(IllegalArgumentException.class, () -> tester.evaluate(data));
        }
    }
}
