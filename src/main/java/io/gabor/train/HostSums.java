package io.gabor.train;

/**
 * Sums over values on the host, in double. Each is made of four, since an addition waits for the one before it; the order is
 * always the same.
 */
final class HostSums {
    private HostSums() {}

    static double sum(float[] x, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i < count - 3; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        for (; i < count; i++) {
            a += x[i];
        }
        return a + b + (c + d);
    }

    static double squares(float[] x, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i < count - 3; i += 4) {
            a += (double) x[i] * x[i];
            b += (double) x[i + 1] * x[i + 1];
            c += (double) x[i + 2] * x[i + 2];
            d += (double) x[i + 3] * x[i + 3];
        }
        for (; i < count; i++) {
            a += (double) x[i] * x[i];
        }
        return a + b + (c + d);
    }

    /** Returns {@code Σ (x − y)²}. */
    static double squaredDistance(float[] x, float[] y, int count) {
        double a = 0;
        double b = 0;
        int i = 0;
        for (; i < count - 1; i += 2) {
            double first = (double) x[i] - y[i];
            double second = (double) x[i + 1] - y[i + 1];
            a += first * first;
            b += second * second;
        }
        if (i < count) {
            double last = (double) x[i] - y[i];
            a += last * last;
        }
        return a + b;
    }

    /** Returns how many of the values are farther from {@code middle} than {@code most}. */
    static int beyond(float[] x, int count, float middle, float most) {
        int beyond = 0;
        for (int i = 0; i < count; i++) {
            beyond += Math.abs(x[i] - middle) > most ? 1 : 0;
        }
        return beyond;
    }

    /** Returns how many units of {@code n × units × inner} are 0 in every sample and everywhere. */
    static int zeroUnits(float[] x, int n, int units, int inner) {
        int zero = 0;
        for (int unit = 0; unit < units; unit++) {
            zero += isZero(x, n, units, inner, unit) ? 1 : 0;
        }
        return zero;
    }

    private static boolean isZero(float[] x, int n, int units, int inner, int unit) {
        for (int sample = 0; sample < n; sample++) {
            int start = (sample * units + unit) * inner;
            for (int i = start; i < start + inner; i++) {
                if (x[i] != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
