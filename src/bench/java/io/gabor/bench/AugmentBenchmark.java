package io.gabor.bench;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** A batch of changed images from all over a data set. */
public class AugmentBenchmark extends OpBenchmark {
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

    /** What happens to them. */
    public enum Change {
        /** Moved by three pixels, every second one mirrored. */
        MOVED,
        /** Turned by some degrees. */
        TURNED,
        /** By a field. */
        BENT,
        /** Laid over one another. */
        MIXED
    }

    @Param
    public Images images;

    @Param
    public Change change;

    private Tensor samples;
    private Tensor order;
    private Tensor cursor;
    private Tensor edits;
    private Tensor scale;
    private Tensor shift;
    private Tensor out;

    @Override
    void prepare() {
        Shape sample = Shape.of(images.channels, images.extent, images.extent);
        samples = bytes(sample.batched(STORED));
        order = integers(batch, STORED);
        cursor = on().allocate(ElementType.I32, Shape.of(1));
        int width = change == Change.BENT ? ImageEdit.ELASTIC_WIDTH : ImageEdit.WIDTH;
        edits = on().allocate(ElementType.I32, Shape.of(batch, width));
        on().upload(rows(width), batch * width, edits);
        scale = uniform(Shape.of(images.channels), 0.01, 0.02);
        shift = uniform(Shape.of(images.channels), -1, 0);
        out = result(sample.batched(batch));
    }

    private int[] rows(int width) {
        int[] rows = new int[batch * width];
        for (int i = 0; i < batch; i++) {
            int at = i * width;
            ImageEdit.clear(rows, at, i, width);
            rows[at + ImageEdit.PADDING] = ImageEdit.REFLECT;
            switch (change) {
                case MOVED -> {
                    boolean mirrored = i % 2 == 1;
                    rows[at] = mirrored ? -ImageEdit.ONE : ImageEdit.ONE;
                    rows[at + 2] = ((mirrored ? images.extent - 1 : 0) + 3) * ImageEdit.ONE;
                }
                case TURNED -> {
                    rows[at + 1] = ImageEdit.ONE / 8;
                    rows[at + 3] = -ImageEdit.ONE / 8;
                }
                case BENT -> {
                    for (int k = ImageEdit.FIELD; k < width; k++) {
                        rows[at + k] = (k * 7919 + i * 104729) % (2 * ImageEdit.ONE);
                    }
                }
                case MIXED -> {
                    rows[at + ImageEdit.PARTNER] = (i + 1) % batch;
                    rows[at + ImageEdit.BLEND] = ImageEdit.ONE / 3;
                }
            }
        }
        return rows;
    }

    @Override
    void call() {
        on().augment(batch, samples, order, cursor, edits, scale, shift, out);
    }

    @Override
    List<Tensor> results() {
        return List.of(out);
    }
}
