package io.gabor.bench;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** A batch of images from all over a data set, from bytes to floats. */
public class GatherBenchmark extends OpBenchmark {
    private static final int STORED = 4096;

    /** The images. */
    public enum Images {
        MNIST(1, 28),
        CIFAR(3, 32);

        private final int channels;
        private final int extent;

        Images(int channels, int extent) {
            this.channels = channels;
            this.extent = extent;
        }
    }

    @Param
    public Images images;

    private Tensor samples;
    private Tensor order;
    private Tensor cursor;
    private Tensor scale;
    private Tensor shift;
    private Tensor out;

    @Override
    void prepare() {
        Shape sample = Shape.of(images.channels, images.extent, images.extent);
        samples = bytes(sample.batched(STORED));
        order = integers(batch, STORED);
        cursor = on().allocate(ElementType.I32, Shape.of(1));
        scale = uniform(Shape.of(images.channels), 0.01, 0.02);
        shift = uniform(Shape.of(images.channels), -1, 0);
        out = result(sample.batched(batch));
    }

    @Override
    void call() {
        on().gather(batch, samples, order, cursor, scale, shift, out);
    }

    @Override
    List<Tensor> results() {
        return List.of(out);
    }
}
