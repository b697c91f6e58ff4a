package io.gabor.backend.conformance;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * One argument of an op, on both backends. The first {@link #used} elements take part; those behind them are a guard that
 * no op may write or depend on.
 */
final class Operand {
    /** What the op does with the used elements. */
    enum Role {
        /** Reads them; they must not change. */
        INPUT,
        /** Writes every one of them. */
        OUTPUT,
        /** Reads some and changes some. */
        UPDATED
    }

    final String name;
    final ElementType type;
    final Shape shape;
    final Tensor reference;
    final Tensor tested;
    int used;
    Role role;
    /** What was uploaded to both, for F32 and I32 as the case may be; the guard included. */
    float[] floats;

    int[] ints;

    Operand(String name, ElementType type, Shape shape, BackendPair pair) {
        this.name = name;
        this.type = type;
        this.shape = shape;
        this.reference = pair.reference().allocate(type, shape);
        this.tested = pair.tested().allocate(type, shape);
    }
}
