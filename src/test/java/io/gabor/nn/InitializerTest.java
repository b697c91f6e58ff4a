package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Initialisers draw from the distribution that their name promises, always the same numbers for a seed. */
final class InitializerTest {
    private static final int COUNT = 200_000;
    private static final int FAN_IN = 50;
    private static final int FAN_OUT = 30;

    private static float[] draw(String text, long seed) {
        float[] values = new float[COUNT];
        Initializer.parse(text).fill(values, Shape.of(COUNT), FAN_IN, FAN_OUT, new Philox(seed, 0));
        return values;
    }

    private static double moment(float[] values, int power) {
        double sum = 0;
        for (float value : values) {
            sum += Math.pow(value, power);
        }
        return sum / values.length;
    }

    /** The bounds are five standard errors: of the mean σ/√n, of the variance σ²·√((k − 1)/n) with k the kurtosis. */
    @ParameterizedTest(name = "{0}: variance {1}")
    @CsvSource({
        "normal, 1, 3",
        "normal:0.05, 0.0025, 3",
        "he-normal, 0.04, 3",
        "glorot-normal, 0.025, 3",
        "uniform:0.3, 0.03, 1.8",
        "he-uniform, 0.04, 1.8",
        "glorot-uniform, 0.025, 1.8"
    })
    void hasItsMomentsWithinStatisticalBounds(String text, double variance, double kurtosis) {
        float[] values = draw(text, 7);
        assertEquals(0, moment(values, 1), 5 * Math.sqrt(variance / COUNT));
        assertEquals(variance, moment(values, 2), 5 * variance * Math.sqrt((kurtosis - 1) / COUNT));
        assertEquals(kurtosis, moment(values, 4) / (variance * variance), 0.15);
    }

    @ParameterizedTest(name = "{0} stays within {1}")
    @CsvSource({"uniform:0.3, 0.3", "he-uniform, 0.34641016", "glorot-uniform, 0.27386128"})
    void uniformStaysWithinItsLimitAndReachesIt(String text, float limit) {
        float largest = 0;
        for (float value : draw(text, 3)) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertTrue(largest <= limit && largest > 0.999f * limit, largest + " of " + limit);
    }

    @Test
    void zerosAreZeros() {
        float[] values = draw("zeros", 1);
        assertArrayEquals(new float[COUNT], values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"normal", "uniform:2", "he-normal", "he-uniform", "glorot-normal", "glorot-uniform"})
    void isAFunctionOfTheSeed(String text) {
        assertArrayEquals(draw(text, 5), draw(text, 5));
        assertFalse(Arrays.equals(draw(text, 5), draw(text, 6)));
    }

    @Test
    void parametersOfOneNetworkAreDrawnIndependently() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(
                        Sequential.of(
                                new Dense(4).init(Initializer.STANDARD_NORMAL),
                                new Dense(4).init(Initializer.STANDARD_NORMAL)),
                        Shape.of(4),
                        backend,
                        1,
                        1)) {
            assertFalse(Arrays.equals(
                    network.weights().get("dense1.weight"), network.weights().get("dense2.weight")));
            assertArrayEquals(new float[4], network.weights().get("dense1.bias"), "biases start at 0");
        }
    }

    /** A limit of √(6/fanIn) or √(6/(fanIn + fanOut)) tells which fans the layer passed on. */
    @Test
    void layersPassTheirFansOn() {
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(
                        Sequential.of(
                                new Conv2d(60, 3, 5)
                                        .groups(2)
                                        .bias(Bias.NONE)
                                        .init(Initializer.GLOROT_UNIFORM)
                                        .named("conv"),
                                new Flatten(),
                                new Dense(700).init(Initializer.HE_UNIFORM).named("dense")),
                        Shape.of(4, 3, 5),
                        backend,
                        1,
                        1)) {
            double conv = Math.sqrt(6.0 / (2 * 15 + 30 * 15));
            assertEquals(conv, largest(network.weights().get("conv.weight")), 0.01 * conv);
            double dense = Math.sqrt(6.0 / 60);
            assertEquals(dense, largest(network.weights().get("dense.weight")), 0.01 * dense);
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zeros",
                "normal",
                "normal:0.05",
                "uniform:0.25",
                "he-normal",
                "he-uniform",
                "glorot-normal",
                "glorot-uniform",
                "dirac",
                "whitening",
                "whitening:0.01"
            })
    void isReadBackAsItWasWritten(String text) {
        assertEquals(text, Initializer.parse(text).toString());
    }

    @Test
    void namesWithoutAScaleStandForOne() {
        assertEquals("normal", Initializer.STANDARD_NORMAL.toString());
        assertEquals("normal", Initializer.normal(1).toString());
        assertEquals("uniform:1.0", Initializer.parse("uniform").toString());
        assertEquals("he-normal", Initializer.parse("HE-Normal").toString());
    }

    /** What a convolution with these weights does: the first filters are the identity, the others draw from their range. */
    @ParameterizedTest(name = "{0} filters of {1} channels, {2}×{3}")
    @CsvSource({"4, 2, 3, 3", "2, 2, 1, 1", "2, 3, 2, 4", "5, 1, 5, 3"})
    void diracHandsTheFirstChannelsThrough(int filters, int channels, int height, int width) {
        float[] values = new float[filters * channels * height * width];
        int fanIn = channels * height * width;
        Initializer.DIRAC.fill(values, Shape.of(filters, channels, height, width), fanIn, 1, new Philox(3, 0));
        for (int o = 0; o < filters; o++) {
            for (int c = 0; c < channels; c++) {
                for (int k = 0; k < height * width; k++) {
                    float found = values[(o * channels + c) * height * width + k];
                    if (o < channels) {
                        boolean centre = k == height / 2 * width + width / 2;
                        assertEquals(c == o && centre ? 1 : 0, found);
                    } else {
                        assertTrue(found != 0 && Math.abs(found) <= 1 / Math.sqrt(fanIn), "found " + found);
                    }
                }
            }
        }
    }

    @Test
    void diracMakesADenseLayerTheIdentity() {
        float[] values = new float[4];
        Initializer.DIRAC.fill(values, Shape.of(2, 2), 2, 2, new Philox(1, 0));
        assertArrayEquals(new float[] {1, 0, 0, 1}, values);
    }

    @ParameterizedTest
    @CsvSource({
        "dirac, 4, the initialiser dirac is for weights",
        "whitening, 4x4, for the weights of a convolution",
        "whitening, 26x3x2x2, at most 24 filters; found 26",
        "whitening, 5x3x2x2, pairs of filters"
    })
    void refusesWhatCannotHaveSuchValues(String text, String dims, String message) {
        Shape shape = Shape.of(
                Arrays.stream(dims.split("x")).mapToInt(Integer::parseInt).toArray());
        Initializer initializer = Initializer.parse(text);
        ShapeException error = assertThrows(
                ShapeException.class, () -> initializer.fill(new float[shape.size()], shape, 12, 1, new Philox(1, 0)));
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "xavier, there is no initialiser 'xavier'; there are zeros",
        "he-normal:2, there is no initialiser 'he-normal:2'",
        "normal:, expected a number behind ':' in the initialiser 'normal:'",
        "normal:wide, expected a number behind ':'",
        "normal:0, finite and above 0",
        "normal:-1, finite and above 0",
        "uniform:NaN, finite and above 0",
        "uniform:Infinity, finite and above 0"
    })
    void saysWhatIsWrong(String text, String message) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> Initializer.parse(text));
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }
}
