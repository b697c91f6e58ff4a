package io.gabor.backend.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Philox;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Max pooling of a batch: the kernels of this JVM and the scalar twin against plain loops, image by image. */
class WindowKernelsTest {
    private static final float SENTINEL = 12345.75f;

    private final Philox random = new Philox(13, 1);

    static Stream<Kernels> kernels() {
        return EveryKernels.here().stream();
    }

    /** Small integers, so that there are ties; both zeros; NaN. */
    private float[] values(int n, boolean nan) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextInt(4) - 2;
            x[i] = x[i] == 0 && random.nextInt(2) == 0 ? -0f : x[i];
            x[i] = nan && random.nextInt(9) == 0 ? Float.NaN : x[i];
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void windows(Kernels k) {
        for (int rows = 1; rows <= 3; rows++) {
            for (int cols = 1; cols <= 3; cols++) {
                for (int stride = 1; stride <= 4; stride++) {
                    for (boolean nan : new boolean[] {false, true}) {
                        window(k, rows, cols, stride, nan);
                    }
                }
            }
        }
    }

    private void window(Kernels k, int rows, int cols, int stride, boolean nan) {
        int width = k.panelWidth();
        int count = 4;
        int step = stride * width;
        int pitch = (count * stride + cols) * width + 1;
        float[] x = values(3 + rows * pitch, nan);
        float[] y = new float[2 + count * width + 1];
        Arrays.fill(y, SENTINEL);
        k.maxWindows(count, rows, cols, x, 3, pitch, step, y, 2);
        for (int out = 0; out < count * width; out++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int tap = 0; tap < rows * cols; tap++) {
                max = Math.max(max, x[at(out, tap, width, cols, step, pitch)]);
            }
            float found = y[2 + out];
            assertTrue(Float.isNaN(max) ? Float.isNaN(found) : max == found, max + " is not " + found);
        }
        assertEquals(SENTINEL, y[1]);
        assertEquals(SENTINEL, y[2 + count * width]);
        // Without add, windows that overlap overwrite one another: nobody calls it so.
        for (boolean add : stride < cols ? new boolean[] {true} : new boolean[] {false, true}) {
            for (boolean all : new boolean[] {false, true}) {
                backward(k, rows, cols, step, pitch, x, y, all, add);
            }
        }
    }

    private static int at(int out, int tap, int width, int cols, int step, int pitch) {
        return 3 + out / width * step + tap / cols * pitch + tap % cols * width + out % width;
    }

    private void backward(
            Kernels k, int rows, int cols, int step, int pitch, float[] x, float[] y, boolean all, boolean add) {
        int width = k.panelWidth();
        int count = (y.length - 3) / width;
        float[] dy = new float[y.length];
        for (int i = 0; i < dy.length; i++) {
            dy[i] = 1 + random.nextInt(100);
        }
        float[] dx = new float[x.length];
        Arrays.fill(dx, add ? 1000 : SENTINEL);
        double[] expected = new double[x.length];
        Arrays.fill(expected, dx[0]);
        for (int out = 0; out < count * width; out++) {
            float max = y[2 + out];
            boolean open = true;
            for (int tap = 0; tap < rows * cols; tap++) {
                int at = at(out, tap, width, cols, step, pitch);
                boolean here = x[at] == max || (!all && Float.isNaN(max) && Float.isNaN(x[at]));
                expected[at] = (add ? expected[at] : 0) + (open && here ? dy[2 + out] : 0);
                open = all || (open && !here);
            }
        }
        k.maxWindowsBackward(count, rows, cols, all, add, x, dx, 3, pitch, step, y, dy, 2);
        for (int i = 0; i < dx.length; i++) {
            assertEquals(
                    expected[i],
                    dx[i],
                    rows + "×" + cols + ", step " + step + (all ? ", all" : ", first") + (add ? ", added" : "")
                            + ", element " + i);
        }
    }
}
