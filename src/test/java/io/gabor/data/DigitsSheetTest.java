package io.gabor.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Holds docs/digits.png to what the program draws. The main method writes it anew. */
class DigitsSheetTest {
    private static final Path SHEET = Path.of("docs", "digits.png");
    private static final int COLUMNS = 20;

    /** A row for each digit: the first ones of the training set of seed 1. */
    private static BufferedImage draw() {
        Dataset digits = Datasets.digits(Split.TRAIN, 1000, 1);
        BufferedImage sheet = new BufferedImage(COLUMNS * 28, 10 * 28, BufferedImage.TYPE_BYTE_GRAY);
        for (int digit = 0; digit < 10; digit++) {
            byte[] row = digits.firstOfEach(COLUMNS, digit).bytes();
            for (int i = 0; i < COLUMNS; i++) {
                byte[] image = Arrays.copyOfRange(row, i * 784, (i + 1) * 784);
                sheet.getRaster().setDataElements(i * 28, digit * 28, 28, 28, image);
            }
        }
        return sheet;
    }

    private static byte[] pixels(BufferedImage image) {
        return (byte[]) image.getRaster().getDataElements(0, 0, image.getWidth(), image.getHeight(), null);
    }

    @Test
    void theDocsShowWhatTheProgramDraws() throws IOException {
        assertTrue(Files.size(SHEET) < 60_000, "the sheet is small");
        assertArrayEquals(
                pixels(draw()),
                pixels(ImageIO.read(SHEET.toFile())),
                SHEET + " is not what is drawn now; run the main method of " + DigitsSheetTest.class.getName());
    }

    public static void main(String[] args) throws IOException {
        ImageIO.write(draw(), "png", SHEET.toFile());
    }
}
