package io.gabor.backend.cpu;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Storage;

/** One Java array; which one depends on the type. */
final class CpuStorage implements Storage {
    final Memory owner;
    final ElementType type;
    final int length;
    /** Null unless the type is F32 and the storage is not released. */
    float[] floats;
    /** Null unless the type is I32 and the storage is not released. */
    int[] ints;
    /** Null unless the type is U8 and the storage is not released. */
    byte[] bytes;

    /** The features of one image if the array is in the layout CHWN ({@link ChwnLayout}), else 0. */
    int chwnFeatures;

    boolean released;

    CpuStorage(Memory owner, ElementType type, int length) {
        this.owner = owner;
        this.type = type;
        this.length = length;
        switch (type) {
            case F32 -> floats = new float[length];
            case I32 -> ints = new int[length];
            case U8 -> bytes = new byte[length];
        }
    }

    @Override
    public int length() {
        return length;
    }

    long size() {
        return (long) length * type.bytes();
    }

    void release() {
        released = true;
        floats = null;
        ints = null;
        bytes = null;
    }
}
