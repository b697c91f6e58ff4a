package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/** The transforms of {@link Winograd}, whole vectors at a time. Where inputs are missing, the tile has a loop of its own. */
final class VectorWinograd implements WinogradTransforms {
    private static final int WIDTH = 2 * LANES;

    @Override
    public void input(
            int lines,
            int begin,
            int end,
            float[] x,
            int xOffset,
            int xStep,
            int xLine,
            float[] v,
            int vOffset,
            int vStep,
            int vLine) {
        for (int half = 0; half < WIDTH; half += LANES) {
            int xo = xOffset + half;
            int vo = vOffset + half;
            if (begin == 0 && end == 6) {
                wholeInput(lines, x, xo, xStep, xLine, v, vo, vStep, vLine);
            } else if (begin == 1 && end == 6) {
                lateInput(lines, x, xo, xStep, xLine, v, vo, vStep, vLine);
            } else if (begin == 0 && end == 5) {
                earlyInput(lines, x, xo, xStep, xLine, v, vo, vStep, vLine);
            } else {
                partOfInput(lines, begin, end, x, xo, xStep, xLine, v, vo, vStep, vLine);
            }
        }
    }

    private static void wholeInput(
            int lines, float[] x, int xOffset, int xStep, int xLine, float[] v, int vOffset, int vStep, int vLine) {
        for (int l = 0; l < lines; l++) {
            int at = xOffset + l * xLine;
            FloatVector d0 = FloatVector.fromArray(SPECIES, x, at);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, at + xStep);
            FloatVector d2 = FloatVector.fromArray(SPECIES, x, at + 2 * xStep);
            FloatVector d3 = FloatVector.fromArray(SPECIES, x, at + 3 * xStep);
            FloatVector d4 = FloatVector.fromArray(SPECIES, x, at + 4 * xStep);
            FloatVector d5 = FloatVector.fromArray(SPECIES, x, at + 5 * xStep);
            toPoints(d0, d1, d2, d3, d4, d5, v, vOffset + l * vLine, vStep);
        }
    }

    /** The first input is missing. */
    private static void lateInput(
            int lines, float[] x, int xOffset, int xStep, int xLine, float[] v, int vOffset, int vStep, int vLine) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int l = 0; l < lines; l++) {
            int at = xOffset + l * xLine;
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, at + xStep);
            FloatVector d2 = FloatVector.fromArray(SPECIES, x, at + 2 * xStep);
            FloatVector d3 = FloatVector.fromArray(SPECIES, x, at + 3 * xStep);
            FloatVector d4 = FloatVector.fromArray(SPECIES, x, at + 4 * xStep);
            FloatVector d5 = FloatVector.fromArray(SPECIES, x, at + 5 * xStep);
            toPoints(zero, d1, d2, d3, d4, d5, v, vOffset + l * vLine, vStep);
        }
    }

    /** The last input is missing. */
    private static void earlyInput(
            int lines, float[] x, int xOffset, int xStep, int xLine, float[] v, int vOffset, int vStep, int vLine) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int l = 0; l < lines; l++) {
            int at = xOffset + l * xLine;
            FloatVector d0 = FloatVector.fromArray(SPECIES, x, at);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, at + xStep);
            FloatVector d2 = FloatVector.fromArray(SPECIES, x, at + 2 * xStep);
            FloatVector d3 = FloatVector.fromArray(SPECIES, x, at + 3 * xStep);
            FloatVector d4 = FloatVector.fromArray(SPECIES, x, at + 4 * xStep);
            toPoints(d0, d1, d2, d3, d4, zero, v, vOffset + l * vLine, vStep);
        }
    }

    private static void partOfInput(
            int lines,
            int begin,
            int end,
            float[] x,
            int xOffset,
            int xStep,
            int xLine,
            float[] v,
            int vOffset,
            int vStep,
            int vLine) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int l = 0; l < lines; l++) {
            int at = xOffset + l * xLine;
            FloatVector d0 = begin > 0 || end < 1 ? zero : FloatVector.fromArray(SPECIES, x, at);
            FloatVector d1 = begin > 1 || end < 2 ? zero : FloatVector.fromArray(SPECIES, x, at + xStep);
            FloatVector d2 = begin > 2 || end < 3 ? zero : FloatVector.fromArray(SPECIES, x, at + 2 * xStep);
            FloatVector d3 = begin > 3 || end < 4 ? zero : FloatVector.fromArray(SPECIES, x, at + 3 * xStep);
            FloatVector d4 = begin > 4 || end < 5 ? zero : FloatVector.fromArray(SPECIES, x, at + 4 * xStep);
            FloatVector d5 = begin > 5 || end < 6 ? zero : FloatVector.fromArray(SPECIES, x, at + 5 * xStep);
            toPoints(d0, d1, d2, d3, d4, d5, v, vOffset + l * vLine, vStep);
        }
    }

    private static void toPoints(
            FloatVector d0,
            FloatVector d1,
            FloatVector d2,
            FloatVector d3,
            FloatVector d4,
            FloatVector d5,
            float[] v,
            int at,
            int step) {
        FloatVector two = FloatVector.broadcast(SPECIES, -2f);
        FloatVector half = FloatVector.broadcast(SPECIES, -0.5f);
        FloatVector squares = FloatVector.broadcast(SPECIES, -Winograd.SQUARES);
        d2.fma(squares, d0.add(d4)).intoArray(v, at);
        FloatVector even = d2.fma(two, d4);
        FloatVector odd = d1.fma(two, d3).mul(Winograd.A);
        even.add(odd).intoArray(v, at + step);
        even.sub(odd).intoArray(v, at + 2 * step);
        FloatVector even2 = d2.fma(half, d4);
        FloatVector odd2 = d1.fma(half, d3).mul(Winograd.B);
        even2.add(odd2).intoArray(v, at + 3 * step);
        even2.sub(odd2).intoArray(v, at + 4 * step);
        d3.fma(squares, d1.add(d5)).intoArray(v, at + 5 * step);
    }

    @Override
    public void output(
            int lines,
            int count,
            float[] m,
            int mOffset,
            int mStep,
            int mLine,
            float[] y,
            int yOffset,
            int yStep,
            int yLine) {
        for (int half = 0; half < WIDTH; half += LANES) {
            fromPoints(lines, count, m, mOffset + half, mStep, mLine, y, yOffset + half, yStep, yLine);
        }
    }

    private static void fromPoints(
            int lines,
            int count,
            float[] m,
            int mOffset,
            int mStep,
            int mLine,
            float[] y,
            int yOffset,
            int yStep,
            int yLine) {
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector two = FloatVector.broadcast(SPECIES, 2f);
        for (int l = 0; l < lines; l++) {
            int at = mOffset + l * mLine;
            int to = yOffset + l * yLine;
            FloatVector m1 = FloatVector.fromArray(SPECIES, m, at + mStep);
            FloatVector m2 = FloatVector.fromArray(SPECIES, m, at + 2 * mStep);
            FloatVector m3 = FloatVector.fromArray(SPECIES, m, at + 3 * mStep);
            FloatVector m4 = FloatVector.fromArray(SPECIES, m, at + 4 * mStep);
            FloatVector even = m1.add(m2);
            FloatVector even2 = m3.add(m4);
            FloatVector odd = m1.sub(m2).mul(Winograd.A);
            FloatVector odd2 = m3.sub(m4).mul(Winograd.B);
            FloatVector.fromArray(SPECIES, m, at).add(even.add(even2)).intoArray(y, to);
            if (count > 1) {
                odd.add(odd2).intoArray(y, to + yStep);
            }
            if (count > 2) {
                even.fma(half, even2.mul(two)).intoArray(y, to + 2 * yStep);
            }
            if (count > 3) {
                odd.fma(half, odd2.fma(two, FloatVector.fromArray(SPECIES, m, at + 5 * mStep)))
                        .intoArray(y, to + 3 * yStep);
            }
        }
    }

    @Override
    public void gradient(
            int lines,
            int count,
            float[] dz,
            int dzOffset,
            int dzStep,
            int dzLine,
            float[] z,
            int zOffset,
            int zStep,
            int zLine) {
        for (int half = 0; half < WIDTH; half += LANES) {
            int from = dzOffset + half;
            int to = zOffset + half;
            if (count == 4) {
                wholeGradient(lines, dz, from, dzStep, dzLine, z, to, zStep, zLine);
            } else {
                partOfGradient(lines, count, dz, from, dzStep, dzLine, z, to, zStep, zLine);
            }
        }
    }

    private static void wholeGradient(
            int lines, float[] dz, int dzOffset, int dzStep, int dzLine, float[] z, int zOffset, int zStep, int zLine) {
        for (int l = 0; l < lines; l++) {
            int at = dzOffset + l * dzLine;
            FloatVector d0 = FloatVector.fromArray(SPECIES, dz, at);
            FloatVector d1 = FloatVector.fromArray(SPECIES, dz, at + dzStep);
            FloatVector d2 = FloatVector.fromArray(SPECIES, dz, at + 2 * dzStep);
            FloatVector d3 = FloatVector.fromArray(SPECIES, dz, at + 3 * dzStep);
            toPoints(d0, d1, d2, d3, z, zOffset + l * zLine, zStep);
        }
    }

    private static void partOfGradient(
            int lines,
            int count,
            float[] dz,
            int dzOffset,
            int dzStep,
            int dzLine,
            float[] z,
            int zOffset,
            int zStep,
            int zLine) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int l = 0; l < lines; l++) {
            int at = dzOffset + l * dzLine;
            FloatVector d0 = FloatVector.fromArray(SPECIES, dz, at);
            FloatVector d1 = count > 1 ? FloatVector.fromArray(SPECIES, dz, at + dzStep) : zero;
            FloatVector d2 = count > 2 ? FloatVector.fromArray(SPECIES, dz, at + 2 * dzStep) : zero;
            toPoints(d0, d1, d2, zero, z, zOffset + l * zLine, zStep);
        }
    }

    private static void toPoints(
            FloatVector d0, FloatVector d1, FloatVector d2, FloatVector d3, float[] z, int at, int step) {
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector two = FloatVector.broadcast(SPECIES, 2f);
        d0.intoArray(z, at);
        FloatVector even = d2.fma(half, d0);
        FloatVector odd = d3.fma(half, d1).mul(Winograd.A);
        even.add(odd).intoArray(z, at + step);
        even.sub(odd).intoArray(z, at + 2 * step);
        FloatVector even2 = d2.fma(two, d0);
        FloatVector odd2 = d3.fma(two, d1).mul(Winograd.B);
        even2.add(odd2).intoArray(z, at + 3 * step);
        even2.sub(odd2).intoArray(z, at + 4 * step);
        d3.intoArray(z, at + 5 * step);
    }

    @Override
    public void weights(int n, float[] w, int wOffset, int wStep, float[] u, int uOffset, int uStep) {
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector two = FloatVector.broadcast(SPECIES, 2f);
        for (int i = 0; i < n; i += LANES) {
            int at = uOffset + i;
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, wOffset + i);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, wOffset + wStep + i);
            FloatVector w2 = FloatVector.fromArray(SPECIES, w, wOffset + 2 * wStep + i);
            w0.intoArray(u, at);
            FloatVector even = w2.fma(half, w0).mul(-2 * Winograd.THIRD);
            FloatVector odd = w1.mul(-2 * Winograd.THIRD * Winograd.A);
            even.add(odd).intoArray(u, at + uStep);
            even.sub(odd).intoArray(u, at + 2 * uStep);
            FloatVector even2 = w2.fma(two, w0).mul(Winograd.SIXTH);
            FloatVector odd2 = w1.mul(Winograd.SIXTH * Winograd.B);
            even2.add(odd2).intoArray(u, at + 3 * uStep);
            even2.sub(odd2).intoArray(u, at + 4 * uStep);
            w2.intoArray(u, at + 5 * uStep);
        }
    }

    @Override
    public void weightGradient(int n, float[] u, int uOffset, int uStep, float[] w, int wOffset, int wStep) {
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector two = FloatVector.broadcast(SPECIES, 2f);
        for (int i = 0; i < n; i += LANES) {
            int at = uOffset + i;
            int to = wOffset + i;
            FloatVector u1 = FloatVector.fromArray(SPECIES, u, at + uStep);
            FloatVector u2 = FloatVector.fromArray(SPECIES, u, at + 2 * uStep);
            FloatVector u3 = FloatVector.fromArray(SPECIES, u, at + 3 * uStep);
            FloatVector u4 = FloatVector.fromArray(SPECIES, u, at + 4 * uStep);
            FloatVector even = u1.add(u2).mul(-2 * Winograd.THIRD);
            FloatVector even2 = u3.add(u4).mul(Winograd.SIXTH);
            FloatVector.fromArray(SPECIES, u, at).add(even.add(even2)).intoArray(w, to);
            u1.sub(u2)
                    .mul(-2 * Winograd.THIRD * Winograd.A)
                    .add(u3.sub(u4).mul(Winograd.SIXTH * Winograd.B))
                    .intoArray(w, to + wStep);
            even.fma(half, even2.fma(two, FloatVector.fromArray(SPECIES, u, at + 5 * uStep)))
                    .intoArray(w, to + 2 * wStep);
        }
    }
}
