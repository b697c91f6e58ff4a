package io.gabor.backend.reference;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import org.junit.jupiter.api.Test;

/** Convolutions and a dense layer, worked out by hand. */
final class ConvolutionTest extends Fixture {
    private static final Epilogue PLAIN = Epilogue.NONE;

    private static WindowAxis axis(int in, int kernel) {
        return new WindowAxis(in, kernel, 1, 1, 0, 0, false);
    }

    /** y[0,0] = 1·1 + 2·2 + 4·3 + 5·4 = 37; a flipped kernel would give 23. */
    @Test
    void aSmallOne() {
        ConvGeometry geometry = new ConvGeometry(1, 1, 1, axis(3, 2), axis(3, 2));
        WeightedOp conv = backend.conv2d(geometry, new Epilogue(Bias.PER_FILTER, Activation.IDENTITY), 1);
        Tensor x = of(1, 2, 3, 4, 5, 6, 7, 8, 9);
        Tensor w = of(1, 2, 3, 4);
        Tensor y = room(4);
        conv.forward(1, x, w, of(100), y);
        holds(y, 137, 147, 167, 177);

        Tensor dw = room(4);
        Tensor db = room(1);
        Tensor dx = room(9);
        conv.backward(1, x, w, y, of(1, 2, 3, 4), dw, db, dx);
        holds(dw, 37, 47, 67, 77);
        holds(db, 10);
        // the full convolution of dy with w
        holds(dx, 1, 4, 4, 6, 20, 16, 9, 24, 16);
    }

    /**
     * Stride 2, one row of padding above and one column to the left: the windows see (0 0; 0 1), (0 0; 2 3), (0 4; 0 7)
     * and (5 6; 8 9).
     */
    @Test
    void stridedWithPaddingOnTwoSides() {
        WindowAxis axis = new WindowAxis(3, 2, 2, 1, 1, 0, false);
        WeightedOp conv = backend.conv2d(new ConvGeometry(1, 1, 1, axis, axis), PLAIN, 1);
        Tensor x = of(1, 2, 3, 4, 5, 6, 7, 8, 9);
        Tensor w = of(1, 2, 3, 4);
        Tensor y = room(4);
        conv.forward(1, x, w, null, y);
        holds(y, 4, 18, 36, 77);

        Tensor dw = room(4);
        Tensor dx = room(9);
        conv.backward(1, x, w, y, of(1, 10, 100, 1000), dw, null, dx);
        holds(dw, 5000, 6400, 8020, 9731);
        holds(dx, 4, 30, 40, 200, 1000, 2000, 400, 3000, 4000);
    }

    /** With a stride of 3 and a kernel of 2 nobody reads every third pixel: its gradient is 0. */
    @Test
    void strideBeyondTheKernel() {
        WindowAxis cols = new WindowAxis(5, 2, 3, 1, 0, 0, false);
        WeightedOp conv = backend.conv2d(new ConvGeometry(1, 1, 1, axis(1, 1), cols), PLAIN, 1);
        Tensor x = of(1, 2, 3, 4, 5);
        Tensor w = of(10, 1);
        Tensor y = room(2);
        conv.forward(1, x, w, null, y);
        holds(y, 12, 45);
        Tensor dw = room(2);
        Tensor dx = room(5);
        conv.backward(1, x, w, y, of(1, 2), dw, null, dx);
        holds(dw, 1 + 8, 2 + 10);
        holds(dx, 10, 1, 0, 20, 2);
    }

    @Test
    void dilated() {
        WindowAxis cols = new WindowAxis(5, 2, 1, 2, 0, 0, false);
        WeightedOp conv = backend.conv2d(new ConvGeometry(1, 1, 1, axis(1, 1), cols), PLAIN, 1);
        Tensor x = of(1, 2, 3, 4, 5);
        Tensor w = of(1, 10);
        Tensor y = room(3);
        conv.forward(1, x, w, null, y);
        holds(y, 31, 42, 53);
        Tensor dw = room(2);
        Tensor dx = room(5);
        conv.backward(1, x, w, y, of(1, 1, 1), dw, null, dx);
        holds(dw, 6, 12);
        holds(dx, 1, 1, 11, 10, 10);
    }

