package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.Timeline;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.data.Shuffle;
import io.gabor.nn.Layer;
import io.gabor.nn.Loss;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.nn.PassListener;
import io.gabor.optim.Optimizer;
import io.gabor.optim.OptimizerState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Measures where the time of a training step goes. The steps are those of {@link Trainer}, full batches of shuffled samples,
 * recorded where the backend records; marks of a {@link Timeline} stand between their parts. It trains the network.
 */
public final class StepProfiler implements AutoCloseable {
    /** Enough for any median, and little memory. */
    private static final int MOST_STEPS = 10_000;

    private final Network network;
    private final Backend backend;
    private final TrainingMemory memory;
    private final DeviceDataset data;
    private final OptimizerState optimizer;
    private final TrainingStep step;
    private final int batch;
    private final int[] order;
    private int seen;

    /**
     * Prepares to measure full batches, as large as the network takes.
     *
     * @throws IllegalArgumentException if the samples are fewer than a batch, or do not fit the network or the loss
     */
    public StepProfiler(Network network, Loss loss, Optimizer optimizer, Dataset samples, Normalization normalization) {
        this.network = network;
        this.backend = network.backend();
        this.batch = network.maxBatch();
        if (samples.size() < batch) {
            throw new IllegalArgumentException(
                    "a profile needs at least a batch of " + batch + " samples, found " + samples.size());
        }
        this.memory = TrainingMemory.open(network, loss, optimizer, samples, normalization, batch, RunOptions.NONE);
        this.data = memory.data();
        this.optimizer = memory.optimizer();
        this.step = memory.step();
        this.order = Shuffle.order(samples.size(), 1, 1);
        this.seen = samples.size();
    }

    /** The parts of one step, each with a mark behind it: those seen in one step, and their times in many. */
    private final class Parts implements PassListener {
        private final List<StepProfile.Row> parts = new ArrayList<>();
        /** Which part ends with a mark; a container's own work may be cut into several pieces by the layers inside it. */
        private final List<Integer> ends = new ArrayList<>();

        private final Deque<Layer> open = new ArrayDeque<>();
        private StepPart pass;
        /** Null in the first step, which only finds out where the marks are to be. */
        private Timeline timeline;

        private int mark;

        void run() {
            mark = 0;
            if (timeline != null) {
                timeline.mark(0);
            }
            step.fetch(batch);
            end(StepPart.BATCH, null);
            pass(StepPart.FORWARD, () -> network.forward(batch, Mode.TRAIN));
            step.loss(batch);
            end(StepPart.LOSS, null);
            pass(StepPart.BACKWARD, () -> network.backward(batch));
            optimizer.step();
            end(StepPart.OPTIMIZER, null);
            step.advance(batch);
            end(StepPart.BOOKKEEPING, null);
        }

        private void pass(StepPart which, Runnable layers) {
            pass = which;
            open.push(network.root());
            layers.run();
            leave(network.root());
        }

        @Override
        public void enter(Layer layer) {
            if (works(open.peek())) {
                end(pass, open.peek());
            }
            open.push(layer);
        }

        @Override
        public void leave(Layer layer) {
            open.pop();
            if (works(layer)) {
                end(pass, layer);
            }
        }

        /** Whether a layer has work of its own: one that hands its input's memory or its last layer's through has none. */
        private boolean works(Layer layer) {
            boolean nothingToLearn =
                    layer.in().gradient() == null && layer.parameters().isEmpty();
            if (pass == StepPart.BACKWARD && nothingToLearn) {
                return false;
            }
            List<Layer> inside = layer.children();
            Layer before = inside.isEmpty() ? null : inside.get(inside.size() - 1);
            return layer.out().value().storage()
                    != (before == null ? layer.in() : before.out()).value().storage();
        }

        private void end(StepPart part, Layer layer) {
            mark++;
            if (timeline != null) {
                timeline.mark(mark);
            } else {
                ends.add(part(part, layer));
            }
        }

        private int part(StepPart part, Layer layer) {
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i).part() == part && parts.get(i).layer() == layer) {
                    return i;
                }
            }
            parts.add(new StepProfile.Row(part, layer, 0, flops(part, layer)));
            return parts.size() - 1;
        }

        private long flops(StepPart part, Layer layer) {
            if (layer == null || !layer.children().isEmpty()) {
                return 0;
            }
            return batch * (part == StepPart.FORWARD ? layer.forwardFlops() : layer.backwardFlops());
        }

        /** Returns the seconds of each part in the last step, and behind them those of the step. */
        double[] times() {
            double[] seconds = new double[parts.size() + 1];
            for (int i = 0; i < ends.size(); i++) {
                seconds[ends.get(i)] += timeline.seconds(i, i + 1);
            }
            seconds[parts.size()] = timeline.seconds(0, ends.size());
            return seconds;
        }

        StepProfile profile(List<double[]> measured) {
            List<StepProfile.Row> rows = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                StepProfile.Row part = parts.get(i);
                rows.add(new StepProfile.Row(part.part(), part.layer(), median(measured, i), part.flops()));
            }
            return new StepProfile(timeline.onDevice(), batch, measured.size(), median(measured, parts.size()), rows);
        }
    }

    /**
     * Measures the parts of a step.
     *
     * @param warmUp how many seconds of steps to run before
     * @param seconds how many seconds of steps to measure
     * @param least how many steps to measure at least
     */
    public StepProfile profile(double warmUp, double seconds, int least) {
        Parts parts = new Parts();
        network.listen(parts);
        try {
            next();
            parts.run();
            try (Timeline timeline = backend.timeline(parts.ends.size() + 1)) {
                parts.timeline = timeline;
                Runnable marked = backend.record(parts::run);
                repeat(marked, warmUp, 1, () -> {});
                List<double[]> measured = new ArrayList<>();
                repeat(marked, seconds, least, () -> measured.add(parts.times()));
                return parts.profile(measured);
            }
        } finally {
            network.listen(null);
        }
    }

    /**
     * Returns the median of the seconds that a step takes from begin to end, with no mark inside it.
     *
     * @param steps how many to measure, behind one that is not
     */
    public double stepSeconds(int steps) {
        try (Timeline timeline = backend.timeline(2)) {
            Runnable marked = backend.record(() -> {
                timeline.mark(0);
                step.forward(batch);
                network.backward(batch);
                step.update(batch);
                timeline.mark(1);
            });
            repeat(marked, 0, 1, () -> {});
            List<double[]> measured = new ArrayList<>();
            repeat(marked, 0, steps, () -> measured.add(new double[] {timeline.seconds(0, 1)}));
            return median(measured, 0);
        }
    }

    private void repeat(Runnable marked, double seconds, int least, Runnable behind) {
        long start = System.nanoTime();
        int steps = 0;
        while (steps < least || (steps < MOST_STEPS && System.nanoTime() - start < seconds * 1e9)) {
            next();
            marked.run();
            backend.synchronize();
            behind.run();
            steps++;
        }
    }

    /** Makes sure that there is a batch left in the epoch. */
    private void next() {
        if (seen + batch > data.size()) {
            data.start(order);
            seen = 0;
        }
        data.prepare(seen, batch);
        seen += batch;
    }

    private static double median(List<double[]> rows, int column) {
        double[] values = rows.stream().mapToDouble(row -> row[column]).toArray();
        Arrays.sort(values);
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }

    @Override
    public void close() {
        memory.close();
    }
}
