package io.gabor.train;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.Normalization;
import io.gabor.nn.Loss;
import io.gabor.nn.Mode;
import io.gabor.nn.Network;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Objects;
import java.util.stream.IntStream;

/** Measures a network on a data set that it was not trained on. Changes nothing. */
public final class Tester {
    private final Network network;
    private final Loss loss;
    private Normalization normalization = Normalization.UNIT;

    /** Pixels are scaled to [0, 1] unless {@link #normalization} says otherwise. */
    public Tester(Network network, Loss loss) {
        this.network = Objects.requireNonNull(network, "network");
        this.loss = Objects.requireNonNull(loss, "loss");
    }

    /** Sets how stored values become inputs; the same as in training. */
    public Tester normalization(Normalization value) {
        normalization = Objects.requireNonNull(value, "normalization");
        return this;
    }

    /**
     * Returns the mean loss and the accuracy over all samples.
     *
     * @throws IllegalArgumentException if the samples, classes or targets do not fit the network or the loss
     */
    public TestResult test(Dataset data) {
        return test(data, null);
    }

    /**
     * As {@link #test}, and class by class.
     *
     * @throws IllegalArgumentException if the samples or classes do not fit the network or the loss, or there are no classes
     */
    public Evaluation evaluate(Dataset data) {
        if (data.labels() == null) {
            throw new IllegalArgumentException(data.name() + " has target values and no classes; use test");
        }
        MetricsCounter counter = new MetricsCounter(data.classes());
        TestResult result = test(data, counter);
        return new Evaluation(result, counter.result());
    }

    /** @param counter is given all scores; null if nobody wants them */
    private TestResult test(Dataset data, MetricsCounter counter) {
        Backend backend = network.backend();
        try (Held held = new Held(backend);
                DeviceDataset onDevice = started(data)) {
            Tensor lossValue = held.allocate(ElementType.F32, Shape.of(1));
            Tensor lossLog = held.allocate(ElementType.F32, Shape.of(TrainingStep.LOG_SIZE));
            Tensor batchNumber = held.allocate(ElementType.I32, Shape.of(1));
            Tensor correct = held.allocate(ElementType.I32, Shape.of(1));
            Tensor probabilities = data.labels() == null || counter != null
                    ? held.allocate(ElementType.F32, network.out().value().shape())
                    : null;
            long start = System.nanoTime();
            float[] losses = new float[TrainingStep.LOG_SIZE];
            int outputs = network.out().sampleSize();
            double lossSum = 0;
            int onTargetSide = 0;
            int unread = 0;
            for (int seen = 0; seen < data.size(); ) {
                int n = forward(onDevice, seen);
                Tensor output = network.out().value();
                loss.compute(backend, n, output, onDevice.target(), lossValue, null);
                backend.store(lossValue, batchNumber, lossLog);
                backend.increment(batchNumber, 1);
                if (data.labels() == null) {
                    loss.probabilities(backend, n, output, probabilities);
                    onTargetSide += countOnTargetSide(n, probabilities, onDevice.target());
                } else {
                    backend.countCorrect(n, outputs, output, onDevice.labels(), correct);
                }
                if (counter != null) {
                    loss.probabilities(backend, n, output, probabilities);
                    count(n, probabilities, data.labels(), seen, counter);
                }
                onDevice.advance(n);
                seen += n;
                unread++;
                if (unread == TrainingStep.LOG_SIZE || seen == data.size()) {
                    backend.download(lossLog, losses, TrainingStep.LOG_SIZE);
                    for (int i = 0; i < unread; i++) {
                        lossSum += (double) losses[i] * (i == unread - 1 ? n : network.maxBatch());
                    }
                    backend.fill(batchNumber, 0);
                    unread = 0;
                }
            }
            int[] counted = new int[1];
            backend.download(correct, counted, 1);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new TestResult(lossSum / data.size(), counted[0] + onTargetSide, data.size(), seconds);
        }
    }

    /**
     * Returns what the network makes of each sample, as probabilities where the loss has them: {@code M×outputs}, row-major.
     *
     * @throws IllegalArgumentException if the samples do not fit the network
     */
    public float[] probabilities(Dataset data) {
        Backend backend = network.backend();
        try (Held held = new Held(backend);
                DeviceDataset onDevice = started(data)) {
            Tensor result = held.allocate(ElementType.F32, network.out().value().shape());
            int outputs = network.out().sampleSize();
            float[] all = new float[Math.multiplyExact(data.size(), outputs)];
            float[] batch = new float[result.size()];
            for (int seen = 0; seen < data.size(); ) {
                int n = forward(onDevice, seen);
                loss.probabilities(backend, n, network.out().value(), result);
                backend.download(result, batch, n * outputs);
                System.arraycopy(batch, 0, all, seen * outputs, n * outputs);
                onDevice.advance(n);
                seen += n;
            }
            return all;
        }
    }

    private DeviceDataset started(Dataset data) {
        DeviceDataset onDevice = DeviceDataset.open(network, loss, data, normalization);
        onDevice.start(IntStream.range(0, data.size()).toArray());
        return onDevice;
    }

    private int forward(DeviceDataset data, int seen) {
        int n = Math.min(network.maxBatch(), data.size() - seen);
        data.prepare(seen, n);
        data.fetch(n, network.in().value());
        network.forward(n, Mode.INFER);
        return n;
    }

    private void count(int n, Tensor probabilities, int[] labels, int first, MetricsCounter counter) {
        int values = n * network.out().sampleSize();
        float[] scores = new float[values];
        float[] probable = new float[values];
        network.backend().download(network.out().value(), scores, values);
        network.backend().download(probabilities, probable, values);
        counter.add(n, scores, probable, labels, first);
    }

    private int countOnTargetSide(int n, Tensor probabilities, Tensor targets) {
        int outputs = network.out().sampleSize();
        float[] found = new float[n * outputs];
        float[] wanted = new float[n * outputs];
        network.backend().download(probabilities, found, found.length);
        network.backend().download(targets, wanted, wanted.length);
        int count = 0;
        for (int row = 0; row < n; row++) {
            boolean right = true;
            for (int i = row * outputs; i < (row + 1) * outputs; i++) {
                right &= found[i] > 0.5f == wanted[i] > 0.5f;
            }
            count += right ? 1 : 0;
        }
        return count;
    }
}
