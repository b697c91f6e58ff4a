package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.data.ImageReader.Fit;
import io.gabor.tensor.Shape;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageReaderTest {
    private static final Shape GREY = Shape.of(1, 28, 28);

    @TempDir
    Path dir;

    private Path image(String format, int type, int width, int height, IntBinaryOperator argb) throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, argb.applyAsInt(x, y));
            }
        }
        Path file = dir.resolve("image." + format);
        assertTrue(ImageIO.write(image, format, file.toFile()));
        return file;
    }

    /** A PNG that stores exactly these grey values. */
    private Path grey(int width, int height, byte[] values) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, width, height, values);
        Path file = dir.resolve("grey.png");
        assertTrue(ImageIO.write(image, "png", file.toFile()));
        return file;
    }

    private static int[] unsigned(byte[] bytes) {
        int[] result = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            result[i] = bytes[i] & 0xFF;
        }
        return result;
    }

    @Test
    void anImageOfTheRightSizeIsTakenAsItIs() throws IOException {
        Dataset digits = Datasets.digits(Split.TEST, 20, 3);
        for (int i = 0; i < digits.size(); i++) {
            byte[] pixels = Arrays.copyOfRange(digits.bytes(), i * 784, (i + 1) * 784);
            Path file = grey(28, 28, pixels);
            assertArrayEquals(pixels, ImageReader.read(file, GREY, Fit.WHOLE));
            assertArrayEquals(pixels, ImageReader.read(file, GREY, Fit.MNIST));
            byte[] dark = new byte[784];
            for (int k = 0; k < 784; k++) {
                dark[k] = (byte) (255 - (pixels[k] & 0xFF));
            }
            assertArrayEquals(pixels, ImageReader.read(grey(28, 28, dark), GREY, Fit.MNIST), "inverted");
        }
    }

    @Test
    void averagesOverAreas() throws IOException {
        // columns of 0, 90 and 240 become two columns: (0 + 90/2) / 1.5 and (90/2 + 240) / 1.5
        byte[] values = {0, 90, (byte) 240, 0, 90, (byte) 240, 0, 90, (byte) 240};
        Path file = grey(3, 3, values);
        assertArrayEquals(new int[] {30, 190, 30, 190}, unsigned(ImageReader.read(file, Shape.of(1, 2, 2), Fit.WHOLE)));
        // enlarging repeats and mixes; the mean stays
        int[] large = unsigned(ImageReader.read(file, Shape.of(1, 9, 9), Fit.WHOLE));
        assertEquals(110, Arrays.stream(large).average().orElseThrow(), 0.5);
        assertEquals(0, large[0]);
        assertEquals(240, large[8]);
    }

    @Test
    void keepsTheAspectAndPadsWithTheBackground() throws IOException {
        int red = Color.RED.getRGB();
        Path wide = image("png", BufferedImage.TYPE_INT_RGB, 40, 20, (x, y) -> red);
        int[] sample = unsigned(ImageReader.read(wide, Shape.of(3, 8, 8), Fit.WHOLE));
        for (int i = 0; i < 64; i++) {
            assertEquals(255, sample[i]);
            assertEquals(0, sample[64 + i]);
            assertEquals(0, sample[128 + i]);
        }
        Path dark = image(
                "png",
                BufferedImage.TYPE_INT_RGB,
                40,
                20,
                (x, y) -> x > 10 && x < 30 && y > 5 && y < 15 ? 0xFFFFFFFF : 0xFF101010);
        int[] padded = unsigned(ImageReader.read(dark, Shape.of(1, 8, 8), Fit.WHOLE));
        assertEquals(0x10, padded[0]);
        assertEquals(0x10, padded[63]);
        assertTrue(padded[3 * 8 + 4] > 200);
    }

    @Test
    void whatIsTransparentIsPaper() throws IOException {
        Path file = image("png", BufferedImage.TYPE_INT_ARGB, 28, 28, (x, y) -> x == 14 ? 0xFF000000 : 0);
        int[] sample = unsigned(ImageReader.read(file, GREY, Fit.WHOLE));
        assertEquals(255, sample[14]);
        assertEquals(0, sample[0]);
    }

    @Test
    void fitsInkLikeMnist() throws IOException {
        // a bar of 30×90 in the corner of a large white page becomes one of about 7×20 in the middle
        Path file = image(
                "png",
                BufferedImage.TYPE_INT_RGB,
                400,
                300,
                (x, y) -> x >= 350 && x < 380 && y >= 10 && y < 100 ? 0xFF303030 : 0xFFF0F0F0);
        int[] sample = unsigned(ImageReader.read(file, GREY, Fit.MNIST));
        double mass = 0;
        double momentX = 0;
        double momentY = 0;
        int rows = 0;
        for (int y = 0; y < 28; y++) {
            boolean ink = false;
            for (int x = 0; x < 28; x++) {
                int value = sample[y * 28 + x];
                ink |= value > 100;
                mass += value;
                momentX += (double) value * x;
                momentY += (double) value * y;
            }
            rows += ink ? 1 : 0;
        }
        assertEquals(20, rows);
        assertEquals(255 * 20 * 7, mass, 255 * 20 * 0.5);
        assertEquals(14, momentX / mass, 0.51);
        assertEquals(14, momentY / mass, 0.51);
        assertEquals(255, sample[14 * 28 + 14]);
        assertEquals(0, sample[0]);
    }

    @Test
    void anEmptyPageIsBlack() throws IOException {
        Path file = image("png", BufferedImage.TYPE_INT_RGB, 100, 100, (x, y) -> 0xFFFFFFFF);
        assertArrayEquals(new byte[784], ImageReader.read(file, GREY, Fit.MNIST));
    }

    @Test
    void readsJpeg() throws IOException {
        Path file = image("jpg", BufferedImage.TYPE_INT_RGB, 64, 64, (x, y) -> 0xFF2050A0);
        int[] sample = unsigned(ImageReader.read(file, Shape.of(3, 4, 4), Fit.WHOLE));
        assertEquals(0x20, sample[0], 4);
        assertEquals(0x50, sample[16], 4);
        assertEquals(0xA0, sample[32], 4);
    }

    private void refused(Path file, String... parts) {
        DataException e = assertThrows(DataException.class, () -> ImageReader.read(file, GREY, Fit.MNIST));
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void refusesWhatIsNoImage() throws IOException {
        refused(Files.write(dir.resolve("empty.png"), new byte[0]), "0 bytes");
        refused(Files.writeString(dir.resolve("text.png"), "This is no image."), "found no image");
        refused(dir.resolve("nothing.png"), "no such file");
        refused(dir, "found a folder");
        refused(image("gif", BufferedImage.TYPE_INT_RGB, 5, 5, (x, y) -> 0), "PNG or JPEG", "found gif");
        byte[] png = Files.readAllBytes(image("png", BufferedImage.TYPE_INT_RGB, 50, 50, (x, y) -> x * y));
        refused(Files.write(dir.resolve("cut.png"), Arrays.copyOf(png, png.length / 2)), "cannot be read as an image");
    }

    @Test
    void refusesALargeImageByItsHeader() throws IOException {
        refused(Files.write(dir.resolve("wide.png"), TestImages.pngHeader(10_001, 1)), "found 10001×1");
        refused(
                Files.write(dir.resolve("large.png"), TestImages.pngHeader(9000, 9000)),
                "50000000 pixels",
                "found 9000×9000");
    }

    @Test
    void refusesShapesThatNoImageHas() throws IOException {
        Path file = image("png", BufferedImage.TYPE_INT_RGB, 5, 5, (x, y) -> 0);
        assertThrows(IllegalArgumentException.class, () -> ImageReader.read(file, Shape.of(784), Fit.WHOLE));
        assertThrows(IllegalArgumentException.class, () -> ImageReader.read(file, Shape.of(2, 5, 5), Fit.WHOLE));
        assertThrows(IllegalArgumentException.class, () -> ImageReader.read(file, Shape.of(3, 28, 28), Fit.MNIST));
    }

    @Test
    void damagedImagesNeverDoHarm() throws IOException {
        Random random = new Random(11);
        for (String format : new String[] {"png", "jpg"}) {
            byte[] whole = Files.readAllBytes(
                    image(format, BufferedImage.TYPE_INT_RGB, 40, 30, (x, y) -> x * 6 << 16 | y * 8));
            for (int i = 0; i < 500; i++) {
                Path file = Files.write(dir.resolve("bad." + format), TestFiles.damaged(whole, random));
                try {
                    assertEquals(784, ImageReader.read(file, GREY, Fit.MNIST).length);
                } catch (DataException e) {
                    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
                }
            }
        }
    }
}
