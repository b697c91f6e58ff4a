package io.gabor.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import org.junit.jupiter.api.Test;

/** Zeros around images, and pixels that become squares, by examples that can be seen. */
final class EnlargeTest {
    @Test
    void zerosGoWhereTheyWereAskedFor() {
        Layer layer = new ZeroPad2d(Padding.of(1, 0, 0, 2));
        try (LayerRun run = new LayerRun(layer, Shape.of(1, 2, 2), 1, true, true, 1)) {
            assertEquals(Shape.of(1, 3, 4), run.out().sampleShape());
            run.set(run.in().value(), 1, 2, 3, 4);
            assertArrayEquals(new double[] {0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0}, run.forward());
            run.backward(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
            assertArrayEquals(new double[] {5, 6, 9, 10}, run.get(run.in().gradient()));
        }
        assertEquals(Shape.of(2, 5, 6), new ZeroPad2d(1).outputShape(Shape.of(2, 3, 4)));
    }

    @Test
    void aPixelBecomesASquare() {
        try (LayerRun run = new LayerRun(new UpsampleNearest2d(2), Shape.of(1, 1, 2), 1, true, true, 1)) {
            run.set(run.in().value(), 3, 5);
            assertArrayEquals(new double[] {3, 3, 5, 5, 3, 3, 5, 5}, run.forward());
            run.backward(1, 2, 3, 4, 10, 20, 30, 40);
            assertArrayEquals(new double[] {33, 77}, run.get(run.in().gradient()));
        }
    }

    @Test
    void wrongSettingsAndShapesAreRefused() {
        refused("put a Reshape in front", () -> new ZeroPad2d(1).outputShape(Shape.of(3)));
        refused("put a Reshape in front", () -> new UpsampleNearest2d(2).outputShape(Shape.of(3)));
        refused("give the zeros of each side", () -> new ZeroPad2d(Padding.SAME));
        refused("found top -1", () -> new ZeroPad2d(-1));
        refused("at least 1, found 0", () -> new UpsampleNearest2d(0));
        refused("height", () -> new UpsampleNearest2d(Integer.MAX_VALUE).outputShape(Shape.of(1, 2, 2)));
    }

    private static void refused(String part, Runnable call) {
        String error = assertThrows(ShapeException.class, call::run).getMessage();
        assertTrue(error.contains(part), error);
    }
}
