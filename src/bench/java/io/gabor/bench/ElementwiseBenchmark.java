package io.gabor.bench;

import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Sums and softmax over rows. */
public class ElementwiseBenchmark extends OpBenchmark {
    /** The op. */
    public enum Op {
        ADD,
        BLEND,
        SOFTMAX,
        SOFTMAX_BACKWARD
    }

    /** Columns of a row; {@code batch} is the number of rows. */
    @Param({"10", "1000"})
    public int columns;

    @Param
    public Op op;

    private Tensor a;
    private Tensor b;
    private Tensor out;

    @Override
    void prepare() {
        Shape shape = Shape.of(batch, columns);
        a = uniform(shape, 0, 1);
        b = uniform(shape, 0, 1);
        out = result(shape);
    }

    @Override
    void call() {
        switch (op) {
            case ADD -> on().add(batch * columns, a, b, out);
            case BLEND -> on().blend(batch * columns, 1, a, 0, out);
            case SOFTMAX -> on().softmax(batch, columns, a, out);
            case SOFTMAX_BACKWARD -> on().softmaxBackward(batch, columns, a, b, out);
        }
    }

    @Override
    List<Tensor> results() {
        return List.of(out);
    }
}
