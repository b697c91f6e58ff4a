package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A net with one op of most kinds, put together by hand: strided convolution with tanh, 2×2 max pooling, padded convolution
 * with ReLU, batch normalisation with LeakyReLU, overlapping average pooling, dense with sigmoid, dense, softmax cross-entropy, Adam.
 */
final class SmallNet {
    private final CpuBackend backend;
    private final int batch;
    private final List<Tensor> all = new ArrayList<>();
    private final Philox random = new Philox(42, 0);
    private final Tensor rate;
    private final Tensor step;
    private final Tensor loss;
    private final Tensor labels;
    private final Layer conv1;
    private final Layer conv2;
    private final Layer dense1;
    private final Layer dense2;
    private final PoolOp maxPool;
    private final PoolOp avgPool;
    private final Tensor x;
    private final Tensor pooled;
    private final Tensor dpooled;
    private final BatchNormOp norm;
    private final Tensor gamma;
    private final Tensor beta;
    private final Tensor dgamma;
    private final Tensor dbeta;
    private final Tensor runningMean;
    private final Tensor runningVariance;
    private final Tensor normalized;
    private final Tensor dnormalized;
    private final Tensor averaged;
    private final Tensor daveraged;
    private final OptimizerOp optimizer;

    private record Layer(WeightedOp op, Tensor w, Tensor b, Tensor dw, Tensor db, Tensor y, Tensor dy) {
        void forward(int n, Tensor in) {
            op.forward(n, in, w, b, y);
        }

        void backward(int n, Tensor in, Tensor din) {
            op.backward(n, in, w, y, dy, dw, db, din);
        }
    }

    SmallNet(CpuBackend backend, int batch) {
        this.backend = backend;
        this.batch = batch;
        x = random(Shape.of(batch, 2, 27, 27), 1);
        rate = random(Shape.of(1), 0);
        backend.fill(rate, 0.001f);
        step = backend.allocate(ElementType.I32, Shape.of(1));
        labels = backend.allocate(ElementType.I32, Shape.of(batch));
        loss = zeros(Shape.of(1));
        int[] values = new int[batch];
        for (int i = 0; i < batch; i++) {
            values[i] = i % 10;
        }
        backend.upload(values, batch, labels);
        conv1 = conv(2, 27, 9, 4, 2, Padding.of(1), Bias.PER_PIXEL, Activation.TANH);
        maxPool = backend.maxPool2d(pool(9, 13, 2, 2, false), Ties.FIRST, batch);
        pooled = zeros(Shape.of(batch, 9, 6, 6));
        dpooled = zeros(Shape.of(batch, 9, 6, 6));
        conv2 = conv(9, 6, 18, 3, 1, Padding.SAME, Bias.PER_FILTER, Activation.RELU);
        norm = backend.batchNorm(18, 36, new BatchNormSpec(1e-5, 0.1, Activation.leakyRelu(0.1f)), batch);
        gamma = random(Shape.of(18), 1);
        beta = random(Shape.of(18), 1);
        dgamma = zeros(Shape.of(18));
        dbeta = zeros(Shape.of(18));
        runningMean = zeros(Shape.of(18));
        runningVariance = zeros(Shape.of(18));
        normalized = zeros(Shape.of(batch, 18, 6, 6));
        dnormalized = zeros(Shape.of(batch, 18, 6, 6));
        avgPool = backend.avgPool2d(pool(18, 6, 3, 2, true), false, batch);
        averaged = zeros(Shape.of(batch, 18, 3, 3));
        daveraged = zeros(Shape.of(batch, 18, 3, 3));
        dense1 = dense(162, 70, Activation.SIGMOID);
        dense2 = dense(70, 10, Activation.IDENTITY);
        List<OptimizerOp.Slot> slots = new ArrayList<>();
        for (Layer layer : List.of(conv1, conv2, dense1, dense2)) {
            slots.add(slot(layer.w, layer.dw));
            slots.add(slot(layer.b, layer.db));
        }
        slots.add(slot(gamma, dgamma));
        slots.add(slot(beta, dbeta));
        optimizer = backend.optimizer(new OptimizerSpec.Adam(0.9, 0.999, 1e-8, 0.01, true), slots);
    }

    private static PoolGeometry pool(int channels, int size, int kernel, int stride, boolean ceil) {
        return new PoolGeometry(
                channels,
                Padding.VALID.rows(size, kernel, stride, 1, ceil),
                Padding.VALID.cols(size, kernel, stride, 1, ceil));
    }

    private OptimizerOp.Slot slot(Tensor value, Tensor gradient) {
        return new OptimizerOp.Slot(value, gradient, List.of(zeros(value.shape()), zeros(value.shape())));
    }

    private Layer conv(int in, int size, int out, int kernel, int stride, Padding padding, Bias bias, Activation f) {
        ConvGeometry g = new ConvGeometry(
                in, out, 1, padding.rows(size, kernel, stride, 1, false), padding.cols(size, kernel, stride, 1, false));
        return layer(
                backend.conv2d(g, new Epilogue(bias, f), batch),
                g.weightShape(),
                bias.shape(g.outputShape()),
                g.outputShape());
    }

    private Layer dense(int in, int out, Activation f) {
        return layer(
                backend.dense(in, out, new Epilogue(Bias.PER_FILTER, f), batch),
                Shape.of(out, in),
                Shape.of(out),
                Shape.of(out));
    }

    private Layer layer(WeightedOp op, Shape weights, Shape bias, Shape out) {
        return new Layer(
                op,
                random(weights, 0.3),
                random(bias, 0.1),
                zeros(weights),
                zeros(bias),
                zeros(out.batched(batch)),
                zeros(out.batched(batch)));
    }

    private Tensor zeros(Shape shape) {
        Tensor tensor = backend.allocate(shape);
        all.add(tensor);
        return tensor;
    }

    private Tensor random(Shape shape, double scale) {
        Tensor tensor = zeros(shape);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.uniform(-scale, scale);
        }
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    /** One training step for the first n samples. */
    void step(int n) {
        conv1.forward(n, x);
        maxPool.forward(n, conv1.y, pooled);
        conv2.forward(n, pooled);
        norm.forward(n, conv2.y, gamma, beta, runningMean, runningVariance, normalized);
        avgPool.forward(n, normalized, averaged);
        dense1.forward(n, averaged);
        dense2.forward(n, dense1.y);
        backend.softmaxCrossEntropy(n, 10, dense2.y, labels, loss, dense2.dy);
        dense2.backward(n, dense1.y, dense1.dy);
        dense1.backward(n, averaged, daveraged);
        avgPool.backward(n, normalized, averaged, daveraged, dnormalized);
        norm.backward(n, conv2.y, gamma, normalized, dnormalized, dgamma, dbeta, conv2.dy);
        conv2.backward(n, pooled, dpooled);
        maxPool.backward(n, conv1.y, pooled, dpooled, conv1.dy);
        conv1.backward(n, x, null);
        backend.increment(step, 1);
        optimizer.step(rate, step);
    }

    /** Returns every float that the net holds: values, gradients, activations, the optimizer's state. */
    float[][] state() {
        float[][] state = new float[all.size()][];
        for (int i = 0; i < state.length; i++) {
            state[i] = new float[all.get(i).size()];
            backend.download(all.get(i), state[i], state[i].length);
        }
        return state;
    }
}
