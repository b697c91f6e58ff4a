package io.gabor.data.digits;

import io.gabor.tensor.Philox;

/**
 * One writer's hand for one digit: how the writing leans, turns, is squeezed and wobbles. All numbers are drawn when the
 * hand is made.
 *
 * <p>The wobble is an elastic distortion in the sense of Simard, Steinkraus and Platt ("Best Practices for Convolutional
 * Neural Networks Applied to Visual Document Analysis", ICDAR 2003): a smooth field of random displacements. There it is
 * white noise made smooth; here it is a coarse grid of random displacements with a cubic B-spline between them, which
 * costs a few multiplications for a point.
 */
final class Hand {
    private static final int GRID = 6;
    private static final double CELL = 0.42;

    private final Philox random;
    private final double tremor;
    private final double a;
    private final double b;
    private final double c;
    private final double d;
    private final double[] moveX = new double[GRID * GRID];
    private final double[] moveY = new double[GRID * GRID];

    Hand(Philox random) {
        this.random = random;
        tremor = random.uniform(0, 0.02);
        double lean = 0.2 + 0.26 * random.nextGaussian();
        double turn = StrictMath.toRadians(7 * random.nextGaussian());
        double squeeze = StrictMath.exp(0.2 * random.nextGaussian());
        double cos = StrictMath.cos(turn);
        double sin = StrictMath.sin(turn);
        // (x, y) is squeezed, sheared so that the top goes to the right, and turned
        a = cos * squeeze;
        b = -cos * lean - sin;
        c = sin * squeeze;
        d = -sin * lean + cos;
        double wobble = random.uniform(0.02, 0.13);
        for (int i = 0; i < GRID * GRID; i++) {
            moveX[i] = wobble * random.nextGaussian();
            moveY[i] = wobble * random.nextGaussian();
        }
    }

    /** Moves every point of a path. */
    void write(Path path) {
        double[] wx = new double[4];
        double[] wy = new double[4];
        for (int i = 0; i < path.size; i++) {
            double x = path.x[i] - 0.3;
            double y = path.y[i] - 0.5;
            double gridX = clamp(x / CELL + 0.5 * (GRID - 1));
            double gridY = clamp(y / CELL + 0.5 * (GRID - 1));
            int column = (int) gridX;
            int row = (int) gridY;
            weights(gridX - column, wx);
            weights(gridY - row, wy);
            for (int p = 0; p < 4; p++) {
                for (int q = 0; q < 4; q++) {
                    int at = (row - 1 + p) * GRID + column - 1 + q;
                    x += wy[p] * wx[q] * moveX[at];
                    y += wy[p] * wx[q] * moveY[at];
                }
            }
            x += tremor * random.nextGaussian();
            y += tremor * random.nextGaussian();
            path.x[i] = a * x + b * y;
            path.y[i] = c * x + d * y;
        }
    }

    /** Keeps a position so far from the grid's border that four by four points surround it. */
    private static double clamp(double position) {
        return Math.min(Math.max(position, 1), GRID - 2.001);
    }

    /** The four weights of the uniform cubic B-spline at {@code t} in [0, 1). */
    private static void weights(double t, double[] out) {
        double s = 1 - t;
        out[0] = s * s * s / 6;
        out[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
        out[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
        out[3] = t * t * t / 6;
    }
}
