package io.gabor.backend.cuda;

import io.gabor.backend.BackendException;
import io.gabor.backend.OutOfMemoryException;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The device memory of one backend: the one place that allocates and frees, keeps the books, and opens tensors to the ops
 * with every check that the seam promises. The checks allocate nothing when all is well.
 */
final class CudaMemory {
    private final CudaContext context;
    private final Set<CudaStorage> held = Collections.newSetFromMap(new IdentityHashMap<>());
    private long bytes;
    private boolean closed;
    /** Whether allocations are only counted. */
    private boolean counting;
    /** What a step that is being recorded uses; null when none is. */
    private Set<CudaStorage> recording;

    CudaMemory(CudaContext context) {
        this.context = context;
    }

    /** Returns the bytes of tensors and workspaces held now. */
    long bytes() {
        return bytes;
    }

    // ---- tensors ----------------------------------------------------------------------------------------------------

    Tensor allocate(ElementType type, Shape shape) {
        return new Tensor(type, shape, hold("allocate", "a tensor " + type + " " + shape, type, shape.size()));
    }

    void release(Tensor tensor) {
        CudaStorage storage = storage("release", "tensor", tensor, 0);
        free("release", storage);
    }

    // ---- workspaces -------------------------------------------------------------------------------------------------

    /** Returns memory, filled with zeros, that an op keeps until it gives it back to {@link #drop}. */
    CudaStorage workspace(String op, ElementType type, long elements) {
        if (elements > Integer.MAX_VALUE) {
            throw new BackendException(op + ": a workspace of " + elements
                    + " elements is more than one allocation can hold (2^31 − 1); use a smaller batch");
        }
        return hold(op, "a workspace", type, (int) elements);
    }

    /** Gives a workspace back; null, a second time and after the backend's close are allowed. */
    void drop(CudaStorage workspace) {
        if (workspace != null && !workspace.released()) {
            free("close", workspace);
        }
    }

    // ---- the driver -------------------------------------------------------------------------------------------------

