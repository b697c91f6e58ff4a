package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.FusedMultiplyAdd.fma;

/** The transforms of {@link Winograd}, value by value. */
final class ScalarWinograd implements WinogradTransforms {
    private final int width;

    ScalarWinograd(int width) {
        this.width = width;
    }

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
        for (int i = 0; i < lines * width; i++) {
            int from = xOffset + i / width * xLine + i % width;
            int at = vOffset + i / width * vLine + i % width;
            float d0 = begin > 0 || end < 1 ? 0 : x[from];
            float d1 = begin > 1 || end < 2 ? 0 : x[from + xStep];
            float d2 = begin > 2 || end < 3 ? 0 : x[from + 2 * xStep];
            float d3 = begin > 3 || end < 4 ? 0 : x[from + 3 * xStep];
            float d4 = begin > 4 || end < 5 ? 0 : x[from + 4 * xStep];
            float d5 = begin > 5 || end < 6 ? 0 : x[from + 5 * xStep];
            v[at] = fma(-Winograd.SQUARES, d2, d0 + d4);
            float even = fma(-2, d2, d4);
            float odd = Winograd.A * fma(-2, d1, d3);
            v[at + vStep] = even + odd;
            v[at + 2 * vStep] = even - odd;
            float even2 = fma(-0.5f, d2, d4);
            float odd2 = Winograd.B * fma(-0.5f, d1, d3);
            v[at + 3 * vStep] = even2 + odd2;
            v[at + 4 * vStep] = even2 - odd2;
            v[at + 5 * vStep] = fma(-Winograd.SQUARES, d3, d1 + d5);
        }
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
        for (int i = 0; i < lines * width; i++) {
            int at = mOffset + i / width * mLine + i % width;
            int to = yOffset + i / width * yLine + i % width;
            float even = m[at + mStep] + m[at + 2 * mStep];
            float even2 = m[at + 3 * mStep] + m[at + 4 * mStep];
            float odd = (m[at + mStep] - m[at + 2 * mStep]) * Winograd.A;
            float odd2 = (m[at + 3 * mStep] - m[at + 4 * mStep]) * Winograd.B;
            y[to] = m[at] + (even + even2);
            if (count > 1) {
                y[to + yStep] = odd + odd2;
            }
            if (count > 2) {
                y[to + 2 * yStep] = fma(0.5f, even, 2 * even2);
            }
            if (count > 3) {
                y[to + 3 * yStep] = fma(0.5f, odd, fma(2, odd2, m[at + 5 * mStep]));
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
        for (int i = 0; i < lines * width; i++) {
            int from = dzOffset + i / width * dzLine + i % width;
            int at = zOffset + i / width * zLine + i % width;
            float d0 = dz[from];
            float d1 = count > 1 ? dz[from + dzStep] : 0;
            float d2 = count > 2 ? dz[from + 2 * dzStep] : 0;
            float d3 = count > 3 ? dz[from + 3 * dzStep] : 0;
            z[at] = d0;
            float even = fma(0.5f, d2, d0);
            float odd = Winograd.A * fma(0.5f, d3, d1);
            z[at + zStep] = even + odd;
            z[at + 2 * zStep] = even - odd;
            float even2 = fma(2, d2, d0);
            float odd2 = Winograd.B * fma(2, d3, d1);
            z[at + 3 * zStep] = even2 + odd2;
            z[at + 4 * zStep] = even2 - odd2;
            z[at + 5 * zStep] = d3;
        }
    }

    @Override
    public void weights(int n, float[] w, int wOffset, int wStep, float[] u, int uOffset, int uStep) {
        for (int i = 0; i < n; i++) {
            int at = uOffset + i;
            float w0 = w[wOffset + i];
            float w1 = w[wOffset + wStep + i];
            float w2 = w[wOffset + 2 * wStep + i];
            u[at] = w0;
            float even = -2 * Winograd.THIRD * fma(0.5f, w2, w0);
            float odd = -2 * Winograd.THIRD * Winograd.A * w1;
            u[at + uStep] = even + odd;
            u[at + 2 * uStep] = even - odd;
            float even2 = Winograd.SIXTH * fma(2, w2, w0);
            float odd2 = Winograd.SIXTH * Winograd.B * w1;
            u[at + 3 * uStep] = even2 + odd2;
            u[at + 4 * uStep] = even2 - odd2;
            u[at + 5 * uStep] = w2;
        }
    }

    @Override
    public void weightGradient(int n, float[] u, int uOffset, int uStep, float[] w, int wOffset, int wStep) {
        for (int i = 0; i < n; i++) {
            int at = uOffset + i;
            int to = wOffset + i;
            float u1 = u[at + uStep];
            float u2 = u[at + 2 * uStep];
            float u3 = u[at + 3 * uStep];
            float u4 = u[at + 4 * uStep];
            float even = -2 * Winograd.THIRD * (u1 + u2);
            float even2 = Winograd.SIXTH * (u3 + u4);
            w[to] = u[at] + (even + even2);
            w[to + wStep] = -2 * Winograd.THIRD * Winograd.A * (u1 - u2) + Winograd.SIXTH * Winograd.B * (u3 - u4);
            w[to + 2 * wStep] = fma(0.5f, even, fma(2, even2, u[at + 5 * uStep]));
        }
    }
}
