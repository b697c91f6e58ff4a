package io.gabor.backend.reference;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Storage;

/**
 * A tensor's elements in a Java array: F32 as {@code double[]}, so that nothing is rounded; I32 as {@code int[]}; U8 as
 * {@code byte[]}. Which of the three is there follows from the type.
 */
final class ReferenceStorage implements Storage {
    private final ReferenceBackend owner;
    private final ElementType type;
    private final int length;
    private Object array;

    ReferenceStorage(ReferenceBackend owner, ElementType type, int length) {
        this.owner = owner;
        this.type = type;
        this.length = length;
        this.array = switch (type) {
            case F32 -> new double[length];
            case I32 -> new int[length];
            case U8 -> new byte[length];
        };
    }

    /** Returns the bytes that one element really takes here: 8 for F32, which is kept as a double. */
    static int bytesPerElement(ElementType type) {
        return type == ElementType.F32 ? Double.BYTES : type.bytes();
    }

    ReferenceBackend owner() {
        return owner;
    }

    ElementType type() {
        return type;
    }

    @Override
    public int length() {
        return length;
    }

    long bytes() {
        return (long) length * bytesPerElement(type);
    }

    double[] floats() {
        return (double[]) array;
    }

    int[] ints() {
        return (int[]) array;
    }

    byte[] bytesArray() {
        return (byte[]) array;
    }

    boolean released() {
        return array == null;
    }

    void release() {
        array = null;
    }
}
