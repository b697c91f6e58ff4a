package io.gabor.bench;

import io.gabor.backend.LayerNormOp;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Layer normalisation of vectors and of images. */
public class LayerNormBenchmark extends OpBenchmark {
    /** Values of a sample. */
    public enum Layer {
        DENSE(500),
        IMAGE(64 * 16 * 16);

        private final int features;

        Layer(int features) {
            this.features = features;
        }
    }

    @Param
    public Layer layer;

    @Param
    public Direction direction;

    private LayerNormOp op;
    private Tensor x;
    private Tensor gamma;
    private Tensor beta;
    private Tensor y;
    private Tensor dy;
    private Tensor dgamma;
    private Tensor dbeta;
    private Tensor dx;

    @Override
    void prepare() {
        Shape features = Shape.of(layer.features);
        Shape batched = features.batched(batch);
        op = on().layerNorm(layer.features, 1e-5, batch);
        x = uniform(batched, -1, 2);
        gamma = uniform(features, 0.5, 1.5);
        beta = uniform(features, 0.2, 1);
        y = result(batched);
        if (direction == Direction.BACKWARD) {
            dy = uniform(batched, -0.5, 1.5);
            dgamma = result(features);
            dbeta = result(features);
            dx = result(batched);
            op.forward(batch, x, gamma, beta, y);
        }
    }

    @Override
    void call() {
        if (direction == Direction.FORWARD) {
            op.forward(batch, x, gamma, beta, y);
        } else {
            op.backward(batch, x, gamma, dy, dgamma, dbeta, dx);
        }
    }

    @Override
    List<Tensor> results() {
        return direction == Direction.FORWARD ? List.of(y) : List.of(dgamma, dbeta, dx);
    }
}
