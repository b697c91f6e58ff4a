package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import java.util.List;

/**
 * What training makes small: a number from a network's output and what it should have been, and its gradient with respect
 * to the output. Always a mean, so that rates do not depend on the batch.
 */
public abstract class Loss {
    /** Returns the name in recipes and on the command line. */
    public abstract String kind();

    /**
     * Returns whether the targets are class numbers (I32, N), or shares of the classes (F32, N×C). Otherwise they are values of the output's shape (F32), for
     * class numbers one-hot.
     */
    public abstract boolean takesLabels();

    /**
     * Computes the loss of the first {@code n} samples.
     *
     * @param output {@code N×outputs}
     * @param target labels or values, see {@link #takesLabels}
     * @param loss F32, one element, overwritten
     * @param gradient of the output's shape, overwritten; null if it is not wanted
     */
    public abstract void compute(Backend backend, int n, Tensor output, Tensor target, Tensor loss, Tensor gradient);

    /** A loss on one backend, with what it keeps in its memory; for use in every step. */
    public interface OnBackend extends AutoCloseable {
        /** See {@link Loss#compute}. */
        void compute(int n, Tensor output, Tensor target, Tensor loss, Tensor gradient);

        /** Releases what it keeps. */
        @Override
        void close();
    }

    /** Returns this loss on a backend; to be closed by whoever asked for it. */
    public OnBackend on(Backend backend) {
        return new OnBackend() {
            @Override
            public void compute(int n, Tensor output, Tensor target, Tensor loss, Tensor gradient) {
                Loss.this.compute(backend, n, output, target, loss, gradient);
            }

            @Override
            public void close() {}
        };
    }

    /** Turns {@code n} outputs into what a person reads as probabilities, where the output is not that already. */
    public void probabilities(Backend backend, int n, Tensor output, Tensor result) {
        backend.copy(n * outputs(output), output, result);
    }

    /**
     * Checks that a network's output can be compared with targets.
     *
     * @throws ShapeException if it cannot
     */
    public void check(Shape output) {
        if (output.rank() != 1) {
            throw new ShapeException("the loss " + kind() + " takes a vector per sample, and the network's output is "
                    + output + "; put a Flatten behind it");
        }
    }

    /** Returns the losses. */
    public static List<Loss> all() {
        return List.of(
                new SoftmaxCrossEntropy(),
                new MeanSquaredError(),
                new BinaryCrossEntropy(),
                new BinaryCrossEntropyWithLogits());
    }

    /**
     * Returns the loss of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Loss parse(String kind) {
        return all().stream()
                .filter(loss -> loss.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no loss '" + kind + "'; there are "
                        + String.join(", ", all().stream().map(Loss::kind).toList())));
    }

    static int outputs(Tensor output) {
        return output.size() / output.shape().dim(0);
    }

    @Override
    public String toString() {
        return kind();
    }
}
