package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.data.Normalization;
import io.gabor.nn.Dense;
import io.gabor.nn.MeanSquaredError;
import io.gabor.nn.Network;
import io.gabor.optim.Schedule;
import io.gabor.optim.Sgd;
import io.gabor.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Validation, early stopping and the best epochs, on one weight that walks from 0 towards 3 past 1. */
final class ValidationTest {
    @TempDir
    private Path folder;

    private final Backend backend = Backends.select("reference");
    private Network network;

    @BeforeEach
    void build() {
        network = Network.training(new Dense(1).bias(false), Shape.of(1), backend, 1, 1);
        network.load(Map.of("dense1.weight", new float[] {0}));
    }

    @AfterEach
    void close() {
        network.close();
        backend.close();
    }

    /** Each step halves the distance to 3 by a quarter: w ← w − 0.125·2·(w − 3). The validation set wants 1. */
    private Trainer trainer() {
        return new Trainer(network, new MeanSquaredError(), new Sgd(0.125)).normalization(Normalization.NONE);
    }

    private Trainer validated() {
        return trainer().validation(Samples.pairs(1, 1), new MeanSquaredError());
    }

    private static List<Double> weights(int count) {
        List<Double> weights = new ArrayList<>(List.of(0.0));
        for (int i = 0; i < count; i++) {
            double w = weights.get(i);
            weights.add(w - 0.25 * (w - 3));
        }
        return weights;
    }

    private double weight() {
        return network.weights().get("dense1.weight")[0];
    }

    @Test
    void eachEpochIsTestedAtItsEnd() {
        History history = validated().epochs(6).train(Samples.pairs(1, 3));
        List<Double> w = weights(6);
        for (int epoch = 1; epoch <= 6; epoch++) {
            double error = w.get(epoch) - 1;
            assertEquals(
                    error * error, history.epochs().get(epoch - 1).validation().loss(), 1e-6);
        }
        assertEquals(1, history.bestEpoch(), "0.75 is nearer to 1 than 1.3125");
        assertFalse(history.stopped());
        assertEquals(w.get(6), weight(), 1e-6, "without patience the last weights stay");
    }

    @Test
    void withoutAValidationSetThereIsNone() {
        History history = trainer().train(Samples.pairs(1, 3));
        assertNull(history.last().validation());
        assertEquals(0, history.bestEpoch());
    }

    @Test
    void whenThePatienceIsOverTheBestWeightsAreBack() {
        History history = validated().epochs(50).patience(2).train(Samples.pairs(1, 3));
        assertEquals(3, history.epochs().size());
        assertEquals(3, history.steps());
        assertFalse(history.stopped(), "nobody stopped it");
        assertEquals(1, history.bestEpoch());
        assertEquals(0.75, weight(), 1e-6);
    }

    @Test
    void theBestWeightsAreBackAlsoWhereThePatienceLasts() {
        History history = validated().epochs(4).patience(10).train(Samples.pairs(1, 3));
        assertEquals(4, history.epochs().size());
        assertEquals(0.75, weight(), 1e-6);
    }

    @Test
    void aPlateauLowersTheRate() {
        validated()
                .epochs(3)
                .schedule(Schedule.parse("plateau:patience=0,factor=0.5"))
                .train(Samples.pairs(1, 3));
        double second = 0.75 + 0.25 * 2.25;
        assertEquals(second + 0.125 * (3 - second), weight(), 1e-6, "the second epoch was no better than the first");
    }

    @Test
    void whatGoesByTheValidationLossNeedsAValidationSet() {
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> trainer().patience(1).train(Samples.pairs(1, 3)))
                .getMessage()
                .contains("patience goes by the validation loss"));
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> trainer().schedule(Schedule.parse("plateau")).train(Samples.pairs(1, 3)))
                .getMessage()
                .contains("the schedule plateau goes by the validation loss"));
        assertThrows(IllegalArgumentException.class, () -> trainer().patience(0));
    }

    @Test
    void nothingIsHeldWhenTheRunEnds() {
        long before = backend.allocatedBytes();
        validated().epochs(3).patience(1).train(Samples.pairs(1, 3));
        assertEquals(before, backend.allocatedBytes());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static EpochResult epoch(int number, double loss) {
        return new EpochResult(number, 1, 1, 1, new TestResult(loss, 0, 1, 1));
    }

    @Test
    void theBestEpochsStayAsFiles() throws IOException {
        BestEpochs best = new BestEpochs(2, folder.resolve("net.v1.safetensors"), Files::createFile);
        Files.createFile(folder.resolve("net.v1-epoch99.safetensors"));
        double[] losses = {5, 4, 6, Double.NaN, 4, 3};
        List<List<String>> expected = List.of(
                List.of("1"),
                List.of("1", "2"),
                List.of("1", "2"),
                List.of("1", "2"),
                List.of("2", "5"),
                List.of("2", "6"));
        for (int i = 0; i < losses.length; i++) {
            best.onEpoch(epoch(i + 1, losses[i]));
            List<String> names = expected.get(i).stream()
                    .map(n -> "net.v1-epoch" + n + ".safetensors")
                    .toList();
            assertEquals(names, names().stream().filter(n -> !n.contains("99")).toList(), "after epoch " + (i + 1));
        }
        assertEquals(
                "net.v1-epoch6.safetensors", best.files().get(0).getFileName().toString());
        best.onEpoch(new EpochResult(7, 0, 1, 1, null));
        assertEquals(3, names().size(), "an epoch that was not completed, and a file that is not ours");
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOthers() throws IOException {
        BestEpochs best = new BestEpochs(1, folder.resolve("net"), file -> {
            if (file.endsWith("net-epoch2")) {
                throw new IOException("no room");
            }
            Files.createFile(file);
        });
        best.onEpoch(epoch(1, 2));
        assertThrows(UncheckedIOException.class, () -> best.onEpoch(epoch(2, 1)));
        assertEquals(List.of("net-epoch1"), names());
        assertThrows(IllegalArgumentException.class, () -> new BestEpochs(0, folder, file -> {}));
    }
}
