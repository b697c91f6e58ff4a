package io.gabor.bench;

import io.gabor.backend.Activation;
import io.gabor.backend.BatchNormOp;
import io.gabor.backend.BatchNormSpec;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Batch normalisation in training, with the ReLU behind it: layers of residual networks, and a dense layer's. */
public class BatchNormBenchmark extends OpBenchmark {
    /** A layer by its place. */
    public enum Layer {
        RESNET_1(16, 32 * 32),
        RESNET_2(32, 16 * 16),
        RESNET_3(64, 8 * 8),
        MNIST_2(64, 20 * 20),
        DENSE(500, 1);

        private final int channels;
        private final int pixels;

        Layer(int channels, int pixels) {
            this.channels = channels;
            this.pixels = pixels;
        }
    }

    @Param
    public Layer layer;

    @Param
    public Direction direction;

    private BatchNormOp op;
    private Tensor x;
    private Tensor gamma;
    private Tensor beta;
    private Tensor mean;
    private Tensor variance;
    private Tensor y;
    private Tensor dy;
    private Tensor dgamma;
    private Tensor dbeta;
    private Tensor dx;

    @Override
    void prepare() {
        Shape channels = Shape.of(layer.channels);
        Shape batched = Shape.of(batch, layer.channels, layer.pixels);
        op = on().batchNorm(layer.channels, layer.pixels, new BatchNormSpec(1e-5, 0.1, Activation.RELU), batch);
        x = uniform(batched, -1, 2);
        gamma = uniform(channels, 0.5, 1.5);
        beta = uniform(channels, 2, 3);
        mean = uniform(channels, 0, 1);
        variance = uniform(channels, 1, 2);
        y = result(batched);
        if (direction == Direction.BACKWARD) {
            dy = uniform(batched, -0.5, 1.5);
            dgamma = result(channels);
            dbeta = result(channels);
            dx = result(batched);
            op.forward(batch, x, gamma, beta, mean, variance, y);
        }
    }

    @Override
    void call() {
        if (direction == Direction.FORWARD) {
            op.forward(batch, x, gamma, beta, mean, variance, y);
        } else {
            op.backward(batch, x, gamma, y, dy, dgamma, dbeta, dx);
        }
    }

    @Override
    List<Tensor> results() {
        return direction == Direction.FORWARD ? List.of(y) : List.of(dgamma, dbeta, dx);
    }
}
