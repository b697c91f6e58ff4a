package io.gabor.train;

import io.gabor.backend.ClipSpec;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.data.Shuffle;
import io.gabor.data.augment.Augmentation;
import io.gabor.nn.Loss;
import io.gabor.nn.Network;
import io.gabor.optim.Optimizer;
import io.gabor.optim.OptimizerState;
import io.gabor.optim.Rates;
import io.gabor.optim.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Trains a network by mini-batch gradient descent. The same network, data, settings and seed give the same bits on one
 * backend.
 *
 * <pre>{@code
 * History history = new Trainer(network, new SoftmaxCrossEntropy(), new Adam(0.001)).batch(64).epochs(3).train(data);
 * }</pre>
 */
public final class Trainer {
    private static final long REPORT_NANOS = 100_000_000;
    private static final long CHECKPOINT_NANOS = 2_000_000_000;

    private final Network network;
    private final Loss loss;
    private final Optimizer optimizer;
    private final List<Callback> callbacks = new ArrayList<>();
    private final List<ClipSpec> clips = new ArrayList<>();
    private Normalization normalization = Normalization.UNIT;
    private Augmentation augmentation = Augmentation.none();
    private Schedule schedule = Schedule.CONSTANT;
    private Dataset validation;
    private Loss validationLoss;
    private int patience;
    private int accumulate = 1;
    private double averageDecay;
    private int watchEvery;
    private int batch;
    private int epochs = 1;
    private long seed = 1;
    private boolean shuffle = true;
    private boolean staged;
    private LongSupplier clock = System::nanoTime;
    private volatile boolean stopped;

    /** Batches are as large as the network takes, one epoch, pixels scaled to [0, 1], shuffled with seed 1. */
    public Trainer(Network network, Loss loss, Optimizer optimizer) {
        this.network = Objects.requireNonNull(network, "network");
        this.loss = Objects.requireNonNull(loss, "loss");
        this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
        this.batch = network.maxBatch();
    }

    /** Sets the samples per step; the last batch of an epoch may be smaller. */
    public Trainer batch(int samples) {
        if (samples < 1 || samples > network.maxBatch()) {
            throw new IllegalArgumentException("a batch must be from 1 to the " + network.maxBatch()
                    + " that the network was built for, found " + samples);
        }
        batch = samples;
        return this;
    }

