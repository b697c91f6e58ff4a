package io.gabor.bench;

import io.gabor.backend.Pointwise;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** The activations that keep their input, on the outputs of a convolution. */
public class PointwiseBenchmark extends OpBenchmark {
    private static final int VALUES = 64 * 16 * 16;

    @Param
    public Pointwise.Kind function;

    @Param
    public Direction direction;

    private Pointwise f;
    private Tensor x;
    private Tensor y;
    private Tensor dy;
    private Tensor dx;

    @Override
    void prepare() {
        f = new Pointwise(function, function == Pointwise.Kind.ELU ? 1 : 0);
        Shape shape = Shape.of(batch, VALUES);
        x = uniform(shape, -4, 4);
        y = result(shape);
        if (direction == Direction.BACKWARD) {
            dy = uniform(shape, 0.5, 1.5);
            dx = result(shape);
        }
    }

    @Override
    void call() {
        if (direction == Direction.FORWARD) {
            on().pointwise(f, batch * VALUES, x, y);
        } else {
            on().pointwiseBackward(f, batch * VALUES, x, dy, dx);
        }
    }

    @Override
    List<Tensor> results() {
        return List.of(direction == Direction.FORWARD ? y : dx);
    }
}