    /** Two groups: filters 0 and 1 read channel 0, filters 2 and 3 channel 1. */
    @Test
    void groups() {
        WeightedOp conv = backend.conv2d(new ConvGeometry(2, 4, 2, axis(1, 1), axis(1, 1)), PLAIN, 1);
        Tensor x = of(5, 7);
        Tensor w = of(1, 2, 3, 4);
        Tensor y = room(4);
        conv.forward(1, x, w, null, y);
        holds(y, 5, 10, 21, 28);
        Tensor dw = room(4);
        Tensor dx = room(2);
        conv.backward(1, x, w, y, of(1, 10, 100, 1000), dw, null, dx);
        holds(dw, 5, 50, 700, 7000);
        holds(dx, 1 + 20, 300 + 4000);
    }

    /** Two samples: the per-filter gradient is the sum (not the mean) over samples and pixels; per pixel, over samples. */
    @Test
    void biases() {
        ConvGeometry geometry = new ConvGeometry(1, 1, 1, axis(1, 1), axis(2, 1));
        Tensor x = of(1, -1, 2, 3);
        Tensor w = of(2);
        Tensor y = room(4);
        Tensor dw = room(1);
        WeightedOp perFilter = backend.conv2d(geometry, new Epilogue(Bias.PER_FILTER, Activation.IDENTITY), 2);
        Tensor db = room(1);
        perFilter.forward(2, x, w, of(0.5), y);
        holds(y, 2.5, -1.5, 4.5, 6.5);
        perFilter.backward(2, x, w, y, of(1, 10, 100, 1000), dw, db, null);
        holds(db, 1111);

        WeightedOp perPixel = backend.conv2d(geometry, new Epilogue(Bias.PER_PIXEL, Activation.RELU), 2);
        Tensor dbs = room(2);
        perPixel.forward(2, x, w, of(0.5, 0.25), y);
        holds(y, 2.5, 0, 4.5, 6.25);
        perPixel.backward(2, x, w, y, of(1, 10, 100, 1000), dw, dbs, null);
        holds(dbs, 101, 1000);
        holds(dw, 1 + 200 + 3000);
    }

    /** z = (17 + 1, 39 − 40): the second unit is off, so nothing flows through it. */
    @Test
    void dense() {
        WeightedOp dense = backend.dense(2, 2, new Epilogue(Bias.PER_FILTER, Activation.RELU), 2);
        Tensor x = of(5, 6);
        Tensor w = of(1, 2, 3, 4);
        Tensor y = room(2);
        dense.forward(1, x, w, of(1, -40), y);
        holds(y, 18, 0);
        Tensor dw = room(4);
        Tensor db = room(2);
        Tensor dx = room(2);
        dense.backward(1, x, w, y, of(10, 100), dw, db, dx);
        holds(dw, 50, 60, 0, 0);
        holds(db, 10, 0);
        holds(dx, 10, 20);
    }

    @Test
    void denseSumsOverTheBatch() {
        WeightedOp dense = backend.dense(1, 2, new Epilogue(Bias.PER_PIXEL, Activation.IDENTITY), 2);
        Tensor x = of(3, 5);
        Tensor w = of(2, -1);
        Tensor y = room(4);
        dense.forward(2, x, w, of(0, 1), y);
        holds(y, 6, -2, 10, -4);
        Tensor dw = room(2);
        Tensor db = room(2);
        Tensor dx = room(2);
        dense.backward(2, x, w, y, of(1, 10, 100, 1000), dw, db, dx);
        holds(dw, 3 + 500, 30 + 5000);
        holds(db, 101, 1010);
        holds(dx, 2 - 10, 200 - 1000);
    }
}