    public Trainer epochs(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("epochs must be at least 1, found " + count);
        }
        epochs = count;
        return this;
    }

    /** Sets the seed of the order of the samples and of what augmentation does to them. */
    public Trainer seed(long value) {
        seed = value;
        return this;
    }

    /** Shuffles the samples anew for each epoch (the default), or takes them in order. */
    public Trainer shuffle(boolean on) {
        shuffle = on;
        return this;
    }

    public Trainer normalization(Normalization value) {
        normalization = Objects.requireNonNull(value, "normalization");
        return this;
    }

    /** Changes the images at random in every epoch; those of a validation set stay as they are. */
    public Trainer augmentation(Augmentation value) {
        augmentation = Objects.requireNonNull(value, "augmentation");
        return this;
    }

    public Trainer schedule(Schedule value) {
        schedule = Objects.requireNonNull(value, "schedule");
        return this;
    }

    /**
     * Has each step follow the mean gradient of so many batches, one computed after the other: a larger batch than there is
     * memory for, to the same results up to rounding. (Where classes have weights, the mean over a batch is a weighted one,
     * and the mean of several is not quite the weighted mean of all.)
     */
    public Trainer accumulate(int batches) {
        if (batches < 1) {
            throw new IllegalArgumentException("a step accumulates at least 1 batch, found " + batches);
        }
        accumulate = batches;
        return this;
    }

    /**
     * Keeps the exponential moving average of the parameters and buffers, {@code a ← d·a + (1 − d)·p} behind each step, from
     * those that the run starts with. In step t, d is at most (1 + t) / (10 + t). Validation and callbacks at the end of an epoch see the network with the averages, and a run
     * ends with them.
     *
     * @param decay d, above 0 and below 1
     */
    public Trainer averageWeights(double decay) {
        if (!(decay > 0 && decay < 1)) {
            throw new IllegalArgumentException(
                    "the decay of the weights' average must be above 0 and below 1, found " + decay);
        }
        averageDecay = decay;
        return this;
    }

    /** Bounds the gradients of each step before they are followed; several bounds apply one after the other. */
    public Trainer clip(ClipSpec bound) {
        clips.add(Objects.requireNonNull(bound, "bound"));
        return this;
    }

    /**
     * Looks at the layers in step 1, 2, 4, 8, ..., and then in every n-th: outputs, gradients, updates, dead units.
     * {@link Callback#onHealth} is told, with warnings. A step that is looked at gives the same bits as one that is not; on a
     * CPU, a look at a net like {@code lenet} takes about a third of a step.
     */
    public Trainer watch(int everySteps) {
        if (everySteps < 1) {
            throw new IllegalArgumentException("a run is watched every 1 step or more, found " + everySteps);
        }
        watchEvery = everySteps;
        return this;
    }

    public Trainer callback(Callback callback) {
        callbacks.add(Objects.requireNonNull(callback, "callback"));
        return this;
    }

    /**
     * Sets samples that were set aside: they are tested at the end of each epoch, and never trained on.
     *
     * @param measured the loss that is measured on them
     */
    public Trainer validation(Dataset samples, Loss measured) {
        validation = Objects.requireNonNull(samples, "samples");
        validationLoss = Objects.requireNonNull(measured, "measured");
        return this;
    }

    /**
     * Ends a run when so many epochs in a row have brought no lower validation loss than the best one before them
     * (Prechelt, 1998). The network ends with the parameters of its best epoch, however the run ends.
     */
    public Trainer patience(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("patience must be at least 1 epoch, found " + count);
        }
        patience = count;
        return this;
    }

    /** Has the data set on the backend batch by batch, also where it would fit. */
    Trainer staged() {
        staged = true;
        return this;
    }

    /** Reads the time from elsewhere: when to report and when to keep a checkpoint then no longer depends on the machine. */
    Trainer clock(LongSupplier nanos) {
        clock = nanos;
        return this;
    }

    /**
     * Ends the run after the step under way; from any thread. A trainer that has been stopped stays so, also where
     * {@link #train} has not been called yet.
     */
    public void stop() {
        stopped = true;
    }

    /**
     * Trains on all samples, epoch by epoch.
     *
     * @throws NonFiniteException if the loss or a parameter is no longer finite; the network then holds the last finite
     *     parameters
     * @throws IllegalArgumentException if the samples, classes or targets do not fit the network or the loss
     * @throws OutOfMemoryException if the memory is not enough, even with one batch of the data set at a time on the
     *     backend; says what is needed and the largest batch that fits
     */
    public History train(Dataset data) {
        requireValidation();
        FirstWeights.from(data, normalization, network);
        try (TrainingMemory memory = staged
                ? new TrainingMemory(network, loss, optimizer, data, normalization, batch, runOptions(), true)
                : TrainingMemory.open(network, loss, optimizer, data, normalization, batch, runOptions())) {
            return new Run(memory).epochs();
        }
    }

    private RunOptions runOptions() {
        return new RunOptions(clips, accumulate, averageDecay, patience > 0, augmentation, seed);
    }

    private void requireValidation() {
        if (validation == null && (patience > 0 || schedule.needsValidation())) {
            throw new IllegalArgumentException((patience > 0 ? "patience goes" : "the schedule " + schedule + " goes")
                    + " by the validation loss, and there is no validation set; set a share of the samples aside");
        }
    }

    /** The state of one call of {@link #train}. */
    private final class Run {
        private final DeviceDataset data;
        private final OptimizerState state;
        private final TrainingStep step;
        private final Checkpoint checkpoint;
        /** The samples of a full step. */
        private final int group;

        private final int stepsPerEpoch;
        private final Rates rates;
        /** Null without a validation set. */
        private final ValidationWatch watch;
        /** Null where no average is kept. */
        private final WeightAverage average;
        /** Null where nobody watches. */
        private final HealthWatch health;

        private long steps;

        // since the epoch's start
        private int seen;
        private double lossSum;
        private long epochStart;

        // since the last report: steps whose loss nobody has read
        private int unread;
        private long lastReport;

        // the last checkpoint: when, behind which step, and how many samples of the epoch had been seen
        private long checkpointTime;
        private long checkpointSteps;
        private int checkpointSeen;

        Run(TrainingMemory memory) {
            data = memory.data();
            state = memory.optimizer();
            step = memory.step();
            checkpoint = memory.checkpoint();
            group = (int) Math.min((long) batch * accumulate, data.size());
            average = memory.average();
            health = watchEvery == 0 ? null : new HealthWatch(network, watchEvery);
            watch = validation == null
                    ? null
                    : new ValidationWatch(
                            new Tester(network, validationLoss).normalization(normalization),
                            validation,
                            patience,
                            memory.best());
            this.stepsPerEpoch = (data.size() + group - 1) / group;
            rates = schedule.start(optimizer.rate(), stepsPerEpoch, (long) stepsPerEpoch * epochs);
        }

        History epochs() {
            List<EpochResult> results = new ArrayList<>();
            for (int epoch = 1; epoch <= epochs && !stopped && !exhausted(); epoch++) {
                EpochResult trained = epoch(epoch);
                if (trained.samples() > 0) {
                    results.add(end(trained));
                }
            }
            boolean unfinished = steps < (long) stepsPerEpoch * epochs && !exhausted();
            if (average != null) {
                average.settle();
            }
            if (watch == null) {
                return new History(results, steps, unfinished, 0);
            }
            watch.goBack();
            return new History(results, steps, unfinished, watch.bestEpoch());
        }

        /** Shows the network as it would be used now, to the validation and to whoever listens. */
        private EpochResult end(EpochResult trained) {
            if (average != null) {
                average.show();
            }
            try {
                EpochResult result = trained.with(validate(trained.epoch()));
                callbacks.forEach(callback -> callback.onEpoch(result));
                return result;
            } finally {
                if (average != null) {
                    average.hide();
                }
            }
        }

        private boolean exhausted() {
            return watch != null && watch.exhausted();
        }

        private EpochResult epoch(int epoch) {
            data.start(
                    shuffle
                            ? Shuffle.order(data.size(), seed, epoch)
                            : IntStream.range(0, data.size()).toArray(),
                    epoch);
            epochStart = clock.getAsLong();
            lastReport = epochStart;
            seen = 0;
            lossSum = 0;
            saveCheckpoint(epochStart);
            while (seen < data.size() && !stopped) {
                int n = Math.min(group, data.size() - seen);
                setRate(steps + 1);
                boolean look = health != null && health.due(steps + 1);
                if (look) {
                    health.before();
                }
                step.run(seen, n);
                steps++;
                if (look) {
                    look(epoch, n);
                }
                seen += n;
                unread++;
                long now = clock.getAsLong();
                if (unread == TrainingStep.LOG_SIZE || now - lastReport > REPORT_NANOS) {
                    report(epoch);
                }
            }
            if (unread > 0) {
                report(epoch);
            }
            double seconds = (clock.getAsLong() - epochStart) / 1e9;
            requireFiniteParameters();
            return new EpochResult(epoch, lossSum / seen, seen, seconds, null);
        }

        private TestResult validate(int epoch) {
            if (watch == null || seen < data.size()) {
                return null;
            }
            TestResult result = watch.look(epoch);
            rates.validated(result.loss());
            return result;
        }

        private void look(int epoch, int n) {
            int samples = step.partSize(step.parts(n) - 1, n);
            Health found = health.after(epoch, steps, rates.at(steps - 1), samples);
            callbacks.forEach(callback -> callback.onHealth(found));
        }

        private void setRate(long number) {
            state.setRate(rates.at(number - 1));
        }

        /** Reads the losses since the last report, and stops the run if one is not finite. */
        private void report(int epoch) {
            float[] losses = step.readLosses();
            int lastBatch = seen - (seen - 1) / group * group;
            for (int i = 0; i < unread; i++) {
                long number = steps - unread + 1 + i;
                float value = losses[(int) (number % TrainingStep.LOG_SIZE)];
                if (!Float.isFinite(value)) {
                    throw divergence();
                }
                lossSum += (double) value * (i == unread - 1 ? lastBatch : group);
            }
            unread = 0;
            lastReport = clock.getAsLong();
            double seconds = (lastReport - epochStart) / 1e9;
            Progress progress = new Progress(
                    epoch, epochs, (seen + group - 1) / group, stepsPerEpoch, seen, lossSum / seen, seen / seconds);
            callbacks.forEach(callback -> callback.onProgress(progress));
            if (lastReport - checkpointTime > CHECKPOINT_NANOS) {
                // A finite loss says nothing about the update behind it, and a checkpoint is what a search goes back
                // to.
                requireFiniteParameters();
                saveCheckpoint(lastReport);
            }
        }

        private void saveCheckpoint(long now) {
            checkpoint.save();
            checkpointTime = now;
            checkpointSteps = steps;
            checkpointSeen = seen;
        }

        private void requireFiniteParameters() {
            if (!search().parametersFinite()) {
                throw divergence();
            }
        }

        private NonFiniteException divergence() {
            return search().search(checkpointSteps + 1, (int) (steps - checkpointSteps), checkpointSeen);
        }

        private DivergenceSearch search() {
            return new DivergenceSearch(network, step, checkpoint, group, data.size(), this::setRate);
        }
    }
}
