package io.gabor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.BatchNorm1d;
import io.gabor.nn.Dense;
import io.gabor.nn.Layer;
import io.gabor.nn.Network;
import io.gabor.nn.Sequential;
import io.gabor.nn.SoftmaxCrossEntropy;
import io.gabor.optim.Adam;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a run holds beside its usual parts is planned to the byte, but for the small things that no plan counts. */
final class TrainingPlanTest {
    private static final Dataset DATA = Samples.clouds(40, 100, 3, 7);
    private static final int BATCH = 8;

    private static Layer layers() {
        return Sequential.of(new Dense(200), new BatchNorm1d(), new Dense(3));
    }

    static Stream<RunOptions> options() {
        return Stream.of(
                new RunOptions(List.of(), 1, 0, false),
                new RunOptions(List.of(), 3, 0, false),
                new RunOptions(List.of(), 1, 0.99, false),
                new RunOptions(List.of(), 1, 0, true),
                new RunOptions(List.of(), 2, 0.5, true));
    }

    private static TrainingPlan plan(Backend backend, RunOptions options) {
        return TrainingPlan.of(layers(), Shape.of(100), backend, BATCH, new Adam(0.01), DATA, options);
    }

    @ParameterizedTest
    @MethodSource("options")
    void aRunTakesWhatThePlanSays(RunOptions options) {
        for (String name : EachBackend.names().toList()) {
            try (Backend backend = Backends.select(name);
                    Network network = Network.training(layers(), Shape.of(100), backend, BATCH, 1)) {
                long before = backend.allocatedBytes();
                TrainingPlan plan = plan(backend, options);
                long planned = plan.total() - plan.network().total();
                try (TrainingMemory memory = TrainingMemory.open(
                        network, new SoftmaxCrossEntropy(), new Adam(0.01), DATA, Normalization.NONE, BATCH, options)) {
                    long taken = backend.allocatedBytes() - before;
                    // rate, step, losses, labels, normalisation of 100 channels; tables of the rules on cuda
                    long rest = 500L * backend.bytesOf(ElementType.F32) + 4000;
                    assertTrue(taken >= planned && taken <= planned + rest, name + ": " + taken + ", " + plan);
                    assertTrue(memory.step().parts(BATCH) == 1);
                }
                assertEquals(before, backend.allocatedBytes());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void whatDoesNotFitIsExplainedWithAllParts(String name) {
        RunOptions options = new RunOptions(List.of(), 2, 0.5, true);
        try (Backend backend = Backends.select(name)) {
            TrainingPlan plan = plan(backend, options);
            Backend small = LimitedMemory.of(
                    backend, backend.allocatedBytes() + plan.network().total() + plan.optimizer() + plan.checkpoint());
            try (Network network = Network.training(layers(), Shape.of(100), small, BATCH, 1)) {
                Trainer trainer = new Trainer(network, new SoftmaxCrossEntropy(), new Adam(0.01))
                        .normalization(Normalization.NONE)
                        .accumulate(2)
                        .averageWeights(0.5)
                        .patience(1)
                        .validation(DATA, new SoftmaxCrossEntropy());
                String message = assertThrows(OutOfMemoryException.class, () -> trainer.train(DATA))
                        .getMessage();
                assertTrue(message.contains("; training with batch 8 needs "), message);
                assertTrue(message.contains(", accumulated gradients " + plan.accumulation()), message);
                assertTrue(message.contains(", average of the weights " + plan.average()), message);
                assertTrue(message.contains(", best epoch's weights " + plan.best()), message);
            }
        }
    }
}
