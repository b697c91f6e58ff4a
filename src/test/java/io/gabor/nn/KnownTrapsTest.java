package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gabor.backend.Bias;
import io.gabor.backend.Ties;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What small CNN programs get wrong, each computed here in another way, by hand or by its textbook definition. */
final class KnownTrapsTest {
    private static LayerRun run(Layer layer, Shape sample, int n) {
        return new LayerRun(layer, sample, n, true, true, 1);
    }

    /**
     * One channel, one filter, one sample: dilate the output's gradient by the stride, convolve it fully with the kernel turned
     * by 180°, and crop the padding away. Rows and columns that no window reaches stay 0.
     */
    @ParameterizedTest(name = "{0}×{0} input, kernel {1}, stride {2}, padding {3}")
    @CsvSource({"5,3,1,0", "5,3,1,1", "6,3,2,1", "7,3,2,1", "28,4,2,1", "8,3,3,2", "9,2,4,1", "6,5,2,2"})
    void inputGradientOfAStridedPaddedConvolutionIsTheCroppedFullConvolution(
            int size, int kernel, int stride, int pad) {
        Layer conv = new Conv2d(1, kernel).stride(stride).padding(pad);
        try (LayerRun run = run(conv, Shape.of(1, size, size), 1)) {
            int out = (size + 2 * pad - kernel) / stride + 1;
            double[] w = run.get(run.parameter("conv1.weight").value());
            run.forward();
            double[] dy = LayerRun.normal(out * out, new Philox(3, 3));
            run.backward(dy);

            int dilated = (out - 1) * stride + 1;
            double[] spread = new double[dilated * dilated];
            for (int i = 0; i < out; i++) {
                for (int j = 0; j < out; j++) {
                    spread[i * stride * dilated + j * stride] = dy[i * out + j];
                }
            }
            int full = dilated + kernel - 1;
            double[] expected = new double[size * size];
            for (int h = 0; h < full; h++) {
                for (int v = 0; v < full; v++) {
                    double sum = 0;
                    for (int p = 0; p < kernel; p++) {
                        for (int q = 0; q < kernel; q++) {
                            int i = h - (kernel - 1) + p;
                            int j = v - (kernel - 1) + q;
                            if (i >= 0 && i < dilated && j >= 0 && j < dilated) {
                                sum += spread[i * dilated + j] * w[(kernel - 1 - p) * kernel + (kernel - 1 - q)];
                            }
                        }
                    }
                    if (h >= pad && h - pad < size && v >= pad && v - pad < size) {
                        expected[(h - pad) * size + v - pad] = sum;
                    }
                }
            }
            assertArrayEquals(expected, run.get(run.in().gradient()), 1e-12);
        }
    }

    @Test
    void gradientsOfOverlappingMaxWindowsAdd() {
        try (LayerRun run = run(new MaxPool2d(2).stride(1), Shape.of(1, 3, 3), 1)) {
            run.set(run.in().value(), 1, 2, 3, 4, 9, 5, 6, 7, 8);
            assertArrayEquals(new double[] {9, 9, 9, 9}, run.forward());
            run.backward(1, 10, 100, 1000);
            assertArrayEquals(
                    new double[] {0, 0, 0, 0, 1111, 0, 0, 0, 0},
                    run.get(run.in().gradient()));
        }
    }

    @Test
    void gradientsOfOverlappingAverageWindowsAdd() {
        try (LayerRun run = run(new AvgPool2d(2).stride(1), Shape.of(1, 3, 3), 1)) {
            run.forward();
            run.backward(4, 40, 400, 4000);
            assertArrayEquals(
                    new double[] {1, 11, 10, 101, 1111, 1010, 100, 1100, 1000},
                    run.get(run.in().gradient()),
                    1e-12);
        }
    }

    @Test
    void poolingWithAStrideLargerThanItsWindowLeavesGaps() {
        try (LayerRun run = run(new MaxPool2d(2).stride(3), Shape.of(1, 5, 5), 1)) {
            double[] x = new double[25];
            Arrays.setAll(x, i -> i);
            run.set(run.in().value(), x);
            assertArrayEquals(new double[] {6, 9, 21, 24}, run.forward());
            run.backward(1, 2, 3, 4);
            double[] expected = new double[25];
            expected[6] = 1;
            expected[9] = 2;
            expected[21] = 3;
            expected[24] = 4;
            assertArrayEquals(expected, run.get(run.in().gradient()));
        }
    }

    @Test
    void paddingNeverWinsAMaximum() {
        try (LayerRun run = run(new MaxPool2d(3).stride(2).padding(Padding.of(1)), Shape.of(1, 2, 2), 1)) {
            run.set(run.in().value(), -5, -6, -7, -8);
            assertArrayEquals(new double[] {-5}, run.forward());
        }
    }

