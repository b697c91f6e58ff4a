package io.gabor.backend.cpu.simd;

/** Activations of one row, and their derivatives, for the scalar twin. */
final class ScalarActivations {
    private static final int INFINITY_BITS = 0x7F80_0000;

    private ScalarActivations() {}

    /** {@code y[j] = f(x[j] + bias)}; the bias of j is at {@code bo + j·biasStep}. */
    static void finish(
            Function f, float slope, int n, float[] x, int xo, float[] bias, int bo, int biasStep, float[] y, int yo) {
        if (f == Function.RELU && biasStep == 0 && x == y && xo == yo) {
            reluInPlace(yo, yo + n, bias == null ? 0f : bias[bo], y);
        } else if (bias == null) {
            for (int j = 0; j < n; j++) {
                y[yo + j] = ScalarMath.apply(f, slope, x[xo + j]);
            }
        } else {
            for (int j = 0; j < n; j++) {
                y[yo + j] = ScalarMath.apply(f, slope, x[xo + j] + bias[bo + j * biasStep]);
            }
        }
    }

    /** C2 makes vectors of this: it reads and writes at the same index, and {@link Math#max} is no branch. */
    private static void reluInPlace(int begin, int end, float bias, float[] y) {
        for (int j = begin; j < end; j++) {
            y[j] = Math.max(y[j] + bias, 0f);
        }
    }

    /** {@code dx[j] = dy[j] · f'}, with f' from {@code y[j]}. */
    static void differentiate(
            Function f, float slope, int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
        if (f == Function.RELU) {
            differentiateRelu(n, y, yo, dy, dyo, dx, dxo);
            return;
        }
        for (int j = 0; j < n; j++) {
            dx[dxo + j] = ScalarMath.differentiate(f, slope, y[yo + j], dy[dyo + j]);
        }
    }

    /** Which sums were positive no branch predictor can know, so the choice is computed. */
    private static void differentiateRelu(int n, float[] y, int yo, float[] dy, int dyo, float[] dx, int dxo) {
        for (int j = 0; j < n; j++) {
            int bits = Float.floatToRawIntBits(y[yo + j]);
            // All ones where the bits are not those of a positive number: below 1, or above infinity's, hence NaN.
            int zero = ((bits - 1) | (INFINITY_BITS - bits)) >> 31;
            dx[dxo + j] = Float.intBitsToFloat(Float.floatToRawIntBits(dy[dyo + j]) & ~zero);
        }
    }
}
