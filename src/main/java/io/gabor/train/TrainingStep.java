package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.nn.Loss;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.nn.Parameter;
import io.gabor.optim.OptimizerState;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One training step, from fetching the batch to updating the parameters, made of backend ops only: it allocates nothing,
 * waits for nothing and reads nothing back, so full batches run as a recording. Losses collect in backend memory until
 * {@link #readLosses}.
 */
final class TrainingStep implements AutoCloseable {
    /** How many losses are kept before someone has to read them. */
    static final int LOG_SIZE = 256;

    private final Network network;
    private final Backend backend;
    private final Loss.OnBackend loss;
    private final OptimizerState optimizer;
    private final DeviceDataset data;
    private final List<ClipOp> clips = new ArrayList<>();
    private final Held held;
    private final Tensor lossValue;
    private final Tensor lossLog;
    private final float[] lossesOnHost = new float[LOG_SIZE];
    /** The samples of a full batch, and how many batches make a step. */
    private final int batch;

    private final int group;
    /** Null where a step is one batch. */
    private final GradientSum sum;
    /** Null where no average is kept. */
    private final WeightAverage average;

    /** The samples of a full step: one that is recorded. */
    private final int full;

    private final Runnable fullStep;
    /** Of a full step of several batches: the first batch, one in the middle, the last. */
    private final Runnable[] fullParts = new Runnable[3];

    TrainingStep(
            Network network,
            Loss loss,
            OptimizerState optimizer,
            DeviceDataset data,
            int batch,
            RunOptions options,
            WeightAverage average) {
        this.network = network;
        this.backend = network.backend();
        this.optimizer = optimizer;
        this.data = data;
        this.batch = batch;
        this.group = options.accumulate();
        this.average = average;
        this.held = new Held(backend);
        try {
            this.lossValue = held.allocate(ElementType.F32, Shape.of(1));
            this.lossLog = held.allocate(ElementType.F32, Shape.of(LOG_SIZE));
            this.loss = loss.on(backend);
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
        try {
            this.sum = group == 1 ? null : new GradientSum(network);
        } catch (RuntimeException | Error e) {
            this.loss.close();
            held.close();
            throw e;
        }
        try {
            List<Tensor> gradients =
                    network.parameters().stream().map(Parameter::gradient).toList();
            for (ClipSpec clip : options.clips()) {
                clips.add(backend.gradientClipping(clip, gradients));
            }
            this.fullStep = group == 1 ? backend.record(() -> step(batch)) : null;
            // with fewer samples there is no full step of several batches
            this.full = group == 1 ? batch : (long) group * batch <= data.size() ? group * batch : 0;
            if (group > 1 && full > 0) {
                fullParts[0] = backend.record(() -> part(0, batch, group * batch));
                fullParts[1] = group == 2 ? null : backend.record(() -> part(1, batch, group * batch));
                fullParts[2] = backend.record(() -> part(group - 1, batch, group * batch));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Runs a step on the samples at {@code [from, from + n)}; at most {@code accumulate} batches. */
    void run(int from, int n) {
        int parts = parts(n);
        for (int i = 0; i < parts; i++) {
            int size = partSize(i, n);
            prepare(from + i * batch, size);
            if (n == full) {
                fullPart(i).run();
            } else if (group == 1) {
                step(n);
            } else {
                part(i, size, n);
            }
        }
    }

    private Runnable fullPart(int i) {
        if (group == 1) {
            return fullStep;
        }
        return fullParts[i == 0 ? 0 : i < group - 1 ? 1 : 2];
    }

    /** Returns in how many batches {@code n} samples are computed. */
    int parts(int n) {
        return (n - 1) / batch + 1;
    }

    /** Returns the samples of one of the batches that {@code n} samples are computed in. */
    int partSize(int part, int n) {
        return Math.min(batch, n - part * batch);
    }

    /** Returns where the batches of a step begin, from its own begin. */
    int partStart(int part) {
        return part * batch;
    }

    private void part(int part, int size, int n) {
        forward(size);
        network.backward(size);
        collect(part, size, n);
        if (part == parts(n) - 1) {
            finish(n);
        }
    }

    /** Adds the gradients of one batch of several to those of the step; where a step is one batch, does nothing. */
    void collect(int part, int size, int n) {
        if (sum != null) {
            sum.add(part, parts(n), (double) size / n, lossValue);
            data.advance(size);
        }
    }

    /** Ends a step whose gradients have all been collected. */
    void finish(int n) {
        if (sum == null) {
            update(n);
        } else {
            follow();
            backend.store(sum.loss(), optimizer.stepCounter(), lossLog);
        }
    }

    private void step(int n) {
        forward(n);
        network.backward(n);
        update(n);
    }

    /** Fetches the batch and computes the loss and its gradient at the output. */
    void forward(int n) {
        fetch(n);
        network.forward(n, Mode.TRAIN);
        loss(n);
    }

    /** Bounds the gradients and follows them, keeps the loss and moves on to the next batch. */
    void update(int n) {
        follow();
        advance(n);
    }

    private void follow() {
        for (ClipOp clip : clips) {
            clip.clip();
        }
        optimizer.step();
        if (average != null) {
            average.follow();
        }
    }

    /** Called before {@link #run} or {@link #forward}: the samples to come are those at {@code [from, from + n)}. */
    void prepare(int from, int n) {
        data.prepare(from, n);
    }

    /** Writes the next batch to the network's input. */
    void fetch(int n) {
        data.fetch(n, network.in().value());
    }

    /** Computes the loss and its gradient from the network's output. */
    void loss(int n) {
        loss.compute(
                n,
                network.out().value(),
                data.target(),
                lossValue,
                network.out().gradient());
    }

    /** Keeps the loss and moves on to the next batch. */
    void advance(int n) {
        backend.store(lossValue, optimizer.stepCounter(), lossLog);
        data.advance(n);
    }

    /** Returns the loss that {@link #forward} computed last. */
    float readLoss() {
        backend.download(lossValue, lossesOnHost, 1);
        return lossesOnHost[0];
    }

    /**
     * Returns the losses by step: that of step t, counted from 1, is at {@code t mod LOG_SIZE}. Valid until the next call.
     */
    float[] readLosses() {
        backend.download(lossLog, lossesOnHost, LOG_SIZE);
        return lossesOnHost;
    }

    @Override
    public void close() {
        clips.forEach(ClipOp::close);
        if (sum != null) {
            sum.close();
        }
        loss.close();
        held.close();
    }
}
