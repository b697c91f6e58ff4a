package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Transposed convolution: by hand, by its definition on every backend, and what does not fit. */
class ConvTranspose2dTest {
    private static final double BOUND = 1e-5;

    @ParameterizedTest
    @CsvSource({
        "5, 3, 1, 0, 0, 1, 7", // (5 - 1)·1 + 2 + 1
        "5, 3, 2, 1, 0, 1, 9", // (5 - 1)·2 - 2 + 2 + 1
        "5, 3, 2, 1, 1, 1, 10", // the other extent that a convolution of stride 2 brings to 5
        "7, 4, 2, 1, 0, 1, 14", // a GAN's step from 7 to 14
        "4, 2, 3, 0, 2, 2, 14" // 3·3 + 2 + 2 + 1
    })
    void extentsAreThoseOfPyTorch(int in, int kernel, int stride, int padding, int extra, int dilation, int out) {
        ConvTranspose2d layer = new ConvTranspose2d(6, kernel)
                .stride(stride)
                .padding(padding)
                .outputPadding(extra)
                .dilation(dilation);
        assertEquals(Shape.of(6, out, out), layer.outputShape(Shape.of(4, in, in)));
        assertEquals(
                Shape.of(4, 6, kernel, kernel),
                layer.parameterShapes(Shape.of(4, in, in)).get("weight"),
                "inputs first, as in PyTorch");
    }

    /** Each input spreads the kernel: with stride 1 the two overlap in the middle. */
    @Test
    void byHand() {
        try (LayerRun run = new LayerRun(new ConvTranspose2d(1, 1, 2), Shape.of(1, 1, 2), 1, true, true, 1)) {
            run.set(run.layer().parameters().get(0).value(), new double[] {10, 1});
            run.set(run.layer().parameters().get(1).value(), new double[] {0.5});
            run.set(run.in().value(), new double[] {2, 3});
            assertArrayEquals(new double[] {20.5, 32.5, 3.5}, run.forward());
            run.backward(new double[] {1, 2, 3});
            assertArrayEquals(new double[] {12, 23}, run.get(run.in().gradient()));
            assertArrayEquals(
                    new double[] {8, 13},
                    run.get(run.layer().parameters().get(0).gradient()));
            assertArrayEquals(
                    new double[] {6}, run.get(run.layer().parameters().get(1).gradient()));
        }
    }

    /** One and 64 images: the second fill whole vectors, which a backend may compute in another layout. */
    @ParameterizedTest
    @MethodSource("io.gabor.train.EachBackend#names")
    void isTheSameOnEveryBackend(String name) {
        for (int batch : new int[] {1, 64}) {
            List<double[]> expected = step("reference", batch);
            List<double[]> found = step(name, batch);
            for (int i = 0; i < expected.size(); i++) {
                double error = 0;
                double size = 0;
                for (int j = 0; j < expected.get(i).length; j++) {
                    error += Math.pow(found.get(i)[j] - expected.get(i)[j], 2);
                    size += Math.pow(expected.get(i)[j], 2);
                }
                double relative = Math.sqrt(error / size);
                assertTrue(relative <= BOUND, name + ", batch " + batch + ", result " + i + ": " + relative);
            }
        }
    }

    /** Returns the output, the input's gradient and those of the parameters. */
    private static List<double[]> step(String name, int batch) {
        Shape sample = Shape.of(4, 5, 6);
        Sequential layers = Sequential.of(
                new ConvTranspose2d(6, 4, 3).stride(2, 1).padding(1).groups(2),
                new Tanh(),
                new ConvTranspose2d(3, 3).stride(2).outputPadding(1).bias(false));
        Philox random = new Philox(5, 5);
        try (Backend backend = Backends.select(name)) {
            BuildContext context = new BuildContext(backend, batch, true, true, 7);
            Flow in = context.flow(sample, true);
            layers.outputShape(sample);
            layers.build(context, in);
            upload(backend, in.value(), random);
            layers.forward(batch, Mode.TRAIN);
            upload(backend, layers.out().gradient(), random);
            layers.backward(batch);
            List<double[]> results = new ArrayList<>();
            results.add(download(backend, layers.out().value()));
            results.add(download(backend, in.gradient()));
            layers.parameters().forEach(parameter -> results.add(download(backend, parameter.gradient())));
            context.release();
            return results;
        }
    }

    private static void upload(Backend backend, Tensor tensor, Philox random) {
        double[] values = new double[tensor.size()];
        Arrays.setAll(values, i -> (float) random.uniform(-0.5, 1.5));
        backend.upload(values, values.length, tensor);
    }

    private static double[] download(Backend backend, Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    @Test
    void saysWhatDoesNotFit() {
        ConvTranspose2d much = new ConvTranspose2d(1, 3).stride(2).outputPadding(2);
        String message = assertThrows(ShapeException.class, () -> much.outputShape(Shape.of(1, 4, 4)))
                .getMessage();
        assertTrue(message.contains("output padding") && message.contains("found 2"), message);
        ConvTranspose2d cut = new ConvTranspose2d(1, 3).padding(3);
        assertThrows(ShapeException.class, () -> cut.outputShape(Shape.of(1, 2, 2)));
        assertThrows(ShapeException.class, () -> cut.outputShape(Shape.of(4)));
        assertThrows(ShapeException.class, () -> new ConvTranspose2d(0, 3));
    }
}
