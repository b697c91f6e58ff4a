package io.gabor.data.digits;

import java.util.Arrays;

/**
 * The way a pen takes: strokes that pass smoothly through points, with corners where asked for. Coordinates have x to the
 * right and y down; a digit is about 1 high. Mutable; the points can be moved before the curve is drawn.
 *
 * <p>Between two corners the curve is a Catmull-Rom spline: it passes through its points, and the tangent at each is
 * parallel to the line from the point before to the point after.
 */
final class Path {
    private static final int PIECES = 5;

    double[] x = new double[48];
    double[] y = new double[48];
    int size;
    private boolean[] corner = new boolean[48];
    private boolean[] start = new boolean[48];
    private boolean lifted = true;

    /** Adds a point that the pen passes smoothly. */
    Path to(double px, double py) {
        add(px, py, false);
        return this;
    }

    /** Adds a point where the pen changes direction at once. */
    Path corner(double px, double py) {
        add(px, py, true);
        return this;
    }

    /** Lifts the pen; the next point begins a new stroke. */
    Path lift() {
        lifted = true;
        return this;
    }

    /**
     * Adds points along a part of an ellipse. Angles are in degrees; 0 is right, 90 is down, so that a growing angle goes
     * clockwise on the page.
     */
    Path arc(double cx, double cy, double rx, double ry, double from, double to) {
        int steps = Math.max(2, (int) StrictMath.ceil(Math.abs(to - from) / 40));
        for (int i = 0; i <= steps; i++) {
            double angle = StrictMath.toRadians(from + (to - from) * i / steps);
            to(cx + rx * StrictMath.cos(angle), cy + ry * StrictMath.sin(angle));
        }
        return this;
    }

    private void add(double px, double py, boolean isCorner) {
        if (size == x.length) {
            x = Arrays.copyOf(x, 2 * size);
            y = Arrays.copyOf(y, 2 * size);
            corner = Arrays.copyOf(corner, 2 * size);
            start = Arrays.copyOf(start, 2 * size);
        }
        x[size] = px;
        y[size] = py;
        corner[size] = isCorner;
        start[size++] = lifted;
        lifted = false;
    }

    /** Returns the curve as short straight lines: {@code x0, y0, x1, y1} for each. */
    double[] lines() {
        double[] lines = new double[4 * PIECES * size];
        int n = 0;
        for (int i = 0; i + 1 < size; i++) {
            if (start[i + 1]) {
                continue;
            }
            int before = start[i] || corner[i] ? i : i - 1;
            int after = i + 2 < size && !start[i + 2] && !corner[i + 1] ? i + 2 : i + 1;
            double fromX = x[i];
            double fromY = y[i];
            for (int k = 1; k <= PIECES; k++) {
                double t = (double) k / PIECES;
                double toX = spline(x[before], x[i], x[i + 1], x[after], t);
                double toY = spline(y[before], y[i], y[i + 1], y[after], t);
                lines[n++] = fromX;
                lines[n++] = fromY;
                lines[n++] = toX;
                lines[n++] = toY;
                fromX = toX;
                fromY = toY;
            }
        }
        return Arrays.copyOf(lines, n);
    }

    private static double spline(double a, double b, double c, double d, double t) {
        return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    }
}
