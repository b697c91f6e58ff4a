package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.backend.Timeline;
import io.gabor.data.Dataset;
import io.gabor.model.Recipe;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.train.EpochResult;
import io.gabor.train.History;
import io.gabor.train.StepProfile;
import io.gabor.train.StepProfiler;
import io.gabor.train.Trainer;
import java.util.Arrays;
import java.util.OptionalDouble;

/** One phase of a model on one backend, to be timed: full batches, again and again. */
abstract class Workload implements AutoCloseable {
    private final Network network;
    private final String phase;

    Workload(Network network, String phase) {
        this.network = network;
        this.phase = phase;
    }

    /** Returns {@code train} or {@code infer}. */
    final String phase() {
        return phase;
    }

    final Backend backend() {
        return network.backend();
    }

    final Network network() {
        return network;
    }

    /** Returns the floating-point operations of one image. */
    abstract long flopsPerImage();

    /** Runs so many batches and returns the seconds that they took. */
    abstract double run(int batches);

    /**
     * Returns the seconds that a batch takes by the device's clock, the median of so many; empty where the device has none of
     * its own.
     */
    final OptionalDouble deviceSeconds(int batches) {
        try (Timeline timeline = backend().timeline(2)) {
            return timeline.onDevice() ? OptionalDouble.of(deviceSeconds(timeline, batches)) : OptionalDouble.empty();
        }
    }

    /** Measures a batch with the two marks of a timeline, so many times, and returns the median. */
    abstract double deviceSeconds(Timeline timeline, int batches);

    @Override
    public final void close() {
        network.close();
    }

    /** Training as {@link Trainer} does it: batches from backend memory, all gradients, the recipe's optimizer. */
    static final class Training extends Workload {
        /** More would only take memory: an epoch is then repeated. */
        private static final int MOST_SAMPLES = 8192;

        private final Recipe recipe;
        private final Dataset samples;

        Training(Network network, Recipe recipe, Dataset samples) {
            super(network, "train");
            this.recipe = recipe;
            this.samples = samples;
        }

        /** Returns how many samples are enough for any number of batches. */
        static int samples(int batch) {
            return Math.max(1, MOST_SAMPLES / batch) * batch;
        }

        @Override
        long flopsPerImage() {
            return network().trainingFlops();
        }

        @Override
        double deviceSeconds(Timeline timeline, int batches) {
            try (StepProfiler profiler = new StepProfiler(
                    network(), recipe.loss(), recipe.createOptimizer(), samples, recipe.normalization())) {
                return profiler.stepSeconds(batches);
            }
        }

        /** Returns where the time of a step goes: so many seconds of steps, and at least so many steps. */
        StepProfile profile(double warmUp, double seconds, int leastSteps) {
            try (StepProfiler profiler = new StepProfiler(
                    network(), recipe.loss(), recipe.createOptimizer(), samples, recipe.normalization())) {
                return profiler.profile(warmUp, seconds, leastSteps);
            }
        }

        @Override
        double run(int batches) {
            int batch = network().maxBatch();
            int most = Math.max(1, samples.size() / batch);
            int epochs = (batches + most - 1) / most;
            int perEpoch = (batches + epochs - 1) / epochs;
            History history = new Trainer(network(), recipe.loss(), recipe.createOptimizer())
                    .batch(batch)
                    .epochs(epochs)
                    .normalization(recipe.normalization())
                    .train(samples.first(perEpoch * batch));
            double seconds =
                    history.epochs().stream().mapToDouble(EpochResult::seconds).sum();
            return seconds * batches / (epochs * perEpoch);
        }
    }

    /** The forward pass alone, on a batch that is in backend memory. */
    static final class Inference extends Workload {
        private final Runnable step;

        Inference(Network network) {
            super(network, "infer");
            float[] values = new float[network.in().value().size()];
            Arrays.fill(values, 0.5f);
            backend().upload(values, values.length, network.in().value());
            step = backend().record(() -> network.forward(network.maxBatch(), Mode.INFER));
        }

        @Override
        long flopsPerImage() {
            return network().forwardFlops();
        }

        @Override
        double deviceSeconds(Timeline timeline, int batches) {
            Runnable marked = backend().record(() -> {
                timeline.mark(0);
                network().forward(network().maxBatch(), Mode.INFER);
                timeline.mark(1);
            });
            double[] seconds = new double[batches];
            for (int i = -1; i < batches; i++) {
                marked.run();
                double took = timeline.seconds(0, 1);
                if (i >= 0) {
                    seconds[i] = took;
                }
            }
            Arrays.sort(seconds);
            return Benchmark.median(seconds);
        }

        @Override
        double run(int batches) {
            long start = System.nanoTime();
            for (int i = 0; i < batches; i++) {
                step.run();
            }
            backend().synchronize();
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
