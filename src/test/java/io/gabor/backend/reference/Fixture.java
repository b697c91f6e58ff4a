package io.gabor.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.gabor.backend.Backend;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;

/** A reference backend, and short ways to put numbers in and to compare what comes out. */
abstract class Fixture {
    /** How far worked examples may be off: the rounding of a few operations in double. */
    static final double EXACT = 1e-12;

    final Backend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    /** Returns an F32 tensor of these numbers. */
    final Tensor of(double... values) {
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    /** Returns an I32 tensor of these numbers. */
    final Tensor ints(int... values) {
        Tensor tensor = backend.allocate(ElementType.I32, Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    /** Returns an F32 tensor for so many results, poisoned. */
    final Tensor room(int size) {
        Tensor tensor = backend.allocate(Shape.of(size));
        backend.fill(tensor, Float.NaN);
        return tensor;
    }

    final double[] numbers(Tensor tensor) {
        double[] values = new double[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    final void holds(Tensor tensor, double... expected) {
        assertArrayEquals(expected, numbers(tensor), EXACT);
    }

    final void holdsInts(Tensor tensor, int... expected) {
        int[] values = new int[tensor.size()];
        backend.download(tensor, values, values.length);
        assertArrayEquals(expected, values);
    }
}
