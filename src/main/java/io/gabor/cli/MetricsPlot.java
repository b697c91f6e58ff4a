package io.gabor.cli;

import io.gabor.io.AtomicFile;
import io.gabor.train.Calibration;
import io.gabor.train.Metrics;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** The confusion matrix and, beside it, how far the confidence can be trusted, as one picture. */
final class MetricsPlot {
    /** Pixels of a unit, so that the picture is sharp on every screen. */
    private static final int SCALE = 2;

    private static final int MARGIN = 28;
    private static final int TITLE_HEIGHT = 44;
    private static final int GAP = 48;

    private MetricsPlot() {}

    /**
     * Makes sure that a picture can be drawn here; Java has the module that draws.
     *
     * @throws UsageException if the name is no PNG's, or Java finds no font
     */
    static void check(Path file) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new UsageException("--plot " + file + ": the picture is a PNG; expected a name that ends with .png");
        }
        try {
            Pen.on(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), 1).width("0", Pen.TEXT);
        } catch (RuntimeException | LinkageError | InternalError e) {
            // the JDK answers a machine without fonts with whatever goes wrong first
            throw new UsageException(
                    "--plot: Java finds no font on this machine (" + e + "); install one, and fontconfig: on Debian"
                            + " 'apt install fontconfig fonts-dejavu-core'",
                    e);
        }
    }

    /**
     * Draws the picture and writes it.
     *
     * @param what was tested, for the title
     */
    static void write(Path file, String what, Metrics metrics, List<String> names) throws IOException {
        BufferedImage picture = draw(what, metrics, names);
        AtomicFile.write(file, out -> ImageIO.write(picture, "png", out));
    }

    static BufferedImage draw(String what, Metrics metrics, List<String> names) {
        Pen measuring = Pen.on(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), SCALE);
        ConfusionPlot confusion = new ConfusionPlot(metrics, names, measuring);
        Calibration calibration = metrics.calibration().orElse(null);
        String title = what + ": accuracy " + Numbers.percent(metrics.accuracy()) + " of "
                + Numbers.count(metrics.samples()) + " images";
        int inner = confusion.width() + (calibration == null ? 0 : GAP + CalibrationPlot.WIDTH);
        int width = Math.max(inner, measuring.width(title, Pen.TITLE)) + 2 * MARGIN;
        int height = 2 * MARGIN
                + TITLE_HEIGHT
                + Math.max(confusion.height(), calibration == null ? 0 : CalibrationPlot.HEIGHT);
        BufferedImage picture = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        graphics.dispose();
        Pen pen = Pen.on(picture, SCALE);
        pen.text(title, MARGIN, MARGIN + 12, Pen.TITLE, Pen.INK, Pen.LEFT);
        confusion.draw(pen.moved(MARGIN, MARGIN + TITLE_HEIGHT));
        if (calibration != null) {
            new CalibrationPlot(calibration).draw(pen.moved(MARGIN + confusion.width() + GAP, MARGIN + TITLE_HEIGHT));
        }
        return picture;
    }
}
