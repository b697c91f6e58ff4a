package io.gabor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.train.Metrics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The picture of a test: that it can be read, and that its colours mean what they should. */
class MetricsPlotTest {
    @TempDir
    private Path folder;

    private static Metrics random(int classes, int samples) {
        Random random = new Random(classes);
        float[] scores = new float[samples * classes];
        int[] labels = new int[samples];
        for (int i = 0; i < samples; i++) {
            labels[i] = random.nextInt(classes);
            for (int c = 0; c < classes; c++) {
                scores[i * classes + c] = random.nextFloat() * (c == labels[i] ? 1 : 0.7f);
            }
        }
        return Metrics.of(scores, scores, labels, classes);
    }

    private static List<String> names(int classes) {
        return IntStream.range(0, classes)
                .mapToObj(c -> c % 3 == 0 ? "a class with a name that is far too long " + c : "c" + c)
                .toList();
    }

    private static long pixels(BufferedImage picture, int rgb) {
        int[] all = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
        return Arrays.stream(all).filter(pixel -> (pixel & 0xFFFFFF) == rgb).count();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 21, 40, 100})
    void isDrawnForAnyNumberOfClasses(int classes) throws IOException {
        Path file = folder.resolve("plot.png");
        MetricsPlot.write(file, "a model on a set", random(classes, 50 * classes), names(classes));
        BufferedImage picture = ImageIO.read(file.toFile());
        assertNotNull(picture);
        assertTrue(picture.getWidth() >= 2 * 12 * classes && picture.getWidth() < 4500, "width " + picture.getWidth());
        assertTrue(picture.getHeight() >= 2 * 12 * classes && picture.getHeight() < 4000);
    }

    /** All right: as many cells of the full colour as classes, 120 units of two pixels a side, less the figures on them. */
    @Test
    void aPerfectResultIsADarkDiagonal() {
        float[] scores = {1, 0, 0, 1, 1, 0};
        Metrics metrics = Metrics.of(scores, scores, new int[] {0, 1, 0}, 2);
        BufferedImage picture = MetricsPlot.draw("a model", metrics, List.of("a", "b"));
        long cells = pixels(picture, 0x0B3C6F);
        assertTrue(cells > 2 * 240 * 240 * 0.9 && cells < 2.1 * 240 * 240, cells + " pixels");
    }

    /** The colours are shares of a row: a rare class that is always right is as dark as a frequent one. */
    @Test
    void theColoursDoNotDependOnTheSizeOfAClass() {
        int[] labels = new int[1000];
        labels[999] = 1;
        float[] scores = new float[2000];
        for (int i = 0; i < 1000; i++) {
            scores[2 * i + labels[i]] = 1;
        }
        BufferedImage picture = MetricsPlot.draw("a model", Metrics.of(scores, scores, labels, 2), List.of("a", "b"));
        assertTrue(pixels(picture, 0x0B3C6F) > 2 * 240 * 240 * 0.9);
    }

    @Test
    void withoutProbabilitiesThereIsTheMatrixAlone() {
        float[] scores = {3, 0, 0, 3};
        int[] labels = {0, 1};
        BufferedImage alone = MetricsPlot.draw("m", Metrics.of(scores, scores, labels, 2), List.of("a", "b"));
        float[] probabilities = {1, 0, 0, 1};
        BufferedImage both = MetricsPlot.draw("m", Metrics.of(scores, probabilities, labels, 2), List.of("a", "b"));
        assertTrue(both.getWidth() > alone.getWidth() + 2 * CalibrationPlot.WIDTH);
    }

    @Test
    void anythingButAPngIsRefusedBeforeTheWork() {
        UsageException e = assertThrows(UsageException.class, () -> MetricsPlot.check(folder.resolve("plot.svg")));
        assertTrue(e.getMessage().contains(".png"), e.getMessage());
        Run run = Run.gabor(
                "test",
                "--model",
                "none.safetensors",
                "--plot",
                folder.resolve("no").resolve("p.png"));
        assertEquals(2, run.code());
        assertTrue(run.err().contains("does not exist"), run.err());
    }
}
