package io.gabor.backend.reference;

import io.gabor.backend.Activation;
import io.gabor.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Activations, softmax and the losses at points where the answer is known. */
final class LossesTest extends Fixture {
    @Test
    void activations() {
        Tensor x = of(-2, 0, 3);
        Tensor y = room(3);
        Tensor dx = room(3);
        Tensor dy = of(10, 10, 10);
        backend.activation(Activation.RELU, 3, x, y);
        holds(y, 0, 0, 3);
        backend.activationBackward(Activation.RELU, 3, y, dy, dx);
        holds(dx, 0, 0, 10);
        backend.activation(Activation.leakyRelu(0.25f), 3, x, y);
        holds(y, -0.5, 0, 3);
        backend.activationBackward(Activation.leakyRelu(0.25f), 3, y, dy, dx);
        holds(dx, 2.5, 2.5, 10);
        Tensor z = of(0, Math.log(3), -1e6);
        backend.activation(Activation.SIGMOID, 3, z, y);
        holds(y, 0.5, 0.75, 0);
        backend.activationBackward(Activation.SIGMOID, 3, y, dy, dx);
        holds(dx, 2.5, 1.875, 0);
        backend.activation(Activation.TANH, 3, of(0, 0.5 * Math.log(3), 1e6), y);
        holds(y, 0, 0.5, 1);
        backend.activationBackward(Activation.TANH, 3, y, dy, dx);
        holds(dx, 10, 7.5, 0);
        backend.activation(Activation.IDENTITY, 3, x, x);
        holds(x, -2, 0, 3);
        backend.activation(Activation.RELU, 3, of(Double.NaN, -1, 1), y);
        holds(y, Double.NaN, 0, 1);
    }

    /** exp(log 1), exp(log 2), exp(log 5): eighths; adding 1000 to a row changes nothing. */
    @Test
    void softmax() {
        Tensor y = room(6);
        double l2 = Math.log(2);
        double l5 = Math.log(5);
        backend.softmax(2, 3, of(0, l2, l5, 1000, 1000 + l2, 1000 + l5), y);
        holds(y, 0.125, 0.25, 0.625, 0.125, 0.25, 0.625);
    }

    /** The whole Jacobian as a matrix, times dy. */
    @Test
    void softmaxBackwardIsTheJacobian() {
        double[] y = {0.125, 0.25, 0.625};
        double[] dy = {3, -2, 7};
        double[] expected = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double jacobian = y[i] * ((i == j ? 1 : 0) - y[j]);
                expected[j] += jacobian * dy[i];
            }
        }
        Tensor dx = room(3);
        backend.softmaxBackward(1, 3, of(y), of(dy), dx);
        holds(dx, expected);
    }

    @Test
    void softmaxCrossEntropy() {
        Tensor loss = room(1);
        Tensor dx = room(4);
        backend.softmaxCrossEntropy(1, 4, of(7, 7, 7, 7), ints(2), loss, dx);
        holds(loss, Math.log(4));
        holds(dx, 0.25, 0.25, -0.75, 0.25);
        // mean of a row that is certain and wrong and one that is certain and right
        backend.softmaxCrossEntropy(2, 2, of(1000, 0, 0, 1000), ints(1, 1), loss, dx);
        holds(loss, 500);
        holds(dx, 0.5, -0.5, 0, 0);
        backend.softmaxCrossEntropy(2, 2, of(1, 2, 3, 4), ints(1, 1), loss, null);
        holds(loss, Math.log(1 + Math.exp(-1)));
    }

    /** Two rows of equal logits: log p is −log 2 throughout. */
    @Test
    void softmaxCrossEntropyWithWeightsAndSmoothing() {
        Tensor loss = room(1);
        Tensor dx = room(4);
        backend.softmaxCrossEntropy(2, 2, of(0, 0, 5, 5), ints(0, 1), of(3, 1), 0, loss, dx);
        holds(loss, Math.log(2));
        holds(dx, -0.375, 0.375, 0.125, -0.125);
        // q = 3·0.9, 1·0.1 and 3·0.1, 1·0.9; W = 4
        backend.softmaxCrossEntropy(2, 2, of(0, 0, 5, 5), ints(0, 1), of(3, 1), 0.2, loss, dx);
        holds(loss, (2.8 + 1.2) * Math.log(2) / 4);
        holds(dx, (1.4 - 2.7) / 4, (1.4 - 0.1) / 4, (0.6 - 0.3) / 4, (0.6 - 0.9) / 4);
        // a class without a share costs nothing, however unlikely it is
        backend.softmaxCrossEntropy(1, 2, of(0, Double.NEGATIVE_INFINITY), ints(0), null, 0, loss, null);
        holds(loss, 0);
        backend.softmaxCrossEntropy(1, 3, of(1, 2, 3), ints(1), null, 1, loss, null);
        holds(loss, Math.log(1 + Math.exp(1) + Math.exp(2)) + 1 - 2);
    }

    @Test
    void meanSquaredError() {
        Tensor loss = room(1);
        Tensor dp = room(2);
        backend.meanSquaredError(2, of(1, 5), of(4, 4), loss, dp);
        holds(loss, 5);
        holds(dp, -3, 1);
    }

    @Test
    void binaryCrossEntropy() {
        Tensor loss = room(1);
        Tensor dp = room(2);
        backend.binaryCrossEntropy(2, of(0.5, 0.25), of(1, 0), loss, dp);
        holds(loss, (Math.log(2) + Math.log(4 / 3.0)) / 2);
        holds(dp, -1, 2 / 3.0);
        // certain and right costs nothing; certain and wrong costs 100, not infinity
        backend.binaryCrossEntropy(2, of(0, 1), of(0, 1), loss, dp);
        holds(loss, 0);
        holds(dp, 0, 0);
        backend.binaryCrossEntropy(2, of(0, 1), of(1, 0), loss, dp);
        holds(loss, 100);
        holds(dp, -0.5e12, 0.5e12);
    }

    @Test
    void binaryCrossEntropyWithLogits() {
        Tensor loss = room(1);
        Tensor dx = room(2);
        backend.binaryCrossEntropyWithLogits(2, of(0, Math.log(3)), of(1, 0), loss, dx);
        holds(loss, (Math.log(2) + Math.log(4)) / 2);
        holds(dx, -0.25, 0.375);
        backend.binaryCrossEntropyWithLogits(2, of(1e4, -1e4), of(0, 0), loss, dx);
        holds(loss, 5e3);
        holds(dx, 0.5, 0);
    }
}