    private CudaStorage hold(String op, String what, ElementType type, int length) {
        requireOpen(op);
        refuseWhileRecording(op);
        context.makeCurrent(op);
        long size = (long) length * type.bytes();
        DevicePointer pointer = new DevicePointer();
        if (counting) {
            return held(new CudaStorage(this, type, length, pointer));
        }
        int result = JCudaDriver.cuMemAlloc(pointer, size);
        if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw outOfMemory(op, what, size);
        }
        context.check(result, op);
        CudaStorage storage = held(new CudaStorage(this, type, length, pointer));
        context.check(JCudaDriver.cuMemsetD8Async(pointer, (byte) 0, size, context.stream()), op);
        return storage;
    }

    private CudaStorage held(CudaStorage storage) {
        held.add(storage);
        bytes += storage.bytes();
        return storage;
    }

    private void free(String op, CudaStorage storage) {
        refuseWhileRecording(op);
        if (storage.isOnlyCounted()) {
            storage.markReleased();
            held.remove(storage);
            bytes -= storage.bytes();
            return;
        }
        context.makeCurrent(op);
        // Work that is still queued may use it, and the driver does not promise to wait for our stream.
        context.check(JCudaDriver.cuStreamSynchronize(context.stream()), op);
        storage.markReleased();
        held.remove(storage);
        bytes -= storage.bytes();
        context.dropGraphsOf(storage);
        context.check(JCudaDriver.cuMemFree(storage.pointer()), op);
    }

    /** Frees everything; returns the first result that was not a success, or success. */
    int close() {
        int first = CUresult.CUDA_SUCCESS;
        closed = true;
        for (CudaStorage storage : held) {
            storage.markReleased();
            int result = storage.isOnlyCounted() ? first : JCudaDriver.cuMemFree(storage.pointer());
            first = first == CUresult.CUDA_SUCCESS ? result : first;
        }
        held.clear();
        bytes = 0;
        return first;
    }

    private OutOfMemoryException outOfMemory(String op, String what, long asked) {
        long[] free = new long[1];
        long[] total = new long[1];
        int result = JCudaDriver.cuMemGetInfo(free, total);
        String there = result == CUresult.CUDA_SUCCESS
                ? free[0] + " of " + total[0] + " bytes are free on "
                        + context.device().name()
                : context.device().name() + " has " + context.device().memory() + " bytes in all";
        return new OutOfMemoryException(
                op + ": out of memory: " + what + " needs " + asked + " bytes, and " + there
                        + "; this backend holds " + bytes
                        + "; use a smaller batch, or free the memory that other programs hold on it (nvidia-smi lists them)",
                null);
    }

    /** Returns the bytes that are free on the device; 0 if the driver does not say. */
    long freeBytes() {
        requireOpen("freeBytes");
        context.makeCurrent("freeBytes");
        long[] free = new long[1];
        int result = JCudaDriver.cuMemGetInfo(free, new long[1]);
        return result == CUresult.CUDA_SUCCESS ? free[0] : 0;
    }

    /** Runs something that makes ops and never calls them; their memory is counted and not taken. */
    <T> T counted(Supplier<T> making) {
        requireOpen("planned");
        boolean before = counting;
        counting = true;
        try {
            return making.get();
        } finally {
            counting = before;
        }
    }

    // ---- what a recorded step uses ----------------------------------------------------------------------------------

    /** Begins to note what is used. */
    void startRecording() {
        recording = Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Returns what was used since {@link #startRecording}. */
    Set<CudaStorage> stopRecording() {
        Set<CudaStorage> used = recording;
        recording = null;
        return used;
    }

    /** Notes that the work that is about to be queued uses this storage. */
    void use(CudaStorage storage) {
        if (recording != null) {
            recording.add(storage);
        }
    }

    /** Returns whether a step is being recorded. */
    boolean isRecording() {
        return recording != null;
    }

    /** Refuses what a recorded step cannot repeat. */
    void refuseWhileRecording(String op) {
        if (recording != null) {
            throw new NotRecordableException(op + ": a step that is being recorded may only call ops");
        }
    }

    // ---- checks of an op's arguments --------------------------------------------------------------------------------

    /** Returns the storage of an F32 tensor with at least {@code count} elements. */
    CudaStorage floats(String op, String name, Tensor tensor, long count) {
        return typed(op, name, tensor, ElementType.F32, count);
    }

    /** Returns the storage of an I32 tensor with at least {@code count} elements. */
    CudaStorage ints(String op, String name, Tensor tensor, long count) {
        return typed(op, name, tensor, ElementType.I32, count);
    }

    /** Returns the storage of a tensor of this type with at least {@code count} elements. */
    CudaStorage typed(String op, String name, Tensor tensor, ElementType type, long count) {
        CudaStorage storage = storage(op, name, tensor, count);
        if (storage.type != type) {
            throw wrongType(op, name, tensor, type);
        }
        return storage;
    }

    /** Returns the storage of a tensor of any type with at least {@code count} elements. */
    CudaStorage storage(String op, String name, Tensor tensor, long count) {
        requireOpen(op);
        if (tensor == null) {
            throw error(op, name + " is null; expected a tensor of at least " + count + " elements");
        }
        if (!(tensor.storage() instanceof CudaStorage storage) || storage.owner != this) {
            throw error(
                    op,
                    name + " (" + tensor
                            + ") belongs to another backend; allocate it on this one and upload its values");
        }
        if (storage.released()) {
            throw error(op, name + " (" + tensor + ") has been released");
        }
        if (storage.type != tensor.type()) {
            throw wrongType(op, name, tensor, storage.type);
        }
        if (tensor.size() < count) {
            throw error(
                    op, name + " needs at least " + count + " elements, found " + tensor + " with " + tensor.size());
        }
        return storage;
    }

    void requireOpen(String op) {
        if (closed) {
            throw new IllegalStateException(op + ": this backend has been closed; open a new one");
        }
    }

    /** Refuses an output that shares storage with another argument; either may be null. */
    static void separate(String op, String name, CudaStorage output, String otherName, CudaStorage other) {
        if (output != null && output == other) {
            throw error(op, name + " and " + otherName + " share one storage; an output of this op needs its own");
        }
    }

    /** Refuses a number outside {@code [least, most]}. */
    static void range(String op, String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw error(
                    op,
                    name + " must be "
                            + (most == Integer.MAX_VALUE ? "at least " + least : "from " + least + " to " + most)
                            + ", found " + value);
        }
    }

    static IllegalArgumentException error(String op, String message) {
        return new IllegalArgumentException(op + ": " + message);
    }

    private static IllegalArgumentException wrongType(String op, String name, Tensor tensor, ElementType expected) {
        return error(op, name + " must be " + expected + ", found " + tensor);
    }
}
