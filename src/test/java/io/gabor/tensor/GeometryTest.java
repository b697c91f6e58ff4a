package io.gabor.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The formulas for output extents against counting windows one by one, and the words of the errors. */
final class GeometryTest {
    private static void refuses(Executable call, String... parts) {
        ShapeException error = assertThrows(ShapeException.class, call);
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), "'" + part + "' is missing in: " + error.getMessage());
        }
    }

    /** Slides the window from the front padding on and counts where it may stand. */
    private static int countWindows(WindowAxis axis) {
        int windows = 0;
        for (int start = -axis.padBefore(); ; start += axis.stride()) {
            boolean fits = start + axis.span() <= axis.in() + axis.padAfter();
            boolean previousEndedEarly = start - axis.stride() + axis.span() < axis.in() + axis.padAfter();
            if (!fits && !(axis.ceil() && start < axis.in() && previousEndedEarly)) {
                return windows;
            }
            windows++;
        }
    }

    @Test
    void outputExtents() {
        Philox random = new Philox(1, 1);
        for (int i = 0; i < 20_000; i++) {
            int kernel = 1 + random.nextInt(5);
            int dilation = 1 + random.nextInt(3);
            int before = random.nextInt(4);
            int after = random.nextInt(4);
            int in = Math.max(1, (kernel - 1) * dilation + 1 - before - after) + random.nextInt(9);
            WindowAxis axis =
                    new WindowAxis(in, kernel, 1 + random.nextInt(6), dilation, before, after, random.nextInt(2) == 0);
            assertEquals(countWindows(axis), axis.out(), axis.toString());
            boolean outside = false;
            for (int o = 0; o < axis.out(); o++) {
                int last = o * axis.stride() - before + axis.span() - 1;
                outside |= o * axis.stride() - before < 0 || last >= in;
            }
            assertEquals(outside, axis.padded(), axis.toString());
        }
    }

    @Test
    void samePadding() {
        for (int in = 1; in < 12; in++) {
            for (int kernel = 1; kernel < 7; kernel++) {
                for (int stride = 1; stride < 5; stride++) {
                    for (int dilation = 1; dilation < 4; dilation++) {
                        WindowAxis axis = Padding.SAME.rows(in, kernel, stride, dilation, false);
                        assertEquals((in + stride - 1) / stride, axis.out(), axis.toString());
                        int extra = axis.padAfter() - axis.padBefore();
                        assertTrue(extra == 0 || extra == 1, axis.toString());
                    }
                }
            }
        }
    }

    @Test
    void paddingPerSide() {
        Padding padding = Padding.of(1, 2, 3, 4);
        assertEquals(new WindowAxis(9, 3, 1, 1, 1, 2, false), padding.rows(9, 3, 1, 1, false));
        assertEquals(new WindowAxis(9, 3, 1, 1, 3, 4, true), padding.cols(9, 3, 1, 1, true));
        assertEquals("1,2,3,4", padding.toString());
        assertEquals("2", Padding.of(2).toString());
        assertEquals("1,1,2,2", Padding.of(1, 2).toString());
        assertEquals("same", Padding.SAME.toString());
        assertEquals("valid", Padding.VALID.toString());
        refuses(() -> Padding.of(-1), "padding", "-1");
    }

    @Test
    void windowsThatDoNotFit() {
        refuses(() -> new WindowAxis(3, 5, 1, 1, 0, 0, false), "kernel of extent 5", "extent 3", "at most 3");
        refuses(() -> new WindowAxis(3, 3, 1, 2, 0, 0, false), "dilation 2", "5 positions", "at most 2");
        refuses(() -> new WindowAxis(3, 7, 1, 1, 1, 2, false), "padded to 6", "at most 6");
        refuses(() -> new WindowAxis(3, 1, 0, 1, 0, 0, false), "stride", "at least 1", "found 0");
        refuses(() -> new WindowAxis(0, 1, 1, 1, 0, 0, false), "input extent", "found 0");
        refuses(() -> new WindowAxis(2, Integer.MAX_VALUE, 1, Integer.MAX_VALUE, 0, 0, false), "does not fit");
    }

    @Test
    void convolutions() {
        ConvGeometry lenet = new ConvGeometry(
                20, 50, 1, Padding.VALID.rows(12, 5, 1, 1, false), Padding.VALID.cols(12, 5, 1, 1, false));
        assertEquals(Shape.of(20, 12, 12), lenet.inputShape());
        assertEquals(Shape.of(50, 20, 5, 5), lenet.weightShape());
        assertEquals(Shape.of(50, 8, 8), lenet.outputShape());
        assertEquals(500, lenet.fanIn());
        assertEquals(1250, lenet.fanOut());
        assertEquals(2L * 50 * 64 * 500, lenet.flops());
        ConvGeometry grouped = new ConvGeometry(
                4, 6, 2, Padding.of(1).rows(7, 3, 2, 1, false), Padding.of(1).cols(9, 3, 2, 1, false));
        assertEquals(Shape.of(6, 2, 3, 3), grouped.weightShape());
        assertEquals(Shape.of(6, 4, 5), grouped.outputShape());
        assertTrue(grouped.toString().contains("4×7×9 -> 6×4×5"), grouped.toString());
        assertTrue(grouped.toString().contains("groups 2"), grouped.toString());
        WindowAxis one = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        refuses(() -> new ConvGeometry(4, 6, 3, one, one), "3 groups", "4 input channels", "6 filters");
        refuses(() -> new ConvGeometry(0, 6, 1, one, one), "at least 1", "0 channels");
        refuses(
                () -> new ConvGeometry(1, 1, 1, one, new WindowAxis(1, 1, 1, 1, 0, 0, true)),
                "a convolution has no ceil mode");
    }

    @Test
    void pooling() {
        PoolGeometry global = PoolGeometry.global(5, 7, 3);
        assertEquals(Shape.of(5, 1, 1), global.outputShape());
        WindowAxis one = new WindowAxis(4, 2, 2, 1, 0, 0, false);
        refuses(() -> new PoolGeometry(0, one, one), "channels");
        refuses(() -> new PoolGeometry(1, one, new WindowAxis(4, 2, 2, 2, 0, 0, false)), "dilation", "width");
        refuses(
                () -> new PoolGeometry(1, new WindowAxis(4, 2, 2, 1, 2, 0, false), one),
                "height",
                "kernel of 2",
                "found 2");
    }

    @Test
    void shapes() {
        assertEquals("64×1×28×28", Shape.of(1, 28, 28).batched(64).toString());
        assertEquals(Shape.of(28, 28), Shape.of(1, 28, 28).sample());
        assertEquals(1, Shape.of().size());
        refuses(() -> Shape.of(3, 0), "at least 1", "3×0");
        refuses(() -> Shape.of(65536, 65536), "more than 2^31 - 1");
        Storage storage = () -> 6;
        Tensor tensor = new Tensor(ElementType.F32, Shape.of(2, 3), storage);
        assertEquals(Shape.of(6), tensor.reshaped(Shape.of(6)).shape());
        refuses(() -> tensor.reshaped(Shape.of(5)), "2×3", "6 elements", "5");
        refuses(() -> new Tensor(ElementType.F32, Shape.of(7), storage), "7", "6");
        assertFalse(new WindowAxis(4, 2, 2, 1, 0, 0, false).padded());
    }
}
