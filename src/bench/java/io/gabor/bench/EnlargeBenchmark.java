package io.gabor.bench;

import io.gabor.backend.EnlargeOp;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Zeros around images, and images of twice the size. */
public class EnlargeBenchmark extends OpBenchmark {
    /** What is done. */
    public enum Layer {
        PAD(new EnlargeGeometry(64, 16, 16, 1, 1, 1, 1, 1)),
        DOUBLE(new EnlargeGeometry(64, 16, 16, 2, 0, 0, 0, 0));

        private final EnlargeGeometry geometry;

        Layer(EnlargeGeometry geometry) {
            this.geometry = geometry;
        }
    }

    @Param
    public Layer layer;

    @Param
    public Direction direction;

    private EnlargeOp op;
    private Tensor small;
    private Tensor large;

    @Override
    void prepare() {
        op = on().enlarge2d(layer.geometry, batch);
        Shape in = layer.geometry.inputShape().batched(batch);
        Shape out = layer.geometry.outputShape().batched(batch);
        boolean forward = direction == Direction.FORWARD;
        small = forward ? uniform(in, -1, 2) : result(in);
        large = forward ? result(out) : uniform(out, -1, 2);
    }

    @Override
    void call() {
        if (direction == Direction.FORWARD) {
            op.forward(batch, small, large);
        } else {
            op.backward(batch, large, small);
        }
    }

    @Override
    List<Tensor> results() {
        return List.of(direction == Direction.FORWARD ? large : small);
    }
}
