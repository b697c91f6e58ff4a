package io.gabor.bench;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Convolutions with bias and ReLU: the layers of {@code lenet} and {@code vgg-small}, and other kinds. */
public class ConvolutionBenchmark extends OpBenchmark {
    /** A layer by its place in a net, or by its kind. */
    public enum Layer {
        LENET_1(1, 20, 28, 5, 1, 0, 1),
        LENET_2(20, 50, 12, 5, 1, 0, 1),
        VGG_1(3, 32, 32, 3, 1, 1, 1),
        VGG_2(32, 64, 32, 3, 1, 1, 1),
        VGG_3(64, 128, 16, 3, 1, 1, 1),
        VGG_4(128, 128, 16, 3, 1, 1, 1),
        VGG_5(128, 256, 8, 3, 1, 1, 1),
        VGG_6(256, 256, 8, 3, 1, 1, 1),
        POINTWISE(128, 128, 16, 1, 1, 0, 1),
        STRIDED(64, 128, 32, 3, 2, 1, 1),
        DEPTHWISE(128, 128, 16, 3, 1, 1, 128),
        DEPTHWISE_STRIDED(64, 64, 16, 3, 2, 1, 64),
        DEPTHWISE_WIDE(32, 32, 32, 3, 1, 1, 32),
        POINTWISE_WIDE(32, 64, 32, 1, 1, 0, 1),
        POINTWISE_DEEP(128, 128, 8, 1, 1, 0, 1);

        private final ConvGeometry geometry;

        Layer(int in, int out, int extent, int kernel, int stride, int padding, int groups) {
            WindowAxis axis = new WindowAxis(extent, kernel, stride, 1, padding, padding, false);
            geometry = new ConvGeometry(in, out, groups, axis, axis);
        }

        boolean isFirst() {
            return this == LENET_1 || this == VGG_1;
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
        ConvGeometry geometry = layer.geometry;
        Shape bias = Shape.of(geometry.outChannels());
        op = on().conv2d(geometry, new Epilogue(Bias.PER_FILTER, Activation.RELU), batch);
        x = whole(geometry.inputShape().batched(batch), 2);
        w = whole(geometry.weightShape(), 2);
        b = whole(bias, 2);
        y = result(geometry.outputShape().batched(batch));
        if (direction == Direction.BACKWARD) {
            dy = whole(y.shape(), 2);
            dw = result(w.shape());
            db = result(bias);
            dx = layer.isFirst() ? null : result(x.shape());
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
        return direction == Direction.FORWARD ? List.of(y) : dx == null ? List.of(dw, db) : List.of(dw, db, dx);
    }

    @Override
    double flops() {
        int passes = direction == Direction.FORWARD || layer.isFirst() ? 1 : 2;
        return (double) passes * batch * layer.geometry.flops();
    }
}
