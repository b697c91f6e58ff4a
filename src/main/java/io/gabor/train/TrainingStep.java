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
    private final int batch;
    private final Runnable fullStep;

    TrainingStep(
            Network network,
            Loss loss,
            OptimizerState optimizer,
            DeviceDataset data,
            int batch,
            RunOptions options) {
        this.network = network;
        this.backend = network.backend();
        this.optimizer = optimizer;
        this.data = data;
        this.batch = batch;
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
            List<Tensor> gradients =
                    network.parameters().stream().map(Parameter::gradient).toList();
            for (ClipSpec clip : options.clips()) {
                clips.add(backend.gradientClipping(clip, gradients));
            }
            this.fullStep = backend.record(() -> step(batch));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Runs a step on the next {@code n} samples. */
    void run(int n) {
        if (n == batch) {
            fullStep.run();
        } else {
            step(n);
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
        for (ClipOp clip : clips) {
            clip.clip();
        }
        optimizer.step();
        advance(n);
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
        loss.close();
        held.close();
    }
}
