package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A residual whose shortcut has layers of its own. */
final class ResidualTest {
    private static final Shape IMAGE = Shape.of(2, 4, 4);

    private static Residual projected() {
        return Residual.of(new Conv2d(3, 3).stride(2).padding(1), new BatchNorm2d())
                .shortcut(new Conv2d(3, 1).stride(2), new BatchNorm2d());
    }

    @Test
    void theShortcutsLayersBelongToIt() {
        Layer layers = Sequential.of(projected());
        try (Backend backend = Backends.select("reference");
                Network network = Network.training(layers, IMAGE, backend, 2, 1)) {
            assertEquals(Shape.of(3, 2, 2), network.out().sampleShape());
            assertEquals(
                    List.of(
                            "residual1.conv1.weight",
                            "residual1.conv1.bias",
                            "residual1.batch_norm1.weight",
                            "residual1.batch_norm1.bias",
                            "residual1.shortcut.conv1.weight",
                            "residual1.shortcut.conv1.bias",
                            "residual1.shortcut.batch_norm1.weight",
                            "residual1.shortcut.batch_norm1.bias"),
                    network.parameters().stream().map(Parameter::name).toList());
            assertEquals(4, network.buffers().size());
            assertEquals(4, network.leaves().size());
            assertEquals(2 * (2 * 9 + 2) * 3 * 4, network.forwardFlops());
            Shape sample = IMAGE;
            assertEquals(
                    network.parameters().stream().map(Parameter::name).toList(),
                    List.copyOf(
                            RandomLayers.copy(layers).parameterShapes(sample).keySet()));
        }
    }

    @Test
    void unequalShapesAreRefusedWithBoth() {
        String error = assertThrows(
                        ShapeException.class,
                        () -> Residual.of(new Conv2d(3, 1))
                                .shortcut(new Conv2d(4, 1))
                                .outputShape(IMAGE))
                .getMessage();
        assertTrue(error.contains("3×4×4") && error.contains("4×4×4"), error);
        String plain = assertThrows(
                        ShapeException.class,
                        () -> Residual.of(new Conv2d(3, 1)).outputShape(IMAGE))
                .getMessage();
        assertTrue(plain.contains("shortcut"), plain);
    }

    @Test
    void aLayerInBodyAndShortcutIsRefused() {
        Conv2d twice = new Conv2d(2, 1);
        try (Backend backend = Backends.select("reference")) {
            assertThrows(
                    IllegalStateException.class,
                    () -> Network.training(Residual.of(twice).shortcut(twice), IMAGE, backend, 2, 1));
        }
    }
}
