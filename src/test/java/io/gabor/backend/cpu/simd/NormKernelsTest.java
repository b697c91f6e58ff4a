package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gabor.tensor.Philox;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops of normalisation, both twins, against statements in double, for every tail length and at odd offsets. */
class NormKernelsTest {
    private static final int LONGEST = 70;
    private static final float SENTINEL = 12345.75f;
    private static final double CLOSE = 1e-5;

    private final Philox random = new Philox(8, 1);

    static Stream<NormKernels> kernels() {
        return Stream.of(KernelSelection.kernels().norms(), new ScalarKernels().norms());
    }

    private float[] random(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.uniform(-1, 3);
        }
        return values;
    }

    private static double sum(float[] parts, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += parts[i];
        }
        return sum;
    }

    private static void close(double expected, double found, String where) {
        assertEquals(expected, found, CLOSE * Math.max(1, Math.abs(expected)), where);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void sumsAboutACentre(NormKernels k) {
        for (int n = 1; n <= LONGEST; n++) {
            float[] x = random(n + 4);
            float[] d = random(n + 7);
            float[] parts = new float[2 * k.parts()];
            double sum = 0;
            double squares = 0;
            double gradients = 0;
            double products = 0;
            for (int j = 0; j < n; j++) {
                double distance = x[3 + j] - 0.75;
                sum += distance;
                squares += distance * distance;
                gradients += d[5 + j];
                products += d[5 + j] * distance;
            }
            Arrays.fill(parts, Float.NaN);
            k.moments(n, 0.75f, x, 3, parts);
            close(sum, sum(parts, 0, k.parts()), "sum, n " + n);
            close(squares, sum(parts, k.parts(), k.parts()), "squares, n " + n);
            Arrays.fill(parts, Float.NaN);
            k.products(n, 0.75f, x, 3, d, 5, parts);
            close(gradients, sum(parts, 0, k.parts()), "gradients, n " + n);
            close(products, sum(parts, k.parts(), k.parts()), "products, n " + n);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void linearMaps(NormKernels k) {
        for (int n = 1; n <= LONGEST; n++) {
            float[] x = random(n + 4);
            float[] d = random(n + 7);
            float[] y = new float[n + 5];
            float[] z = new float[n + 5];
            Arrays.fill(y, SENTINEL);
            Arrays.fill(z, SENTINEL);
            float[] inPlace = d.clone();
            k.normalize(n, 0.75f, 3f, -0.5f, x, 3, y, 2);
            k.combine(n, 2f, d, 5, -3f, 0.75f, x, 3, 0.25f, z, 2);
            k.combine(n, 2f, inPlace, 5, -3f, 0.75f, x, 3, 0.25f, inPlace, 5);
            for (int j = 0; j < n; j++) {
                double distance = x[3 + j] - 0.75;
                close(3 * distance - 0.5, y[2 + j], "normalize, n " + n);
                close(2 * d[5 + j] - 3 * distance + 0.25, z[2 + j], "combine, n " + n);
                assertEquals(z[2 + j], inPlace[5 + j], "in place, n " + n);
            }
            for (float[] array : new float[][] {y, z}) {
                for (int i : new int[] {0, 1, n + 2, n + 3, n + 4}) {
                    assertEquals(SENTINEL, array[i], "element " + i + " of n " + n);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void normalizesWithAFactorForEachValue(NormKernels k) {
        for (int n = 1; n <= LONGEST; n++) {
            float[] x = random(n + 4);
            float[] gamma = random(n + 1);
            float[] beta = random(n + 3);
            float[] y = new float[n + 5];
            Arrays.fill(y, SENTINEL);
            k.affine(n, 0.75f, 3f, -0.5f, x, 3, gamma, 1, beta, 2, y, 2);
            for (int j = 0; j < n; j++) {
                close((3 * (x[3 + j] - 0.75) - 0.5) * gamma[1 + j] + beta[2 + j], y[2 + j], "n " + n);
            }
            for (int i : new int[] {0, 1, n + 2, n + 3, n + 4}) {
                assertEquals(SENTINEL, y[i], "element " + i + " of n " + n);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void addsGradientsOfFactors(NormKernels k) {
        for (int n = 1; n <= LONGEST; n++) {
            float[] x = random(n + 4);
            float[] d = random(n + 7);
            float[] before = random(n + 5);
            float[] dgamma = before.clone();
            float[] dbeta = before.clone();
            k.addGradients(n, 0.75f, 3f, -0.5f, x, 3, d, 5, dgamma, 2, dbeta, 1);
            for (int j = 0; j < n; j++) {
                close(before[2 + j] + d[5 + j] * (3 * (x[3 + j] - 0.75) - 0.5), dgamma[2 + j], "dgamma, n " + n);
                close(before[1 + j] + (double) d[5 + j], dbeta[1 + j], "dbeta, n " + n);
            }
            for (int i : new int[] {0, n + 2, n + 3, n + 4}) {
                assertEquals(before[i], dgamma[i], "element " + i + " of n " + n);
                assertEquals(before[i], dbeta[i], "element " + i + " of n " + n);
            }
        }
    }
}
