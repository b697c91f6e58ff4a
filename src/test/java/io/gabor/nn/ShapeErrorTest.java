package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A layer that does not fit is named, with the shape that reaches it and what would fit, before anything is allocated. */
final class ShapeErrorTest {
    private static final Shape IMAGE = Shape.of(3, 4, 5);

    static Stream<Arguments> misfits() {
        return Stream.of(
                misfit("kernel too high", () -> new Conv2d(2, 6, 2), "(conv2d)", "a kernel of at most 4"),
                misfit("kernel too wide", () -> new Conv2d(2, 2, 6), "(conv2d)", "a kernel of at most 5"),
                misfit("dilated kernel too wide", () -> new Conv2d(2, 3).dilation(2), "(conv2d)", "at most 2"),
                misfit("kernel beyond its padding", () -> new Conv2d(2, 7).padding(1), "padded to 6", "at most 6"),
                misfit("groups and channels", () -> new Conv2d(4, 1).groups(2), "(conv2d)", "2 groups", "multiples"),
                misfit("stride 0", () -> new Conv2d(2, 1).stride(0), "(conv2d)", "stride must be at least 1"),
                misfit("groups 0", () -> new Conv2d(2, 1).groups(0), "(conv2d)", "groups must be at least 1"),
                misfit("max pooling", () -> new MaxPool2d(6), "(max_pool2d)", "a kernel of at most 4"),
                misfit("average pooling", () -> new AvgPool2d(2, 7), "(avg_pool2d)", "a kernel of at most 5"),
                misfit(
                        "pooling's padding",
                        () -> new MaxPool2d(2).padding(Padding.of(2)),
                        "smaller than its kernel of 2"),
                misfit("dense on an image", () -> new Dense(2), "(dense)", "put a Flatten in front"),
                misfit("softmax on an image", Softmax::new, "(softmax)", "put a Flatten in front"),
                misfit("reshape", () -> new Reshape(59), "(reshape)", "60 values", "59 holds 59"),
                misfit(
                        "residual",
                        () -> Residual.of(new Conv2d(3, 3)),
                        "(residual)",
                        "3×2×3",
                        "padding 'same', or put a convolution into the shortcut"));
    }

    private static Arguments misfit(String name, Supplier<Layer> layer, String... parts) {
        return arguments(name, layer, List.of(parts));
    }

    private static String messageFor(Layer layers, Shape sample) {
        try (Backend backend = Backends.select("reference")) {
            ShapeException error =
                    assertThrows(ShapeException.class, () -> Network.training(layers, sample, backend, 2, 1));
            assertEquals(0, backend.allocatedBytes());
            String early = assertThrows(ShapeException.class, () -> layers.parameterShapes(sample))
                    .getMessage();
            assertEquals(error.getMessage(), early, "the same without building it");
            return error.getMessage();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("misfits")
    void namesTheLayerItsInputAndWhatWouldFit(String name, Supplier<Layer> layer, List<String> parts) {
        String message = messageFor(Sequential.of(new Sigmoid(), layer.get().named("culprit")), IMAGE);
        assertTrue(message.startsWith("layer culprit ("), message);
        assertTrue(message.contains("cannot take an input of shape 3×4×5: "), message);
        parts.forEach(part -> assertTrue(message.contains(part), message));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("misfits")
    void namesANestedLayerWithItsContainers(String name, Supplier<Layer> layer, List<String> parts) {
        Layer nested = Sequential.of(Residual.of(new Tanh(), Sequential.of(new Tanh(), layer.get())));
        String message = messageFor(nested, IMAGE);
        assertTrue(message.startsWith("layer residual1.sequential1."), message);
        assertTrue(message.contains("cannot take an input of shape 3×4×5: "), message);
        parts.forEach(part -> assertTrue(message.contains(part), message));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectorMisfits")
    void namesAnImageLayerBehindAVector(String kind, Supplier<Layer> layer) {
        String message = messageFor(Sequential.of(new Flatten(), layer.get()), IMAGE);
        assertTrue(message.contains("(" + kind + ") cannot take an input of shape 60: "), message);
        assertTrue(message.contains("channels×height×width, found 60; put a Reshape in front"), message);
    }

    static Stream<Arguments> vectorMisfits() {
        return Stream.of(
                arguments("conv2d", (Supplier<Layer>) () -> new Conv2d(1, 1)),
                arguments("max_pool2d", (Supplier<Layer>) () -> new MaxPool2d(1)),
                arguments("avg_pool2d", (Supplier<Layer>) () -> new AvgPool2d(1)),
                arguments("global_avg_pool2d", (Supplier<Layer>) GlobalAvgPool2d::new));
    }

    @Test
    void namesTheOutermostLayerByItsKind() {
        try (Backend backend = Backends.select("reference")) {
            String message = assertThrows(
                            ShapeException.class,
                            () -> Network.training(Residual.of(new Conv2d(2, 1)), IMAGE, backend, 1, 1))
                    .getMessage();
            assertEquals(
                    "the outermost residual cannot take an input of shape 3×4×5: the body turns it into 2×4×5, and a "
                            + "residual sum needs equal shapes; use as many filters as input channels, stride 1 and "
                            + "padding 'same', or put a convolution into the shortcut",
                    message);
        }
    }

    @Test
    void saysTheWholeSentence() {
        assertEquals(
                "layer conv2 (conv2d) cannot take an input of shape 20×2×2: a kernel of extent 5 does not fit an input of "
                        + "extent 2; use a kernel of at most 2 or more padding",
                messageFor(
                        Sequential.of(new Conv2d(20, 5), new ReLU(), new MaxPool2d(2), new Conv2d(50, 5)),
                        Shape.of(1, 8, 8)));
    }

    @Test
    void aDenseLayerOnASingleNumberIsAShapeErrorToo() {
        String message = messageFor(Sequential.of(new Dense(2)), Shape.of());
        assertTrue(message.startsWith("layer dense1 (dense) cannot take an input of shape scalar"), message);
    }

    @Test
    void tooManyWeightsAreAShapeError() {
        String message = messageFor(Sequential.of(new Dense(1 << 20)), Shape.of(1 << 12));
        assertTrue(message.contains("layer dense1") && message.contains("2^31"), message);
    }

    @Test
    void sizesBelowOneAreRefusedWhenTheLayerIsMade() {
        assertThrows(ShapeException.class, () -> new Conv2d(0, 3));
        assertThrows(ShapeException.class, () -> new Conv2d(1, 0));
        assertThrows(ShapeException.class, () -> new Dense(0));
        assertThrows(ShapeException.class, () -> new MaxPool2d(0));
        assertThrows(ShapeException.class, () -> new Reshape(3, 0));
        assertThrows(IllegalArgumentException.class, Sequential::of);
        assertThrows(ShapeException.class, () -> Padding.of(-1));
    }

    @Test
    void aBatchBelowOneIsRefused() {
        try (Backend backend = Backends.select("reference")) {
            assertThrows(ShapeException.class, () -> Network.training(new Dense(1), Shape.of(1), backend, 0, 1));
        }
    }
}
