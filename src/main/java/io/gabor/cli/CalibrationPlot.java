package io.gabor.cli;

import io.gabor.train.Calibration;
import java.awt.Color;

/**
 * The reliability diagram (Guo et al. 2017): for each bin of confidences, the share of right answers against the mean
 * confidence, and below, how many images are in the bin. A network that can be trusted has its bars end on the diagonal.
 */
record CalibrationPlot(Calibration calibration) {
    private static final Color BAR = new Color(0x2F6DB0);
    private static final Color GAP = new Color(0xF2B39B);
    private static final Color COUNTS = new Color(0x9DB4CC);

    private static final int LEFT = 58;
    private static final int SIDE = 330;
    private static final int BETWEEN = 26;
    private static final int COUNTS_HEIGHT = 90;
    private static final int TOP = 50;
    private static final int BOTTOM = 46;
    private static final int TICKS = 5;

    static final int WIDTH = LEFT + SIDE + 16;
    static final int HEIGHT = TOP + SIDE + BETWEEN + COUNTS_HEIGHT + BOTTOM;

    void draw(Pen pen) {
        pen.text(
                "calibration error " + Numbers.percent(calibration.expectedError()),
                LEFT,
                8,
                Pen.HEADING,
                Pen.INK,
                Pen.LEFT);
        drawReliability(pen.moved(LEFT, TOP));
        drawCounts(pen.moved(LEFT, TOP + SIDE + BETWEEN));
        drawLegend(pen.moved(LEFT, 31));
    }

    private void drawReliability(Pen pen) {
        int bins = calibration.bins().size();
        double step = (double) SIDE / bins;
        for (int i = 0; i <= TICKS; i++) {
            double y = SIDE * (1 - (double) i / TICKS);
            pen.line(0, y, SIDE, y, Pen.GRID);
            pen.text(100 * i / TICKS + " %", -8, y, Pen.SMALL, Pen.PALE, Pen.RIGHT);
        }
        for (int m = 0; m < bins; m++) {
            Calibration.Bin bin = calibration.bins().get(m);
            if (bin.samples() == 0) {
                continue;
            }
            double low = Math.min(bin.accuracy(), bin.confidence());
            double high = Math.max(bin.accuracy(), bin.confidence());
            pen.fill(m * step + 1, SIDE * (1 - low), step - 2, SIDE * low, BAR);
            pen.fill(m * step + 1, SIDE * (1 - high), step - 2, SIDE * (high - low), GAP);
            pen.fill(m * step + 1, SIDE * (1 - bin.accuracy()) - 1, step - 2, 2, Pen.INK);
        }
        pen.dashes(0, SIDE, SIDE, 0, Pen.INK);
        pen.frame(0, 0, SIDE, SIDE, Pen.PALE);
        pen.turned(8 - LEFT, SIDE / 2.0, 90).text("accuracy", 0, 0, Pen.HEADING, Pen.INK, Pen.CENTRE);
    }

    private void drawCounts(Pen pen) {
        int bins = calibration.bins().size();
        double step = (double) SIDE / bins;
        int all = calibration.bins().stream().mapToInt(Calibration.Bin::samples).sum();
        double most = calibration.bins().stream()
                .mapToInt(Calibration.Bin::samples)
                .max()
                .orElse(1);
        for (int m = 0; m < bins; m++) {
            double height = COUNTS_HEIGHT * calibration.bins().get(m).samples() / most;
            pen.fill(m * step + 1, COUNTS_HEIGHT - height, step - 2, height, COUNTS);
        }
        pen.frame(0, 0, SIDE, COUNTS_HEIGHT, Pen.PALE);
        pen.text(Math.round(100 * most / all) + " %", -8, 0, Pen.SMALL, Pen.PALE, Pen.RIGHT);
        pen.text("0 %", -8, COUNTS_HEIGHT, Pen.SMALL, Pen.PALE, Pen.RIGHT);
        pen.turned(8 - LEFT, COUNTS_HEIGHT / 2.0, 90).text("images", 0, 0, Pen.HEADING, Pen.INK, Pen.CENTRE);
        for (int i = 0; i <= TICKS; i++) {
            double x = (double) SIDE * i / TICKS;
            pen.line(x, COUNTS_HEIGHT, x, COUNTS_HEIGHT + 4, Pen.PALE);
            pen.text(100 * i / TICKS + " %", x, COUNTS_HEIGHT + 13, Pen.SMALL, Pen.PALE, Pen.CENTRE);
        }
        pen.text("confidence", SIDE / 2.0, COUNTS_HEIGHT + 34, Pen.HEADING, Pen.INK, Pen.CENTRE);
    }

    private static void drawLegend(Pen pen) {
        pen.fill(0, -5, 14, 10, BAR);
        pen.fill(0, -6, 14, 2, Pen.INK);
        pen.text("accuracy of a bin (the line)", 20, 0, Pen.SMALL, Pen.INK, Pen.LEFT);
        pen.fill(180, -5, 14, 10, GAP);
        pen.text("gap to its confidence", 200, 0, Pen.SMALL, Pen.INK, Pen.LEFT);
    }
}
