package io.gabor.bench;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** The dense layers of {@code lenet} and {@code vgg-small}. */
public class DenseBenchmark extends OpBenchmark {
    /** A layer by its place in a net. */
    public enum Layer {
        LENET_3(800, 500, Activation.RELU),
        LENET_4(500, 10, Activation.IDENTITY),
        VGG_7(4096, 10, Activation.IDENTITY);

        private final int in;
        private final int out;
        private final Activation activation;

        Layer(int in, int out, Activation activation) {
            this.in = in;
            this.out = out;
            this.activation = activation;
        }
    }

    @Param
    public Layer layer;

    @Param
    public Direction direction;

    private WeightedOp op;
    private Tensor x;
    private Tensor w;
    private Tensor b;
    private Tensor y;
    private Tensor dy;
    private Tensor dw;
    private Tensor db;
    private Tensor dx;

    @Override
    void prepare() {
        op = on().dense(layer.in, layer.out, new Epilogue(Bias.PER_FILTER, layer.activation), batch);
        x = whole(Shape.of(batch, layer.in), 2);
        w = whole(Shape.of(layer.out, layer.in), 2);
        b = whole(Shape.of(layer.out), 2);
        y = result(Shape.of(batch, layer.out));
        if (direction == Direction.BACKWARD) {
            dy = whole(y.shape(), 2);
            dw = result(w.shape());
            db = result(b.shape());
            dx = result(x.shape());
            op.forward(batch, x, w, b, y);
        }
    }

    @Override
    void call() {
        if (direction == Direction.FORWARD) {
            op.forward(batch, x, w, b, y);
        } else {
            op.backward(batch, x, w, y, dy, dw, db, dx);
        }
    }

    @Override
    List<Tensor> results() {
        return direction == Direction.FORWARD ? List.of(y) : List.of(dw, db, dx);
    }

    @Override
    double flops() {
        return (direction == Direction.FORWARD ? 2.0 : 4.0) * batch * layer.in * layer.out;
    }
}
