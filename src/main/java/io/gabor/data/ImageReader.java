package io.gabor.data;

import io.gabor.data.digits.MnistFrame;
import io.gabor.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads a PNG or JPEG file as one sample.
 *
 * <p>The image is made grey or RGB and resized by area averaging with its aspect kept. What is seen of it is told by {@link
 * Fit}: all of it with {@link Fit#WHOLE}, padded with its background, which is the mean of its outermost pixels. For a grey sample, an image with a light background (that mean is above the middle of
 * the range) is inverted first, because the images that such nets learn from have light ink on black. An image of exactly
 * the sample's height and width is not resized or moved.
 *
 * <p>The size is checked before an image is decoded: at most 10,000 pixels a side and 50 million in all.
 */
public final class ImageReader {
    private static final int MAX_SIDE = 10_000;
    private static final long MAX_PIXELS = 50_000_000;
    private static final long READ_AT_ONCE = 1 << 20;

    /** What is at least this much of the way from the background to the strongest ink belongs to a glyph. */
    private static final float INK = 0.3f;

    private ImageReader() {}

    /** How an image is laid into the sample's frame. */
    public enum Fit {
        /** The whole image, in the middle. */
        WHOLE,
        /**
         * As MNIST does it: the ink alone, stretched from 0 (the background) to 255 (its strongest), in a box of 20×20, its
         * centre of mass at pixel (14, 14). Only for samples of 1×28×28.
         */
        MNIST,
        /**
         * The middle of the image: as much of it as has the sample's aspect, and no padding. Never inverted. This is how the
         * images of a folder become a data set.
         */
        COVER
    }

    /**
     * What an image is like.
     *
     * @param grey whether red, green and blue are the same everywhere
     */
    record Look(int height, int width, boolean grey) {}

    /**
     * Reads an image.
     *
     * @param sampleShape {@code C×H×W}, C is 1 (grey) or 3 (RGB)
     * @return {@code C×H×W} bytes, 0 to 255
     * @throws DataException if the file is no image, is damaged or too large
     * @throws IllegalArgumentException if no image can have this shape
     */
    public static byte[] read(Path file, Shape sampleShape, Fit fit) {
        boolean colours = sampleShape.rank() == 3 && (sampleShape.dim(0) == 1 || sampleShape.dim(0) == 3);
        if (!colours) {
            throw new IllegalArgumentException(
                    "an image can become a sample of 1×H×W (grey) or 3×H×W (RGB), not of " + sampleShape);
        }
        if (fit == Fit.MNIST && !sampleShape.equals(Shape.of(1, MnistFrame.SIDE, MnistFrame.SIDE))) {
            throw new IllegalArgumentException(
                    "an image can be fitted like MNIST only for samples of 1×28×28, not of " + sampleShape);
        }
        int height = sampleShape.dim(1);
        int width = sampleShape.dim(2);
        PixelRows image = new PixelRows(decode(file), sampleShape.dim(0));
        if (fit == Fit.COVER) {
            return fitCovering(image, height, width);
        }
        float[] background = image.border();
        boolean invert = image.channels() == 1 && background[0] > 127.5f;
        if (fit == Fit.MNIST && (image.height() != height || image.width() != width)) {
            return fitLikeMnist(image, background[0], invert);
        }
        return fitWhole(image, background, invert, height, width);
    }

    /** Reads an image to see what it is like. */
    static Look look(Path file) {
        PixelRows image = new PixelRows(decode(file), 3);
        float[][] row = new float[3][image.width()];
        for (int y = 0; y < image.height(); y++) {
            image.read(y, row);
            if (!Arrays.equals(row[0], row[1]) || !Arrays.equals(row[1], row[2])) {
                return new Look(image.height(), image.width(), false);
            }
        }
        return new Look(image.height(), image.width(), true);
    }

