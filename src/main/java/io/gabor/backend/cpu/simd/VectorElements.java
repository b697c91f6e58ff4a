package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/** Sums and products along rows. */
final class VectorElements {
    private VectorElements() {}

    static void add(int n, float[] a, int ao, float[] b, int bo, float[] c, int co) {
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector.fromArray(SPECIES, a, ao + j)
                    .add(FloatVector.fromArray(SPECIES, b, bo + j))
                    .intoArray(c, co + j);
        }
        for (int j = bound; j < n; j++) {
            c[co + j] = a[ao + j] + b[bo + j];
        }
    }

    static void multiply(int n, float[] a, int ao, float[] b, int bo, float[] c, int co) {
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector.fromArray(SPECIES, a, ao + j)
                    .mul(FloatVector.fromArray(SPECIES, b, bo + j))
                    .intoArray(c, co + j);
        }
        for (int j = bound; j < n; j++) {
            c[co + j] = a[ao + j] * b[bo + j];
        }
    }

    static void addScaled(int n, float s, float[] x, int xo, float[] y, int yo) {
        int bound = n - n % LANES;
        FloatVector scale = FloatVector.broadcast(SPECIES, s);
        for (int j = 0; j < bound; j += LANES) {
            scale.fma(FloatVector.fromArray(SPECIES, x, xo + j), FloatVector.fromArray(SPECIES, y, yo + j))
                    .intoArray(y, yo + j);
        }
        for (int j = bound; j < n; j++) {
            y[yo + j] = Math.fma(s, x[xo + j], y[yo + j]);
        }
    }

    static void scale(int n, float s, float[] x, int xo, float[] y, int yo) {
        int bound = n - n % LANES;
        FloatVector scale = FloatVector.broadcast(SPECIES, s);
        for (int j = 0; j < bound; j += LANES) {
            scale.mul(FloatVector.fromArray(SPECIES, x, xo + j)).intoArray(y, yo + j);
        }
        for (int j = bound; j < n; j++) {
            y[yo + j] = s * x[xo + j];
        }
    }

    static void scaleAndShift(int n, float scale, float shift, float[] x, int xo, float[] y, int yo) {
        int bound = n - n % LANES;
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        FloatVector term = FloatVector.broadcast(SPECIES, shift);
        for (int j = 0; j < bound; j += LANES) {
            FloatVector.fromArray(SPECIES, x, xo + j).fma(factor, term).intoArray(y, yo + j);
        }
        for (int j = bound; j < n; j++) {
            y[yo + j] = Math.fma(x[xo + j], scale, shift);
        }
    }

    static void multiplyVector(
            int rows, int n, float[] w, int wo, int pitch, float[] x, int xo, float[] y, int yo, float[] scratch) {
        int r = 0;
        for (; r + 4 <= rows; r += 4) {
            fourDots(n, w, wo + r * pitch, pitch, x, xo, scratch);
            for (int i = 0; i < 4; i++) {
                y[yo + r + i] = finishDot(n, w, wo + (r + i) * pitch, x, xo, scratch, i * LANES);
            }
        }
        for (; r < rows; r++) {
            oneDot(n, w, wo + r * pitch, x, xo, scratch);
            y[yo + r] = finishDot(n, w, wo + r * pitch, x, xo, scratch, 0);
        }
    }

    /** Leaves the sums of each lane of four rows in the scratch array. */
    private static void fourDots(int n, float[] w, int w0, int pitch, float[] x, int xo, float[] scratch) {
        int w1 = w0 + pitch;
        int w2 = w1 + pitch;
        int w3 = w2 + pitch;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xo + j);
            s0 = FloatVector.fromArray(SPECIES, w, w0 + j).fma(v, s0);
            s1 = FloatVector.fromArray(SPECIES, w, w1 + j).fma(v, s1);
            s2 = FloatVector.fromArray(SPECIES, w, w2 + j).fma(v, s2);
            s3 = FloatVector.fromArray(SPECIES, w, w3 + j).fma(v, s3);
        }
        s0.intoArray(scratch, 0);
        s1.intoArray(scratch, LANES);
        s2.intoArray(scratch, 2 * LANES);
        s3.intoArray(scratch, 3 * LANES);
    }

    private static void oneDot(int n, float[] w, int wo, float[] x, int xo, float[] scratch) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            sum = FloatVector.fromArray(SPECIES, w, wo + j).fma(FloatVector.fromArray(SPECIES, x, xo + j), sum);
        }
        sum.intoArray(scratch, 0);
    }

    /** Adds up the lanes and then what does not fill a vector. */
    static float finishDot(int n, float[] w, int wo, float[] x, int xo, float[] scratch, int at) {
        float sum = ScalarMath.sum(LANES, scratch, at);
        for (int j = n - n % LANES; j < n; j++) {
            sum = Math.fma(w[wo + j], x[xo + j], sum);
        }
        return sum;
    }

    static void combineRows(int rows, int n, float[] s, int so, float[] w, int wo, int pitch, float[] y, int yo) {
        int j = 0;
        for (; j + 4 * LANES <= n; j += 4 * LANES) {
            combineFour(rows, s, so, w, wo + j, pitch, y, yo + j);
        }
        for (; j + LANES <= n; j += LANES) {
            combineOne(rows, s, so, w, wo + j, pitch, y, yo + j);
        }
        if (j < n && n >= LANES) {
            // The last vector overlaps the one before; each element's sum is the same either way.
            combineOne(rows, s, so, w, wo + n - LANES, pitch, y, yo + n - LANES);
            return;
        }
        for (; j < n; j++) {
            float sum = 0;
            for (int r = 0; r < rows; r++) {
                sum = Math.fma(s[so + r], w[wo + r * pitch + j], sum);
            }
            y[yo + j] = sum;
        }
    }

    private static void combineFour(int rows, float[] s, int so, float[] w, int wo, int pitch, float[] y, int yo) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        int at = wo;
        for (int r = 0; r < rows; r++) {
            FloatVector v = FloatVector.broadcast(SPECIES, s[so + r]);
            s0 = v.fma(FloatVector.fromArray(SPECIES, w, at), s0);
            s1 = v.fma(FloatVector.fromArray(SPECIES, w, at + LANES), s1);
            s2 = v.fma(FloatVector.fromArray(SPECIES, w, at + 2 * LANES), s2);
            s3 = v.fma(FloatVector.fromArray(SPECIES, w, at + 3 * LANES), s3);
            at += pitch;
        }
        s0.intoArray(y, yo);
        s1.intoArray(y, yo + LANES);
        s2.intoArray(y, yo + 2 * LANES);
        s3.intoArray(y, yo + 3 * LANES);
    }

    private static void combineOne(int rows, float[] s, int so, float[] w, int wo, int pitch, float[] y, int yo) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int at = wo;
        for (int r = 0; r < rows; r++) {
            sum = FloatVector.broadcast(SPECIES, s[so + r]).fma(FloatVector.fromArray(SPECIES, w, at), sum);
            at += pitch;
        }
        sum.intoArray(y, yo);
    }

    static void softmaxBackward(int n, float s, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
        int bound = n - n % LANES;
        for (int j = 0; j < bound; j += LANES) {
            FloatVector.fromArray(SPECIES, y, yo + j)
                    .mul(FloatVector.fromArray(SPECIES, dy, dyo + j).sub(s))
                    .intoArray(dx, dxo + j);
        }
        for (int j = bound; j < n; j++) {
            dx[dxo + j] = y[yo + j] * (dy[dyo + j] - s);
        }
    }

    /** Adds n elements, a multiple of two vectors, to the lanes of one sum. */
    static void sumUp(int n, float[] x, int xo, float[] sums, int so) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, sums, so);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j + 4 * LANES <= n; j += 4 * LANES) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, x, xo + j));
            s1 = s1.add(FloatVector.fromArray(SPECIES, x, xo + j + LANES));
            s2 = s2.add(FloatVector.fromArray(SPECIES, x, xo + j + 2 * LANES));
            s3 = s3.add(FloatVector.fromArray(SPECIES, x, xo + j + 3 * LANES));
        }
        if (j < n) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, x, xo + j));
            s1 = s1.add(FloatVector.fromArray(SPECIES, x, xo + j + LANES));
        }
        s0.add(s1).add(s2.add(s3)).intoArray(sums, so);
    }
}
