package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Philox;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels of this JVM and the scalar twin against statements in double, for every tail length and at odd offsets, with
 * sentinels on both sides of what may be written. Without the Vector API both are the scalar twin.
 */
class KernelsTest {
    private static final int LONGEST = 70;
    private static final float SENTINEL = 12345.75f;
    private static final double CLOSE = 1e-5;

    private final Philox random = new Philox(7, 1);

    static Stream<Kernels> kernels() {
        return EveryKernels.here().stream();
    }

    @Test
    void theVectorApiIsUsedWhereItsModuleIs() {
        boolean there = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                && !"off".equals(System.getProperty(KernelSelection.PROPERTY));
        assertEquals(there, KernelSelection.reason().isEmpty());
        assertEquals(there, KernelSelection.kernels().description().startsWith("Vector API"));
        assertEquals(there, KernelSelection.remedy().isEmpty());
    }

    private float[] random(int n, double scale) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.uniform(-scale, scale);
        }
        return values;
    }

    private static float[] sentinels(int n) {
        float[] values = new float[n];
        Arrays.fill(values, SENTINEL);
        return values;
    }

    private static void close(double expected, float found, String where) {
        assertEquals(expected, found, CLOSE * Math.max(1, Math.abs(expected)), where);
    }

    /** The bound of docs/architecture.md: of long sums that all but cancel, one alone is allowed more than its share. */
    private static void closeAsAWhole(double[] expected, float[] found, int from, String where) {
        double error = 0;
        double norm = 0;
        for (int j = 0; j < expected.length; j++) {
            error += Math.pow(expected[j] - found[from + j], 2);
            norm += Math.pow(expected[j], 2);
        }
        assertTrue(Math.sqrt(error) <= CLOSE * Math.sqrt(norm), where + ": " + Math.sqrt(error / norm));
    }

    private static void untouched(float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            assertEquals(SENTINEL, values[i], "element " + i + " is behind the end");
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void productWithAPanel(Kernels k) {
        int width = k.panelWidth();
        for (int m = 1; m <= 11; m++) {
            for (int depth : new int[] {1, 2, 5, 127, 128, 129, 300}) {
                // Rows one after the other, columns, and columns in a panel.
                for (int step : new int[] {1, m + 1, Math.max(m, width)}) {
                    int row = step == 1 ? depth + 2 : 1;
                    float[] a = random(3 + (m + 1) * (depth + 2) + depth * step, 1);
                    float[] b = random(5 + depth * width, 1);
                    float[] c = sentinels(2 + m * (width + 3));
                    k.multiplyPanel(m, depth, a, 3, row, step, b, 5, c, 2, width + 3, false);
                    float[] whole = c.clone();
                    k.multiplyPanel(m, depth, a, 3, row, step, b, 5, c, 2, width + 3, true);
                    float[] halves = sentinels(c.length);
                    int half = depth / 2;
                    if (half > 0) {
                        k.multiplyPanel(m, half, a, 3, row, step, b, 5, halves, 2, width + 3, false);
                        k.multiplyPanel(
                                m,
                                depth - half,
                                a,
                                3 + half * step,
                                row,
                                step,
                                b,
                                5 + half * width,
                                halves,
                                2,
                                width + 3,
                                true);
                    }
                    for (int i = 0; i < m; i++) {
                        double[] sums = new double[width];
                        double[] twice = new double[width];
                        int at = 2 + i * (width + 3);
                        for (int j = 0; j < width; j++) {
                            for (int p = 0; p < depth; p++) {
                                sums[j] += (double) a[3 + i * row + p * step] * b[5 + p * width + j];
                            }
                            twice[j] = 2 * sums[j];
                            if (half > 0) {
                                assertEquals(whole[at + j], halves[at + j], 0f, "the same bits in two halves");
                            }
                        }
                        closeAsAWhole(sums, whole, at, "m " + m + " depth " + depth);
                        closeAsAWhole(twice, c, at, "added, m " + m + " depth " + depth);
                        int end = 2 + (i + 1) * (width + 3);
                        untouched(c, end - 3, end);
                    }
                    untouched(c, 0, 2);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void productsWithVectors(Kernels k) {
        for (int n = 1; n <= LONGEST; n++) {
            for (int rows = 1; rows <= 9; rows++) {
                float[] w = random(1 + rows * (n + 2), 1);
                float[] x = random(3 + Math.max(n, rows), 1);
                float[] y = sentinels(rows + 8);
                float[] z = sentinels(n + 8);
                k.multiplyVector(rows, n, w, 1, n + 2, x, 3, y, 4, new float[2 * k.panelWidth()]);
                k.combineRows(rows, n, x, 2, w, 1, n + 2, z, 4);
                for (int r = 0; r < rows; r++) {
                    double sum = 0;
                    for (int j = 0; j < n; j++) {
                        sum += (double) w[1 + r * (n + 2) + j] * x[3 + j];
                    }
                    close(sum, y[4 + r], "rows " + rows + " n " + n);
                }
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int r = 0; r < rows; r++) {
                        sum += (double) x[2 + r] * w[1 + r * (n + 2) + j];
                    }
                    close(sum, z[4 + j], "rows " + rows + " n " + n);
                }
                untouched(y, 0, 4);
                untouched(y, 4 + rows, y.length);
                untouched(z, 0, 4);
                untouched(z, 4 + n, z.length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void runsAreCopiedAndAdded(Kernels k) {
        for (int trial = 0; trial < 300; trial++) {
            int count = 1 + random.nextInt(LONGEST);
            int[] offsets = new int[count];
            int at = random.nextInt(5);
            double jump = random.nextDouble();
            for (int j = 0; j < count; j++) {
                offsets[j] = at;
                at += random.nextDouble() < jump ? 1 + random.nextInt(4) : 1;
            }
            int rows = 1 + random.nextInt(6);
            int[] rowOffsets = new int[rows + 1];
            for (int r = 0; r <= rows; r++) {
                rowOffsets[r] = random.nextInt(40);
            }
            Runs runs = Runs.of(offsets, 0, count);
            float[] image = random(3 + 40 + at + k.slack(), 1);
            int pitch = count + random.nextInt(3);
            float[] panel = sentinels(2 + rows * pitch + k.slack());
            k.copyRuns(rows, rowOffsets, 1, runs, image, 3, panel, 2, pitch);
            untouched(panel, 0, 2);
            float[] sum = image.clone();
            k.addRuns(rows, 1 + random.nextInt(rows), rowOffsets, 1, runs, panel, 2, pitch, sum, 3);
            double[] expected = new double[sum.length];
            for (int i = 0; i < sum.length; i++) {
                expected[i] = image[i];
            }
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < count; j++) {
                    int from = 3 + rowOffsets[1 + r] + offsets[j];
                    assertEquals(image[from], panel[2 + r * pitch + j]);
                    expected[from] += image[from];
                }
            }
            for (int i = 0; i < sum.length; i++) {
                close(expected[i], sum[i], "trial " + trial + " element " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Function.class)
    void activations(Function f) {
        float slope = f == Function.LEAKY_RELU ? 0.2f : 0;
        for (Kernels k : kernels().toList()) {
            for (int n = 1; n <= LONGEST; n++) {
                for (double scale : new double[] {1e-4, 0.7, 8, 200}) {
                    float[] x = random(1 + 2 * (n + 1), scale);
                    float[] bias = random(n + 5, scale);
                    for (int kind = 0; kind < 3; kind++) {
                        float[] y = sentinels(3 + 2 * (n + 2));
                        int step = kind == 2 ? 1 : 0;
                        k.finish(f, slope, 2, n, x, 1, n + 1, kind == 0 ? null : bias, 2, 1, step, y, 3, n + 2);
                        for (int r = 0; r < 2; r++) {
                            for (int j = 0; j < n; j++) {
                                float z = x[1 + r * (n + 1) + j] + (kind == 0 ? 0 : bias[2 + r + step * j]);
                                double expected = value(f, slope, z);
                                assertEquals(
                                        expected,
                                        y[3 + r * (n + 2) + j],
                                        2e-6 * Math.abs(expected) + 1e-37,
                                        f + " of " + z);
                            }
                            untouched(y, 3 + r * (n + 2) + n, 3 + (r + 1) * (n + 2));
                        }
                    }
                }
            }
        }
    }

    private static double value(Function f, double slope, double x) {
        return switch (f) {
            case IDENTITY -> x;
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : (float) slope * x;
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
        };
    }

    @ParameterizedTest
    @EnumSource(Function.class)
    void derivatives(Function f) {
        float slope = f == Function.LEAKY_RELU ? 0.2f : 0;
        for (Kernels k : kernels().toList()) {
            for (int n = 1; n <= LONGEST; n++) {
                float[] y = random(n + 1, 1);
                y[1] = 0;
                float[] dy = random(n + 2, 1);
                float[] dx = sentinels(n + 8);
                k.differentiate(f, slope, 1, n, y, 1, 0, dy, 2, 0, dx, 3, 0);
                for (int j = 0; j < n; j++) {
                    double v = y[1 + j];
                    double derivative = switch (f) {
                        case IDENTITY -> 1;
                        case RELU -> v > 0 ? 1 : 0;
                        case LEAKY_RELU -> v > 0 ? 1 : slope;
                        case SIGMOID -> v * (1 - v);
                        case TANH -> 1 - v * v;
                    };
                    close(derivative * dy[2 + j], dx[3 + j], f + " n " + n);
                }
                untouched(dx, 3 + n, dx.length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Function.class)
    void extremeValues(Function f) {
        float[] x = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            0f,
            -0f,
            1e30f,
            -1e30f,
            100,
            -100,
            1e-30f,
            -1e-30f
        };
        for (Kernels k : kernels().toList()) {
            for (int shift = 0; shift < 40; shift++) {
                float[] input = new float[shift + x.length];
                System.arraycopy(x, 0, input, shift, x.length);
                float[] y = new float[input.length];
                k.finish(f, f == Function.LEAKY_RELU ? 0.5f : 0, 1, y.length, input, 0, 0, null, 0, 0, 0, y, 0, 0);
                for (int j = 0; j < x.length; j++) {
                    double expected = value(f, 0.5, x[j]);
                    // NaN and infinities have no distance.
                    double bound = Double.isFinite(expected) ? 1e-6 * Math.abs(expected) + 1e-37 : 0;
                    assertTrue(
                            Double.compare(expected, y[shift + j]) == 0 || Math.abs(expected - y[shift + j]) <= bound,
                            f + " of " + x[j] + " is " + y[shift + j]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void rows(Kernels k) {
        for (int n = 1; n <= LONGEST; n++) {
            float[] a = random(n + 1, 1);
            float[] b = random(n + 2, 1);
            float[] sum = sentinels(n + 8);
            float[] scaled = sentinels(n + 8);
            float[] shifted = sentinels(n + 8);
            float[] product = sentinels(n + 8);
            k.add(n, a, 1, b, 2, sum, 3);
            k.multiply(n, a, 1, b, 2, product, 3);
            k.scale(n, 0.3f, a, 1, scaled, 3);
            float[] added = scaled.clone();
            k.addScaled(n, -2f, b, 2, added, 3);
            k.scaleAndShift(n, 0.3f, -0.7f, a, 1, shifted, 3);
            double total = 0;
            double dot = 0;
            for (int j = 0; j < n; j++) {
                assertEquals(a[1 + j] + b[2 + j], sum[3 + j]);
                assertEquals(a[1 + j] * b[2 + j], product[3 + j]);
                assertEquals(0.3f * a[1 + j], scaled[3 + j]);
                close(0.3 * a[1 + j] - 2.0 * b[2 + j], added[3 + j], "n " + n);
                close(0.3 * a[1 + j] - 0.7, shifted[3 + j], "n " + n);
                total += a[1 + j];
                dot += (double) a[1 + j] * b[2 + j];
            }
            close(total, k.sum(n, a, 1), "n " + n);
            close(dot, k.dot(n, a, 1, b, 2), "n " + n);
            for (float[] written : new float[][] {sum, scaled, added, shifted}) {
                untouched(written, 0, 3);
                untouched(written, 3 + n, written.length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bytesCountAsUnsigned(Kernels k) {
        byte[] x = new byte[300];
        for (int i = 0; i < x.length; i++) {
            x[i] = (byte) i;
        }
        float[] y = new float[300];
        k.scaleBytes(299, 0.5f, -1, x, 1, y, 0);
        for (int i = 0; i < 299; i++) {
            assertEquals(((i + 1) & 0xFF) * 0.5f - 1, y[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void softmax(Kernels k) {
        for (int n = 1; n <= LONGEST; n++) {
            for (double scale : new double[] {1, 60, 1000}) {
                float[] x = random(n + 1, scale);
                float[] y = sentinels(n + 8);
                float[] dy = random(n + 1, 1);
                float[] dx = sentinels(n + 8);
                k.softmax(n, x, 1, y, 3);
                k.softmaxBackward(n, 0.25f, y, 3, dy, 1, dx, 3);
                double max = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < n; j++) {
                    max = Math.max(max, x[1 + j]);
                }
                double sum = 0;
                for (int j = 0; j < n; j++) {
                    sum += Math.exp(x[1 + j] - max);
                }
                for (int j = 0; j < n; j++) {
                    close(Math.exp(x[1 + j] - max) / sum, y[3 + j], "n " + n);
                    close(y[3 + j] * (dy[1 + j] - 0.25), dx[3 + j], "n " + n);
                }
                untouched(y, 3 + n, y.length);
                untouched(dx, 3 + n, dx.length);
                x[1 + n / 2] = Float.NaN;
                k.softmax(n, x, 1, y, 3);
                assertTrue(Float.isNaN(y[3]) && Float.isNaN(y[2 + n]), "a NaN reaches the whole row");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void pooling(Kernels k) {
        for (int cols = 1; cols <= 40; cols++) {
            for (int kind = 0; kind < 3; kind++) {
                int pitch = 2 * cols + cols % 2;
                float[] x = new float[1 + 6 * pitch];
                for (int i = 0; i < x.length; i++) {
                    boolean nan = kind == 2 && random.nextInt(10) == 0;
                    x[i] = nan ? Float.NaN : kind == 0 ? random.nextInt(3) - 1 : (float) random.nextGaussian();
                    x[i] = x[i] == 0 && random.nextInt(2) == 0 ? -0f : x[i];
                }
                float[] y = sentinels(2 + 3 * cols + 5);
                float[] dy = random(2 + 3 * cols, 1);
                k.maxPool2x2(3, cols, x, 1, pitch, y, 2);
                untouched(y, 2 + 3 * cols, y.length);
                for (boolean all : new boolean[] {false, true}) {
                    float[] dx = new float[x.length];
                    k.maxPool2x2Backward(3, cols, all, x, dx, 1, pitch, y, dy, 2);
                    for (int out = 0; out < 3 * cols; out++) {
                        checkWindow(
                                x,
                                dx,
                                1 + out / cols * 2 * pitch + out % cols * 2,
                                pitch,
                                all,
                                y[2 + out],
                                dy[2 + out]);
                    }
                }
            }
        }
    }

    private static void checkWindow(float[] x, float[] dx, int corner, int pitch, boolean all, float y, float dy) {
        int[] window = {corner, corner + 1, corner + pitch, corner + pitch + 1};
        float max = Float.NEGATIVE_INFINITY;
        for (int at : window) {
            max = Math.max(max, x[at]);
        }
        if (Float.isNaN(max)) {
            assertTrue(Float.isNaN(y));
        } else {
            assertTrue(max == y, max + " is not " + y);
        }
        boolean open = true;
        for (int at : window) {
            boolean hit = x[at] == max || (!all && Float.isNaN(max) && Float.isNaN(x[at]));
            assertEquals(open && hit ? dy : 0f, dx[at], "the gradient at " + x[at] + ", maximum " + max);
            open = all || (open && !hit);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void updates(Kernels k) {
        AdamConstants c = new AdamConstants();
        c.shrink = 0.99f;
        c.decay = 0.02f;
        c.beta1 = 0.9f;
        c.gain1 = 0.1f;
        c.beta2 = 0.99f;
        c.gain2 = 0.01f;
        c.rate = 0.05f;
        c.scale = 3;
        c.epsilon = 1e-6f;
        for (int n = 1; n <= LONGEST; n++) {
            float[] p = random(n + 1, 1);
            float[] g = random(n + 2, 1);
            float[] m = random(n + 3, 1);
            float[] v = random(n + 4, 1);
            for (int j = 0; j < v.length; j++) {
                v[j] = Math.abs(v[j]);
            }
            float[] sgd = p.clone();
            float[] heavy = p.clone();
            float[] nesterov = p.clone();
            float[] adam = p.clone();
            float[] velocity = m.clone();
            float[] first = m.clone();
            float[] second = v.clone();
            k.sgd(n, 0.1f, 0.2f, sgd, 1, g, 2);
            k.momentum(n, 0.1f, 0.2f, 0.9f, false, heavy, 1, g, 2, velocity, 3);
            k.momentum(n, 0.1f, 0.2f, 0.9f, true, nesterov, 1, g, 2, m.clone(), 3);
            k.adam(n, c, adam, 1, g, 2, first, 3, second, 4);
            for (int j = 0; j < n; j++) {
                double value = p[1 + j];
                double gradient = g[2 + j] + 0.2 * value;
                double speed = 0.9 * m[3 + j] + gradient;
                close(value - 0.1 * gradient, sgd[1 + j], "sgd");
                close(speed, velocity[3 + j], "velocity");
                close(value - 0.1 * speed, heavy[1 + j], "momentum");
                close(value - 0.1 * (gradient + 0.9 * speed), nesterov[1 + j], "nesterov");
                gradient = g[2 + j] + 0.02 * value;
                double mean = 0.9 * m[3 + j] + 0.1 * gradient;
                double square = 0.99 * v[4 + j] + 0.01 * gradient * gradient;
                close(mean, first[3 + j], "m");
                close(square, second[4 + j], "v");
                close(0.99 * value - 0.05 * mean / (3 * Math.sqrt(square) + 1e-6), adam[1 + j], "adam");
            }
            float[] rms = p.clone();
            float[] heavyRms = p.clone();
            float[] ada = p.clone();
            float[] mean = v.clone();
            float[] buffer = m.clone();
            float[] sum = v.clone();
            k.rmsProp(n, 0.1f, 0.2f, 0.9f, 0.1f, 1e-3f, 0, rms, g, v.clone(), null, 1);
            k.rmsProp(n, 0.1f, 0.2f, 0.9f, 0.1f, 1e-3f, 0.5f, heavyRms, g, mean, buffer, 1);
            k.adagrad(n, 0.1f, 0.2f, 1e-3f, ada, g, sum, 1);
            for (int j = 1; j <= n; j++) {
                double gradient = g[j] + 0.2 * p[j];
                double square = 0.9 * v[j] + 0.1 * gradient * gradient;
                double direction = gradient / (Math.sqrt(square) + 1e-3);
                close(square, mean[j], "the mean of squares");
                close(p[j] - 0.1 * direction, rms[j], "RMSProp");
                close(0.5 * m[j] + direction, buffer[j], "RMSProp's momentum");
                close(p[j] - 0.1 * (0.5 * m[j] + direction), heavyRms[j], "RMSProp with momentum");
                close(v[j] + gradient * gradient, sum[j], "the sum of squares");
                double root = Math.sqrt(v[j] + gradient * gradient) + 1e-3;
                close(p[j] - 0.1 * gradient / root, ada[j], "Adagrad");
            }
            assertEquals(p[0], rms[0]);
            assertEquals(p[0], ada[0]);
            float[] blended = p.clone();
            float[] scaled = p.clone();
            float[] cut = p.clone();
            scaled[n] = Float.NaN;
            k.blend(n, 0.3f, g, 2, 0.7f, blended, 1);
            k.blend(n, 0.3f, g, 2, 0, scaled, 1);
            k.clamp(n, 0.4f, cut, 1);
            for (int j = 0; j < n; j++) {
                close(0.3 * g[2 + j] + 0.7 * p[1 + j], blended[1 + j], "blend");
                close(0.3 * g[2 + j], scaled[1 + j], "blend with nothing");
                assertEquals(Math.min(Math.max(p[1 + j], -0.4f), 0.4f), cut[1 + j], "clamp");
            }
            cut[n] = Float.NaN;
            k.clamp(n, 0.4f, cut, 1);
            assertTrue(Float.isNaN(cut[n]), "NaN stays");
            assertEquals(p[0], blended[0]);
            assertEquals(p[0], cut[0]);
            assertEquals(p[0], sgd[0]);
            assertEquals(p[0], adam[0]);
            adamAtOneIndex(k, n, c, p, g, m, v, adam, first, second);
        }
    }

    /** A place in the arrays that is the same for all of them changes no bit. */
    private static void adamAtOneIndex(
            Kernels k,
            int n,
            AdamConstants c,
            float[] p,
            float[] g,
            float[] m,
            float[] v,
            float[] value,
            float[] first,
            float[] second) {
        float[][] moved = new float[4][];
        float[][] from = {p, g, m, v};
        for (int i = 0; i < 4; i++) {
            moved[i] = sentinels(n + 8);
            System.arraycopy(from[i], 1 + i, moved[i], 3, n);
        }
        k.adam(n, c, moved[0], 3, moved[1], 3, moved[2], 3, moved[3], 3);
        float[][] expected = {value, g, first, second};
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < n; j++) {
                assertEquals(expected[i][1 + i + j], moved[i][3 + j], 0f, "array " + i + ", n " + n);
            }
            untouched(moved[i], 0, 3);
            untouched(moved[i], 3 + n, moved[i].length);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void theCeilingLoopComputes(Kernels k) {
        assertTrue(k.multiplyAddLoop(1000) > 0);
        assertTrue(k.multiplyAddLoopFlops() > 0);
    }

    /** What the interpreter computes and what compiled code computes must be the same to the bit. */
    @ParameterizedTest
    @MethodSource("kernels")
    void theBitsStayWhenTheCodeIsCompiled(Kernels k) {
        int n = 517;
        float[] a = random(4 * n, 1);
        float[] b = random(n, 1);
        float[] first = reductions(k, n, a, b);
        for (int i = 0; i < 30_000; i++) {
            reductions(k, n, a, b);
        }
        assertArrayEquals(first, reductions(k, n, a, b), 0f);
    }

    private static float[] reductions(Kernels k, int n, float[] a, float[] b) {
        float[] result = new float[6 + n];
        result[0] = k.sum(n, a, 0);
        result[1] = k.dot(n, a, 0, b, 0);
        k.multiplyVector(4, n, a, 0, n, b, 0, result, 2, new float[2 * k.panelWidth()]);
        k.softmax(n, a, 0, result, 6);
        return result;
    }
}