    private static BufferedImage decode(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new DataException(file + ": expected a PNG or JPEG file, found a folder");
            }
            if (Files.size(file) == 0) {
                throw new DataException(file + ": expected a PNG or JPEG file, found 0 bytes");
            }
            try (ImageInputStream in = open(file)) {
                Iterator<javax.imageio.ImageReader> readers = ImageIO.getImageReaders(in);
                javax.imageio.ImageReader reader = readers.hasNext() ? readers.next() : null;
                String format =
                        reader == null ? "no image" : reader.getFormatName().toLowerCase(Locale.ROOT);
                if (!format.equals("png") && !format.equals("jpeg") && !format.equals("jpg")) {
                    throw new DataException(file + ": expected a PNG or JPEG file, found " + format);
                }
                try {
                    reader.setInput(in, true, true);
                    checkSize(file, reader.getWidth(0), reader.getHeight(0));
                    return reader.read(0);
                } finally {
                    reader.dispose();
                }
            }
        } catch (DataException e) {
            throw e;
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read as an image: " + Reasons.of(e), e);
        } catch (RuntimeException e) {
            // the JDK's decoders answer some damaged files with whatever goes wrong first
            throw new DataException(file + ": cannot be read as an image, it is damaged (" + e + ")", e);
        }
    }

    /** Small files are read at once: a decoder asks for a few bytes at a time. */
    private static ImageInputStream open(Path file) throws IOException {
        return Files.size(file) <= READ_AT_ONCE
                ? new MemoryCacheImageInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))
                : new FileImageInputStream(file.toFile());
    }

    private static void checkSize(Path file, int width, int height) {
        if (width > MAX_SIDE || height > MAX_SIDE || (long) width * height > MAX_PIXELS) {
            throw new DataException(file + ": expected an image of at most " + MAX_SIDE + " pixels a side and "
                    + MAX_PIXELS + " pixels in all, found " + width + "×" + height);
        }
    }

    private static byte[] fitWhole(PixelRows image, float[] background, boolean invert, int height, int width) {
        double scale = Math.min((double) width / image.width(), (double) height / image.height());
        int innerWidth = extent(image.width() * scale, width);
        int innerHeight = extent(image.height() * scale, height);
        float[] inner = image.resize(0, 0, image.width(), image.height(), innerHeight, innerWidth);
        int top = (height - innerHeight) / 2;
        int left = (width - innerWidth) / 2;
        byte[] out = new byte[image.channels() * height * width];
        for (int c = 0; c < image.channels(); c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int iy = y - top;
                    int ix = x - left;
                    boolean inside = iy >= 0 && iy < innerHeight && ix >= 0 && ix < innerWidth;
                    float value = inside ? inner[(c * innerHeight + iy) * innerWidth + ix] : background[c];
                    out[(c * height + y) * width + x] = toByte(invert ? 255 - value : value);
                }
            }
        }
        return out;
    }

    private static byte[] fitCovering(PixelRows image, int height, int width) {
        double scale = Math.min((double) image.width() / width, (double) image.height() / height);
        int partWidth = extent(width * scale, image.width());
        int partHeight = extent(height * scale, image.height());
        int left = (image.width() - partWidth) / 2;
        int top = (image.height() - partHeight) / 2;
        float[] values = image.resize(left, top, partWidth, partHeight, height, width);
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = toByte(values[i]);
        }
        return out;
    }

    private static byte[] fitLikeMnist(PixelRows image, float border, boolean invert) {
        float background = invert ? 255 - border : border;
        float[][] row = new float[1][image.width()];
        float strongest = background;
        for (int y = 0; y < image.height(); y++) {
            image.read(y, row);
            for (float value : row[0]) {
                strongest = Math.max(strongest, invert ? 255 - value : value);
            }
        }
        byte[] out = new byte[MnistFrame.SIDE * MnistFrame.SIDE];
        float range = strongest - background;
        if (range < 1) {
            return out;
        }
        int[] part = inkBounds(image, invert, background + INK * range);
        int partWidth = part[2] - part[0] + 1;
        int partHeight = part[3] - part[1] + 1;
        double scale = (double) MnistFrame.BOX / Math.max(partWidth, partHeight);
        int innerWidth = extent(partWidth * scale, MnistFrame.BOX);
        int innerHeight = extent(partHeight * scale, MnistFrame.BOX);
        float[] inner = image.resize(part[0], part[1], partWidth, partHeight, innerHeight, innerWidth);
        float[] box = new float[MnistFrame.BOX * MnistFrame.BOX];
        int top = (MnistFrame.BOX - innerHeight) / 2;
        int left = (MnistFrame.BOX - innerWidth) / 2;
        for (int y = 0; y < innerHeight; y++) {
            for (int x = 0; x < innerWidth; x++) {
                float value = inner[y * innerWidth + x];
                float ink = ((invert ? 255 - value : value) - background) / range;
                box[(top + y) * MnistFrame.BOX + left + x] = Math.min(Math.max(ink, 0), 1);
            }
        }
        MnistFrame.place(box, out, 0);
        return out;
    }

    /** Returns the first column, first row, last column and last row that have ink. */
    private static int[] inkBounds(PixelRows image, boolean invert, float threshold) {
        int[] bounds = {image.width(), image.height(), -1, -1};
        float[][] row = new float[1][image.width()];
        for (int y = 0; y < image.height(); y++) {
            image.read(y, row);
            for (int x = 0; x < image.width(); x++) {
                if ((invert ? 255 - row[0][x] : row[0][x]) >= threshold) {
                    bounds[0] = Math.min(bounds[0], x);
                    bounds[1] = Math.min(bounds[1], y);
                    bounds[2] = Math.max(bounds[2], x);
                    bounds[3] = y;
                }
            }
        }
        return bounds;
    }

    private static int extent(double exact, int most) {
        return (int) Math.min(Math.max(Math.round(exact), 1), most);
    }

    private static byte toByte(float value) {
        return (byte) Math.round(Math.min(Math.max(value, 0), 255));
    }
}
