package io.gabor.bench;

import io.gabor.backend.Activation;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Activations by themselves, on as many values as the first convolution of {@code lenet} has outputs. */
public class ActivationBenchmark extends OpBenchmark {
    private static final int PER_SAMPLE = 20 * 24 * 24;

    /** The function. */
    public enum Function {
        RELU(Activation.RELU),
        LEAKY_RELU(Activation.leakyRelu(0.01f)),
        SIGMOID(Activation.SIGMOID),
        TANH(Activation.TANH);

        private final Activation activation;

        Function(Activation activation) {
            this.activation = activation;
        }
    }

    @Param
    public Function function;

    @Param
    public Direction direction;

    private int count;
    private Tensor in;
    private Tensor dy;
    private Tensor out;

    @Override
    void prepare() {
        count = batch * PER_SAMPLE;
        Shape shape = Shape.of(count);
        if (direction == Direction.FORWARD) {
            in = uniform(shape, -4, 4);
        } else {
            in = uniform(shape, function == Function.TANH || function == Function.LEAKY_RELU ? -0.9 : 0, 0.9);
            dy = uniform(shape, -1, 1);
        }
        out = result(shape);
    }

    @Override
    void call() {
        if (direction == Direction.FORWARD) {
            on().activation(function.activation, count, in, out);
        } else {
            on().activationBackward(function.activation, count, in, dy, out);
        }
    }

    @Override
    List<Tensor> results() {
        return List.of(out);
    }
}
