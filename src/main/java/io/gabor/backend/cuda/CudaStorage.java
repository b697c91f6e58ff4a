package io.gabor.backend.cuda;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Storage;

/** One allocation of device memory: a tensor's, or an op's workspace. */
final class CudaStorage implements Storage {
    final CudaMemory owner;
    final ElementType type;
    private final int length;
    private final DevicePointer pointer;
    private boolean released;

    CudaStorage(CudaMemory owner, ElementType type, int length, DevicePointer pointer) {
        this.owner = owner;
        this.type = type;
        this.length = length;
        this.pointer = pointer;
    }

    @Override
    public int length() {
        return length;
    }

    long bytes() {
        return (long) length * type.bytes();
    }

    /**
     * Returns the driver's pointer. Whoever queues work on it calls {@link CudaMemory#use} first, so that a recorded step
     * knows what it needs; a {@link Launch} does.
     */
    DevicePointer pointer() {
        return pointer;
    }

    /** Returns whether there is no memory behind it: it belongs to a plan. */
    boolean isOnlyCounted() {
        return pointer.address() == 0;
    }

    boolean released() {
        return released;
    }

    void markReleased() {
        released = true;
    }
}
