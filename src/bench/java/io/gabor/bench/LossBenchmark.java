package io.gabor.bench;

import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Losses with their gradients. */
public class LossBenchmark extends OpBenchmark {
    /** The loss. */
    public enum Loss {
        SOFTMAX_CROSS_ENTROPY,
        SOFT_TARGET_CROSS_ENTROPY,
        MEAN_SQUARED_ERROR,
        BINARY_CROSS_ENTROPY,
        BINARY_CROSS_ENTROPY_WITH_LOGITS
    }

    /** Outputs of a sample. */
    @Param({"10", "1000"})
    public int classes;

    @Param
    public Loss loss;

    private Tensor x;
    private Tensor target;
    private Tensor labels;
    private Tensor value;
    private Tensor dx;

    @Override
    void prepare() {
        Shape shape = Shape.of(batch, classes);
        x = uniform(shape, 0.05, 0.95);
        target = uniform(shape, 0, 1);
        labels = integers(batch, classes);
        value = result(Shape.of(1));
        dx = result(shape);
    }

    @Override
    void call() {
        int count = batch * classes;
        switch (loss) {
            case SOFTMAX_CROSS_ENTROPY -> on().softmaxCrossEntropy(batch, classes, x, labels, value, dx);
            case SOFT_TARGET_CROSS_ENTROPY ->
                on().softTargetCrossEntropy(batch, classes, x, target, null, 0, value, dx);
            case MEAN_SQUARED_ERROR -> on().meanSquaredError(count, x, target, value, dx);
            case BINARY_CROSS_ENTROPY -> on().binaryCrossEntropy(count, x, target, value, dx);
            case BINARY_CROSS_ENTROPY_WITH_LOGITS -> on().binaryCrossEntropyWithLogits(count, x, target, value, dx);
        }
    }

    @Override
    List<Tensor> results() {
        return List.of(value, dx);
    }
}
