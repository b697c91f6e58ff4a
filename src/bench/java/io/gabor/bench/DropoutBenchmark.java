package io.gabor.bench;

import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Dropout, whose passes are the same op: behind a dense layer, and behind a convolution by values and by channels. */
public class DropoutBenchmark extends OpBenchmark {
    /** What is dropped. */
    public enum Layer {
        DENSE(500, 1),
        VALUES(64 * 16 * 16, 1),
        CHANNELS(64, 16 * 16);

        private final int units;
        private final int pixels;

        Layer(int units, int pixels) {
            this.units = units;
            this.pixels = pixels;
        }
    }

    @Param
    public Layer layer;

    private DropoutOp op;
    private Tensor counter;
    private Tensor x;
    private Tensor y;

    @Override
    void prepare() {
        op = on().dropout(layer.units, layer.pixels, new DropoutSpec(0.5, 1), batch);
        counter = integers(1, Integer.MAX_VALUE);
        Shape shape = Shape.of(batch, layer.units, layer.pixels);
        x = uniform(shape, -1, 1);
        y = result(shape);
    }

    @Override
    void call() {
        op.apply(batch, counter, x, y);
    }

    @Override
    List<Tensor> results() {
        return List.of(y);
    }
}
