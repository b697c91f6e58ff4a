package io.gabor.cli;

import io.gabor.train.Metrics;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The confusion matrix as a heat map: a row for each class, coloured by the share of the class's images. The scale is that of
 * the square root, so that one image in a hundred can be seen. Of few classes each cell has its count and share.
 */
final class ConfusionPlot {
    private static final Color NOTHING = new Color(0xF7F9FB);
    private static final Color ALL = new Color(0x0B3C6F);
    private static final double[] TICKS = {0, 0.01, 0.05, 0.1, 0.25, 0.5, 1};

    private static final int SIDE = 560;
    private static final int LARGEST_CELL = 120;
    private static final int SMALLEST_CELL = 12;
    /** Three digits fit into it; so it is, as long as the picture does not get too large. */
    private static final int CELL_WITH_COUNT = 22;

    private static final int LARGEST_SIDE = 900;
    /** From here on a cell has room for a share below the count. */
    private static final int CELL_WITH_SHARE = 46;

    private static final int LONGEST_NAME = 150;
    private static final int HEADING = 26;
    private static final int SPACE = 8;
    private static final int SCALE_WIDTH = 14;
    private static final int SCALE_LABELS = 44;
    private static final double SLANT = 45;

    private final Metrics metrics;
    private final List<String> names;
    private final int cell;
    private final int side;
    private final Font font;
    /** Null where not every count fits into its cell. */
    private final Font counts;

    private final int longest;
    private final boolean upright;
    private final double turn;

    /** @param pen to measure with */
    ConfusionPlot(Metrics metrics, List<String> names, Pen pen) {
        this.metrics = metrics;
        int classes = metrics.classes();
        int least = CELL_WITH_COUNT * classes <= LARGEST_SIDE ? CELL_WITH_COUNT : SMALLEST_CELL;
        cell = Math.max(least, Math.min(LARGEST_CELL, SIDE / classes));
        side = cell * classes;
        font = cell >= 20 ? Pen.TEXT : Pen.SMALL;
        this.names = names.stream()
                .map(name -> pen.fitting(name, font, LONGEST_NAME))
                .toList();
        longest = this.names.stream()
                .mapToInt(name -> pen.width(name, font))
                .max()
                .orElse(0);
        upright = longest <= cell - 6;
        counts = countFont(pen);
        // slanted lines of text need room beside one another
        turn = cell >= 24 ? SLANT : 90;
    }

    private Font countFont(Pen pen) {
        int most = IntStream.range(0, metrics.classes() * metrics.classes())
                .map(i -> metrics.count(i / metrics.classes(), i % metrics.classes()))
                .max()
                .orElse(0);
        String widest = Numbers.count(most);
        if (pen.width(widest, Pen.TEXT) <= cell - 6 && cell >= CELL_WITH_COUNT) {
            return Pen.TEXT;
        }
        return pen.width(widest, Pen.SMALL) <= cell - 2 && cell >= CELL_WITH_COUNT ? Pen.SMALL : null;
    }

    private int left() {
        return HEADING + longest + SPACE;
    }

    private int below() {
        double down = upright ? 16 : longest * Math.sin(Math.toRadians(turn)) + SPACE;
        return SPACE + (int) Math.ceil(down) + HEADING;
    }

    int width() {
        return left() + side + 2 * SPACE + SCALE_WIDTH + SCALE_LABELS;
    }

    int height() {
        return side + below();
    }

    void draw(Pen pen) {
        Pen matrix = pen.moved(left(), 0);
        for (int a = 0; a < metrics.classes(); a++) {
            for (int p = 0; p < metrics.classes(); p++) {
                drawCell(matrix, a, p);
            }
        }
        drawGrid(matrix);
        for (int c = 0; c < metrics.classes(); c++) {
            double middle = (c + 0.5) * cell;
            matrix.text(names.get(c), -SPACE, middle, font, Pen.INK, Pen.RIGHT);
            if (upright) {
                matrix.text(names.get(c), middle, side + SPACE + 8, font, Pen.INK, Pen.CENTRE);
            } else {
                matrix.turned(middle + (turn < 90 ? 5 : 0), side + SPACE, turn)
                        .text(names.get(c), 0, 0, font, Pen.INK, Pen.RIGHT);
            }
        }
        pen.turned(8, side / 2.0, 90).text("true class", 0, 0, Pen.HEADING, Pen.INK, Pen.CENTRE);
        matrix.text("predicted class", side / 2.0, side + below() - 8, Pen.HEADING, Pen.INK, Pen.CENTRE);
        drawScale(matrix.moved(side + 2 * SPACE, 0));
    }

    private void drawCell(Pen pen, int actual, int predicted) {
        int count = metrics.count(actual, predicted);
        double share = count == 0 ? 0 : (double) count / metrics.samplesOf(actual);
        double x = predicted * cell;
        double y = actual * cell;
        pen.fill(x, y, cell, cell, colour(share));
        if (count == 0 || counts == null) {
            return;
        }
        Color ink = Math.sqrt(share) > 0.55 ? Color.WHITE : Pen.INK;
        boolean both = cell >= CELL_WITH_SHARE;
        pen.text(Numbers.count(count), x + cell / 2.0, y + cell / 2.0 - (both ? 7 : 0), counts, ink, Pen.CENTRE);
        if (both) {
            pen.text(percent(share), x + cell / 2.0, y + cell / 2.0 + 9, Pen.SMALL, ink, Pen.CENTRE);
        }
    }

    private void drawGrid(Pen pen) {
        if (cell > SMALLEST_CELL) {
            for (int c = 1; c < metrics.classes(); c++) {
                pen.line(c * cell, 0, c * cell, side, Color.WHITE);
                pen.line(0, c * cell, side, c * cell, Color.WHITE);
            }
        }
        pen.frame(0, 0, side, side, Pen.PALE);
    }

    private void drawScale(Pen pen) {
        int height = Math.min(side, SIDE);
        for (int y = 0; y < height; y++) {
            double root = 1 - (y + 0.5) / height;
            pen.fill(0, y, SCALE_WIDTH, 1.5, colour(root * root));
        }
        pen.frame(0, 0, SCALE_WIDTH, height, Pen.PALE);
        for (double tick : TICKS) {
            double y = height * (1 - Math.sqrt(tick));
            pen.line(SCALE_WIDTH, y, SCALE_WIDTH + 4, y, Pen.PALE);
            pen.text(Math.round(100 * tick) + " %", SCALE_WIDTH + 7, y, Pen.SMALL, Pen.PALE, Pen.LEFT);
        }
    }

    private static Color colour(double share) {
        double root = Math.sqrt(share);
        return new Color(
                mix(NOTHING.getRed(), ALL.getRed(), root),
                mix(NOTHING.getGreen(), ALL.getGreen(), root),
                mix(NOTHING.getBlue(), ALL.getBlue(), root));
    }

    private static int mix(int from, int to, double share) {
        return (int) Math.round(from + (to - from) * share);
    }

    /** Two digits are enough here: 0.3 %, 12 %. */
    private static String percent(double share) {
        return Numbers.format(share < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * share);
    }
}