    @Test
    void tiesGiveTheGradientToTheFirstMaximumOrToAll() {
        try (LayerRun run = run(new MaxPool2d(2), Shape.of(1, 2, 2), 1)) {
            run.set(run.in().value(), 1, 3, 3, 3);
            run.forward();
            run.backward(7);
            assertArrayEquals(new double[] {0, 7, 0, 0}, run.get(run.in().gradient()));
        }
        try (LayerRun run = run(new MaxPool2d(2).ties(Ties.ALL), Shape.of(1, 2, 2), 1)) {
            run.set(run.in().value(), 1, 3, 3, 3);
            run.forward();
            run.backward(7);
            assertArrayEquals(new double[] {0, 7, 7, 7}, run.get(run.in().gradient()));
        }
    }

    @Test
    void gradientOfABiasPerFilterIsASumOverBatchAndPixels() {
        try (LayerRun run = run(new Conv2d(2, 2), Shape.of(1, 3, 3), 3)) {
            run.forward();
            double[] dy = new double[3 * 2 * 4];
            Arrays.fill(dy, 1);
            run.backward(dy);
            assertArrayEquals(
                    new double[] {12, 12}, run.get(run.parameter("conv1.bias").gradient()));
        }
    }

    @Test
    void gradientOfABiasPerPixelIsASumOverTheBatch() {
        try (LayerRun run = run(new Conv2d(2, 2).bias(Bias.PER_PIXEL), Shape.of(1, 3, 3), 3)) {
            run.forward();
            double[] dy = new double[3 * 8];
            Arrays.setAll(dy, i -> i % 8);
            run.backward(dy);
            Parameter bias = run.parameter("conv1.bias");
            assertEquals(Shape.of(2, 2, 2), bias.shape());
            assertArrayEquals(new double[] {0, 3, 6, 9, 12, 15, 18, 21}, run.get(bias.gradient()));
        }
    }

    @Test
    void gradientOfTheWeightsIsASumOverTheBatch() {
        try (LayerRun run = run(new Dense(1), Shape.of(2), 3)) {
            run.set(run.in().value(), 1, 2, 10, 20, 100, 200);
            run.forward();
            run.backward(1, 1, 1);
            assertArrayEquals(
                    new double[] {111, 222},
                    run.get(run.parameter("dense1.weight").gradient()));
        }
    }

    @Test
    void convolutionDoesNotTurnTheKernel() {
        try (LayerRun run = run(new Conv2d(1, 2).bias(Bias.NONE), Shape.of(1, 2, 2), 1)) {
            run.set(run.parameter("conv1.weight").value(), 1, 10, 100, 1000);
            run.set(run.in().value(), 1, 2, 3, 4);
            assertArrayEquals(new double[] {4321}, run.forward());
        }
    }

    @Test
    void softmaxOfLargeValuesIsFinite() {
        try (LayerRun run = run(new Softmax(), Shape.of(3), 2)) {
            run.set(run.in().value(), 1e30, 1e30, -1e30, -1e30, -1e30, -1e30);
            double third = 1.0 / 3;
            assertArrayEquals(new double[] {0.5, 0.5, 0, third, third, third}, run.forward(), 1e-15);
            run.backward(1, 0, 5, 1, 1, 1);
            assertArrayEquals(
                    new double[] {0.25, -0.25, 0, 0, 0, 0}, run.get(run.in().gradient()), 1e-15);
        }
    }

    @Test
    void softmaxMultipliesWithItsFullJacobian() {
        try (LayerRun run = run(new Softmax(), Shape.of(3), 1)) {
            double[] y = run.forward();
            double[] dy = {0.3, -2, 1};
            run.backward(dy);
            double[] expected = new double[3];
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    expected[j] += dy[i] * y[i] * ((i == j ? 1 : 0) - y[j]);
                }
            }
            assertArrayEquals(expected, run.get(run.in().gradient()), 1e-14);
        }
    }

    @Test
    void gradientOfAResidualIsTheSumOverBothWays() {
        try (LayerRun run = run(Residual.of(new Dense(2).bias(false)), Shape.of(2), 1)) {
            run.set(run.parameter("dense1.weight").value(), 1, 2, 3, 4);
            run.set(run.in().value(), 1, 1);
            assertArrayEquals(new double[] {4, 8}, run.forward());
            run.backward(1, 10);
            assertArrayEquals(new double[] {1 + 31, 10 + 42}, run.get(run.in().gradient()));
        }
    }

    @Test
    void residualOfViewsOnlyDoublesValuesAndGradients() {
        try (LayerRun run = run(Residual.of(new Flatten(), new Reshape(1, 1, 2)), Shape.of(1, 1, 2), 1)) {
            run.set(run.in().value(), 3, -4);
            assertArrayEquals(new double[] {6, -8}, run.forward());
            run.backward(1, 5);
            assertArrayEquals(new double[] {2, 10}, run.get(run.in().gradient()));
        }
    }
}
