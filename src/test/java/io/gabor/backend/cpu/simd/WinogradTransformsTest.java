package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gabor.tensor.Philox;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transforms of Winograd convolution: the kernels of this JVM and the scalar twin against the matrices, in double. */
class WinogradTransformsTest {
    private static final float SENTINEL = 12345.75f;
    private static final double A = Math.sqrt(0.5);
    private static final double B = Math.sqrt(2);
    private static final double[] POINTS = {0, A, -A, B, -B};

    private final Philox random = new Philox(17, 1);

    static Stream<Kernels> kernels() {
        return Stream.of(KernelSelection.kernels(), new ScalarKernels());
    }

    /** Powers of the points; at infinity only the highest counts. */
    private static double[][] powers(int count) {
        double[][] matrix = new double[6][count];
        for (int point = 0; point < 5; point++) {
            for (int k = 0; k < count; k++) {
                matrix[point][k] = Math.pow(POINTS[point], k);
            }
        }
        matrix[5][count - 1] = 1;
        return matrix;
    }

    /** A. */
    private static double[][] outputs() {
        return powers(4);
    }

    /** G: each point's powers over the product of its distances to the other points. */
    private static double[][] weights() {
        double[][] matrix = powers(3);
        for (int point = 0; point < 5; point++) {
            double product = 1;
            for (int other = 0; other < 5; other++) {
                product *= other == point ? 1 : POINTS[point] - POINTS[other];
            }
            for (int k = 0; k < 3; k++) {
                matrix[point][k] /= product;
            }
        }
        return matrix;
    }

    /** Bᵀ: the coefficients of the polynomial that is zero at the other points. */
    private static double[][] inputs() {
        double[][] matrix = new double[6][6];
        for (int point = 0; point < 6; point++) {
            double[] polynomial = {1, 0, 0, 0, 0, 0};
            for (int other = 0; other < 5; other++) {
                if (other != point) {
                    for (int k = 5; k >= 0; k--) {
                        polynomial[k] = (k > 0 ? polynomial[k - 1] : 0) - POINTS[other] * polynomial[k];
                    }
                }
            }
            matrix[point] = polynomial;
        }
        return matrix;
    }

    private static double[][] transposed(double[][] matrix) {
        double[][] result = new double[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[0].length; j++) {
                result[j][i] = matrix[i][j];
            }
        }
        return result;
    }

    @FunctionalInterface
    private interface Transform {
        void run(float[] x, int xOffset, int xStep, int xLine, float[] y, int yOffset, int yStep, int yLine);
    }

    /** Inputs outside [begin, end) are NaN, so that reading one shows; outputs from count on must stay as they are. */
    private void check(
            String name, double[][] matrix, int lines, int length, int begin, int end, int count, Transform transform) {
        int xStep = length + 3;
        int xLine = 7 * xStep;
        int yLine = length + 1;
        int yStep = lines * yLine + 2;
        float[] x = new float[5 + lines * xLine];
        float[] y = new float[4 + 6 * yStep];
        Arrays.fill(x, Float.NaN);
        Arrays.fill(y, SENTINEL);
        for (int l = 0; l < lines; l++) {
            for (int k = begin; k < end; k++) {
                for (int i = 0; i < length; i++) {
                    x[5 + l * xLine + k * xStep + i] = (float) random.uniform(-0.5, 0.5);
                }
            }
        }
        float[] expected = y.clone();
        for (int l = 0; l < lines; l++) {
            for (int r = 0; r < count; r++) {
                for (int i = 0; i < length; i++) {
                    double sum = 0;
                    for (int k = begin; k < end; k++) {
                        sum += matrix[r][k] * x[5 + l * xLine + k * xStep + i];
                    }
                    expected[4 + l * yLine + r * yStep + i] = (float) sum;
                }
            }
        }
        transform.run(x, 5, xStep, xLine, y, 4, yStep, yLine);
        for (int i = 0; i < y.length; i++) {
            assertEquals(expected[i], y[i], expected[i] == SENTINEL ? 0 : 2e-6f, name + ", element " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void input(Kernels k) {
        for (int begin = 0; begin <= 6; begin++) {
            for (int end = begin; end <= 6; end++) {
                int first = begin;
                int last = end;
                int lines = 1 + (begin + end) % 6;
                check(
                        "input " + begin + " to " + end,
                        inputs(),
                        lines,
                        k.panelWidth(),
                        begin,
                        end,
                        6,
                        (x, xo, xs, xl, y, yo, ys, yl) ->
                                k.winograd().input(lines, first, last, x, xo, xs, xl, y, yo, ys, yl));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void output(Kernels k) {
        for (int count = 1; count <= 4; count++) {
            int written = count;
            check(
                    "output " + count,
                    transposed(outputs()),
                    1 + count,
                    k.panelWidth(),
                    0,
                    6,
                    count,
                    (x, xo, xs, xl, y, yo, ys, yl) ->
                            k.winograd().output(1 + written, written, x, xo, xs, xl, y, yo, ys, yl));
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void gradient(Kernels k) {
        for (int count = 1; count <= 4; count++) {
            int read = count;
            check(
                    "gradient " + count,
                    outputs(),
                    7 - count,
                    k.panelWidth(),
                    0,
                    count,
                    6,
                    (x, xo, xs, xl, y, yo, ys, yl) ->
                            k.winograd().gradient(7 - read, read, x, xo, xs, xl, y, yo, ys, yl));
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void weightsAndTheirGradient(Kernels k) {
        int n = 3 * k.panelWidth();
        check(
                "weights",
                weights(),
                1,
                n,
                0,
                3,
                6,
                (x, xo, xs, xl, y, yo, ys, yl) -> k.winograd().weights(n, x, xo, xs, y, yo, ys));
        check(
                "weights' gradient",
                transposed(weights()),
                1,
                n,
                0,
                6,
                3,
                (x, xo, xs, xl, y, yo, ys, yl) -> k.winograd().weightGradient(n, x, xo, xs, y, yo, ys));
    }

    /** The matrices belong together: one dimension of a convolution, in double. */
    @Test
    void convolution() {
        double[] d = new double[6];
        double[] g = new double[3];
        Arrays.setAll(d, i -> random.nextDouble());
        Arrays.setAll(g, i -> random.nextDouble());
        double[] y = new double[4];
        for (int point = 0; point < 6; point++) {
            double u = 0;
            double v = 0;
            for (int i = 0; i < 3; i++) {
                u += weights()[point][i] * g[i];
            }
            for (int i = 0; i < 6; i++) {
                v += inputs()[point][i] * d[i];
            }
            for (int i = 0; i < 4; i++) {
                y[i] += outputs()[point][i] * u * v;
            }
        }
        for (int i = 0; i < 4; i++) {
            assertEquals(d[i] * g[0] + d[i + 1] * g[1] + d[i + 2] * g[2], y[i], 1e-12);
        }
    }
}
