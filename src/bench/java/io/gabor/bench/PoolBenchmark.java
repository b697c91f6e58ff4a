package io.gabor.bench;

import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Pooling: the layers of {@code lenet} and {@code vgg-small}, overlapping windows, means. */
public class PoolBenchmark extends OpBenchmark {
    /** A layer by its place in a net, or by its kind. */
    public enum Layer {
        LENET_1(20, 24, 2, 2, true),
        LENET_2(50, 8, 2, 2, true),
        VGG_1(64, 32, 2, 2, true),
        VGG_2(128, 16, 2, 2, true),
        VGG_3(256, 8, 2, 2, true),
        OVERLAPPING(64, 32, 3, 2, true),
        AVERAGE(64, 32, 2, 2, false),
        GLOBAL_AVERAGE(256, 8, 8, 8, false);

        private final PoolGeometry geometry;
        private final boolean isMax;

        Layer(int channels, int extent, int kernel, int stride, boolean isMax) {
            WindowAxis axis = new WindowAxis(extent, kernel, stride, 1, 0, 0, false);
            this.geometry = new PoolGeometry(channels, axis, axis);
            this.isMax = isMax;
        }
    }

    @Param
    public Layer layer;

    @Param
    public Direction direction;

    private PoolOp op;
    private Tensor x;
    private Tensor y;
    private Tensor dy;
    private Tensor dx;

    @Override
    void prepare() {
        op = layer.isMax
                ? on().maxPool2d(layer.geometry, Ties.FIRST, batch)
                : on().avgPool2d(layer.geometry, false, batch);
        x = whole(layer.geometry.inputShape().batched(batch), 100);
        y = result(layer.geometry.outputShape().batched(batch));
        if (direction == Direction.BACKWARD) {
            dy = whole(y.shape(), 2);
            dx = result(x.shape());
            op.forward(batch, x, y);
        }
    }

    @Override
    void call() {
        if (direction == Direction.FORWARD) {
            op.forward(batch, x, y);
        } else {
            op.backward(batch, x, y, dy, dx);
        }
    }

    @Override
    List<Tensor> results() {
        return List.of(direction == Direction.FORWARD ? y : dx);
    }
}
