package io.gabor.cli;

import io.gabor.backend.Backend;
import io.gabor.data.Dataset;
import io.gabor.data.augment.Augmentation;
import io.gabor.io.AtomicFile;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.train.AugmentedSamples;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A picture of what training sees: a row for each of the first images; in the first column as it is stored, then as it is in
 * the first epochs.
 */
final class AugmentedSheet {
    private static final int ROWS = 8;
    private static final int COLUMNS = 10;
    /** Small images are enlarged to about so many pixels. */
    private static final int SIDE = 84;

    private static final int GAP = 4;
    private static final int BACKGROUND = 0x6080A0;

    private final AugmentedSamples stored;
    private final AugmentedSamples changed;
    private final Shape sample;
    private final float brightest;
    private final int enlarged;

    private AugmentedSheet(Backend backend, Dataset data, Augmentation augmentation, long seed) {
        stored = new AugmentedSamples(backend, data, Augmentation.none(), ROWS, seed);
        changed = new AugmentedSamples(backend, data, augmentation, ROWS, seed);
        sample = data.sampleShape();
        brightest = data.type() == ElementType.U8 ? 255 : 1;
        enlarged = Math.max(1, SIDE / Math.max(sample.dim(1), sample.dim(2)));
    }

    /**
     * Refuses what cannot become a PNG.
     *
     * @throws UsageException if the file's name is no PNG's, or there can be no file there
     */
    static Path check(Path file) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new UsageException(
                    "--show-augmented " + file + ": the picture is a PNG; expected a name that ends with .png");
        }
        return Destination.check("--show-augmented", file);
    }

    /** Draws the picture and writes it. */
    static void write(Path file, Backend backend, Dataset data, Augmentation augmentation, long seed)
            throws IOException {
        BufferedImage picture = new AugmentedSheet(backend, data, augmentation, seed).draw();
        AtomicFile.write(file, out -> ImageIO.write(picture, "png", out));
    }

    private BufferedImage draw() {
        int cellWidth = enlarged * sample.dim(2) + GAP;
        int cellHeight = enlarged * sample.dim(1) + GAP;
        BufferedImage picture = new BufferedImage(
                COLUMNS * cellWidth + GAP, stored.count() * cellHeight + GAP, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                picture.setRGB(x, y, BACKGROUND);
            }
        }
        for (int column = 0; column < COLUMNS; column++) {
            float[] values = column == 0 ? stored.in(0) : changed.in(column);
            for (int row = 0; row < stored.count(); row++) {
                // the stored image stands apart by a second gap, taken from the left border
                int left = column == 0 ? 0 : column * cellWidth + GAP;
                draw(values, row * sample.size(), picture, left, row * cellHeight + GAP);
            }
        }
        return picture;
    }

    private void draw(float[] values, int image, BufferedImage picture, int left, int top) {
        int width = sample.dim(2);
        for (int y = 0; y < sample.dim(1) * enlarged; y++) {
            for (int x = 0; x < width * enlarged; x++) {
                int pixel = image + y / enlarged * width + x / enlarged;
                picture.setRGB(left + x, top + y, colour(values, pixel));
            }
        }
    }

    /** Returns three channels as red, green and blue; of any other number the first as grey. */
    private int colour(float[] values, int pixel) {
        int pixels = sample.dim(1) * sample.dim(2);
        int colour = 0;
        for (int c = 0; c < 3; c++) {
            float value = values[pixel + (sample.dim(0) == 3 ? c * pixels : 0)] / brightest;
            colour = colour << 8 | Math.round(255 * Math.max(0, Math.min(1, value)));
        }
        return colour;
    }
}
