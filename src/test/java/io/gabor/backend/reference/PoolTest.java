package io.gabor.backend.reference;

import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import org.junit.jupiter.api.Test;

/** Pooling along a line, worked out by hand. */
final class PoolTest extends Fixture {
    private static final WindowAxis ONE = new WindowAxis(1, 1, 1, 1, 0, 0, false);
    private static final double NAN = Double.NaN;

    private static PoolGeometry line(int in, int kernel, int stride, int before, int after, boolean ceil) {
        return new PoolGeometry(1, ONE, new WindowAxis(in, kernel, stride, 1, before, after, ceil));
    }

    private void max(PoolGeometry geometry, Ties ties, double[] x, double[] y, double[] dy, double[] dx) {
        check(backend.maxPool2d(geometry, ties, 1), x, y, dy, dx);
    }

    private void check(PoolOp pool, double[] x, double[] y, double[] dy, double[] dx) {
        Tensor xs = of(x);
        Tensor ys = room(y.length);
        pool.forward(1, xs, ys);
        holds(ys, y);
        Tensor dxs = room(x.length);
        pool.backward(1, xs, ys, of(dy), dxs);
        holds(dxs, dx);
    }

    private static double[] row(double... values) {
        return values;
    }

    @Test
    void overlappingWindowsAdd() {
        PoolGeometry geometry = line(5, 3, 1, 0, 0, false);
        double[] x = row(1, 3, 2, 5, 4);
        max(geometry, Ties.FIRST, x, row(3, 5, 5), row(1, 10, 100), row(0, 1, 0, 110, 0));
        check(
                backend.avgPool2d(geometry, false, 1),
                x,
                row(2, 10 / 3.0, 11 / 3.0),
                row(3, 30, 300),
                row(1, 11, 111, 110, 100));
    }

    @Test
    void gapsGetNoGradient() {
        max(line(5, 2, 3, 0, 0, false), Ties.FIRST, row(1, 2, 9, 4, 3), row(2, 4), row(7, 8), row(0, 7, 0, 8, 0));
    }

    @Test
    void ties() {
        PoolGeometry geometry = line(4, 3, 1, 0, 0, false);
        double[] x = row(2, 2, 1, 2);
        max(geometry, Ties.FIRST, x, row(2, 2), row(1, 10), row(1, 10, 0, 0));
        max(geometry, Ties.ALL, x, row(2, 2), row(1, 10), row(1, 11, 0, 10));
    }

    @Test
    void theFirstNanIsTheMaximum() {
        PoolGeometry geometry = line(4, 3, 1, 0, 0, false);
        double[] x = row(9, NAN, NAN, 1);
        max(geometry, Ties.FIRST, x, row(NAN, NAN), row(1, 10), row(0, 11, 0, 0));
        max(geometry, Ties.ALL, x, row(NAN, NAN), row(1, 10), row(0, 0, 0, 0));
    }

    @Test
    void paddingNeverWins() {
        double least = Double.NEGATIVE_INFINITY;
        PoolGeometry geometry = line(3, 2, 2, 1, 0, false);
        max(geometry, Ties.FIRST, row(-1, -3, -2), row(-1, -2), row(1, 10), row(1, 0, 10));
        max(geometry, Ties.FIRST, row(least, least, least), row(least, least), row(1, 10), row(1, 10, 0));
    }

    /** Five pixels in windows of two: the last window holds one pixel, and that is what its mean is over. */
    @Test
    void ceilModeKeepsTheRest() {
        double[] x = row(1, 2, 3, 4, 5);
        max(line(5, 2, 2, 0, 0, false), Ties.FIRST, x, row(2, 4), row(1, 10), row(0, 1, 0, 10, 0));
        max(line(5, 2, 2, 0, 0, true), Ties.FIRST, x, row(2, 4, 5), row(1, 10, 100), row(0, 1, 0, 10, 100));
        for (boolean countPadding : new boolean[] {false, true}) {
            check(
                    backend.avgPool2d(line(5, 2, 2, 0, 0, true), countPadding, 1),
                    x,
                    row(1.5, 3.5, 5),
                    row(2, 20, 200),
                    row(1, 1, 10, 10, 200));
        }
    }

    /**
     * Windows start at −1, 1 and 3. The first reaches into the padding; the last covers pixel 3, the padding at 4 and,
     * only because of ceil mode, position 5, which never counts: its divisors are 2 and 1.
     */
    @Test
    void paddingInTheDivisor() {
        PoolGeometry geometry = line(4, 3, 2, 1, 1, true);
        double[] x = row(1, 2, 3, 4);
        check(backend.avgPool2d(geometry, true, 1), x, row(1, 3, 2), row(6, 60, 600), row(2, 22, 20, 320));
        check(backend.avgPool2d(geometry, false, 1), x, row(1.5, 3, 4), row(6, 60, 600), row(3, 23, 20, 620));
    }

    /** Two samples of two channels: each plane by itself. */
    @Test
    void global() {
        PoolOp pool = backend.avgPool2d(PoolGeometry.global(2, 1, 2), false, 2);
        Tensor y = room(4);
        pool.forward(2, of(1, 3, 5, 7, 10, 20, 30, 50), y);
        holds(y, 2, 6, 15, 40);
    }
}
