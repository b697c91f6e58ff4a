package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The picture of what training sees. */
class AugmentedSheetTest {
    /** A digit of 28 pixels enlarged three times. */
    private static final int SIDE = 84;

    private static final int CELL = SIDE + 4;

    @TempDir
    private Path folder;

    private Run show(Path file, String more) {
        String line = "train --dataset digits --limit 20 --test-limit 5 --save " + folder.resolve("net.safetensors")
                + " --show-augmented " + file + " " + more;
        return Run.gabor((Object[]) line.split(" +"));
    }

    @Test
    void aRowForEachImageWithTheStoredOneInFront() throws IOException {
        Path file = folder.resolve("sheet.png");
        Run run = show(file, "--flip");
        assertEquals(0, run.code(), run.toString());
        assertTrue(run.out().contains("training images, changed by: flip 1; drawn in " + file), run.out());
        BufferedImage picture = ImageIO.read(file.toFile());
        assertEquals(10 * CELL + 4, picture.getWidth());
        assertEquals(8 * CELL + 4, picture.getHeight());
        int mirrored = 0;
        for (int row = 0; row < 8; row++) {
            for (int column = 1; column < 10; column++) {
                boolean same = same(picture, row, column, false);
                assertTrue(same || same(picture, row, column, true), row + ", " + column);
                mirrored += same ? 0 : 1;
            }
        }
        assertTrue(mirrored > 18 && mirrored < 54, "about half of 72 are mirrored: " + mirrored);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count(), "nothing was trained");
        }
    }

    private static boolean same(BufferedImage picture, int row, int column, boolean mirrored) {
        int top = row * CELL + 4;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int stored = picture.getRGB(mirrored ? SIDE - 1 - x : x, top + y);
                if (stored != picture.getRGB(column * CELL + 4 + x, top + y)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Test
    void onlyAPngOfImages() {
        Run jpg = show(folder.resolve("sheet.jpg"), "");
        assertEquals(2, jpg.code());
        assertTrue(jpg.err().contains("expected a name that ends with .png"), jpg.err());
        Run lost = show(folder.resolve("none").resolve("sheet.png"), "");
        assertTrue(lost.err().contains("does not exist"), lost.err());
        Run vectors = Run.gabor("train", "--model", "xor", "--show-augmented", folder.resolve("sheet.png"));
        assertEquals(2, vectors.code(), vectors.toString());
        assertTrue(vectors.err().contains("only images (C×H×W)"), vectors.err());
    }
}
