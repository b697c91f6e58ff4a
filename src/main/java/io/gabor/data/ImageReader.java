package io.gabor.data;

import io.gabor.tensor.Shape;
import java.nio.file.Path;

/** Reads a PNG or JPEG file as one sample for prediction. */
public final class ImageReader {
    private ImageReader() {}

    /** How an image is laid into the sample's frame. */
    public enum Fit {
        /** The whole image, its aspect kept, padded with its background. */
        WHOLE,
        /** As MNIST does it: the ink alone, in a box of 20×20, its centre of mass in the middle of 28×28. */
        MNIST
    }

    /**
     * Reads an image.
     *
     * @param sampleShape {@code C×H×W}, C is 1 (grey) or 3 (RGB)
     * @return {@code C×H×W} bytes, 0 to 255
     * @throws DataException if the file is no image, or too large
     */
    public static byte[] read(Path file, Shape sampleShape, Fit fit) {
        throw new UnsupportedOperationException("being written");
    }
}
