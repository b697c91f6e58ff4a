package io.gabor.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;

/** Draws boxes, lines and texts on a picture; positions count from the pen's own origin. */
final class Pen {
    static final Color INK = new Color(0x20262E);
    static final Color PALE = new Color(0x6B7480);
    static final Color GRID = new Color(0xD9DEE4);

    static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 17);
    static final Font HEADING = new Font(Font.SANS_SERIF, Font.BOLD, 13);
    static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 10);

    /** Where a text lies, as the share of its width that is left of the position. */
    static final double LEFT = 0;

    static final double CENTRE = 0.5;
    static final double RIGHT = 1;

    private final Graphics2D graphics;

    private Pen(Graphics2D graphics) {
        this.graphics = graphics;
    }

    /** Returns a pen whose units are so many pixels. */
    static Pen on(BufferedImage picture, int scale) {
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(scale, scale);
        return new Pen(graphics);
    }

    /** Returns a pen with its origin at this position. */
    Pen moved(double x, double y) {
        Graphics2D copy = (Graphics2D) graphics.create();
        copy.translate(x, y);
        return new Pen(copy);
    }

    /** Returns a pen with its origin at this position that writes upwards to the right, in degrees. */
    Pen turned(double x, double y, double degrees) {
        Pen turned = moved(x, y);
        turned.graphics.rotate(Math.toRadians(-degrees));
        return turned;
    }

    /** Returns the width of a text, rounded up. */
    int width(String text, Font font) {
        return (int) Math.ceil(
                graphics.getFontMetrics(font).getStringBounds(text, graphics).getWidth());
    }

    /** Returns the text, or as much of it as is not wider, with an ellipsis. */
    String fitting(String text, Font font, int width) {
        if (width(text, font) <= width) {
            return text;
        }
        int length = text.length();
        while (length > 1 && width(text.substring(0, length) + "…", font) > width) {
            length--;
        }
        return text.substring(0, length) + "…";
    }

    /** Writes a text whose letters are centred on {@code y}. */
    void text(String text, double x, double y, Font font, Color colour, double alignment) {
        graphics.setFont(font);
        graphics.setColor(colour);
        double height = graphics.getFontMetrics().getAscent()
                - graphics.getFontMetrics().getDescent();
        graphics.drawString(text, (float) (x - alignment * width(text, font)), (float) (y + height / 2));
    }

    void fill(double x, double y, double width, double height, Color colour) {
        graphics.setColor(colour);
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
    }

    void frame(double x, double y, double width, double height, Color colour) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke(1));
        graphics.draw(new Rectangle2D.Double(x, y, width, height));
    }

    void line(double x1, double y1, double x2, double y2, Color colour) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke(1));
        graphics.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    void dashes(double x1, double y1, double x2, double y2, Color colour) {
        graphics.setColor(colour);
        graphics.setStroke(
                new BasicStroke(1.3f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 4}, 0));
        graphics.draw(new Line2D.Double(x1, y1, x2, y2));
    }
}
