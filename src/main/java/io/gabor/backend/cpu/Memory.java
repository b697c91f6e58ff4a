package io.gabor.backend.cpu;

import io.gabor.backend.OutOfMemoryException;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of one backend: makes storages and workspaces, counts their bytes, and opens tensors to the ops, with every
 * check that the seam promises. Nothing here allocates when all is well, except what was asked for.
 */
final class Memory {
    private final float[][] scratch;
    private final List<Integer> scratchNeeds = new ArrayList<>();
    private long bytes;
    private boolean closed;

    Memory(int workers) {
        scratch = new float[workers][0];
    }

    long bytes() {
        return bytes;
    }

    void close() {
        closed = true;
        bytes = 0;
        scratchNeeds.clear();
        resizeScratch("close", 0);
    }

    // ---- tensors
    // ------------------------------------------------------------------------------------------------------

    Tensor allocate(ElementType type, Shape shape) {
        requireOpen("allocate");
        CpuStorage storage;
        try {
            storage = new CpuStorage(this, type, shape.size());
        } catch (OutOfMemoryError e) {
            throw outOfMemory("allocate", "a tensor " + type + " " + shape, (long) shape.size() * type.bytes(), e);
        }
        bytes += storage.size();
        return new Tensor(type, shape, storage);
    }

    void release(Tensor tensor) {
        CpuStorage storage = storage("release", "tensor", tensor, 0);
        bytes -= storage.size();
        storage.release();
    }

    /** Returns the array of an F32 tensor with at least {@code count} elements. */
    float[] floats(String op, String name, Tensor tensor, long count) {
        CpuStorage storage = storage(op, name, tensor, count);
        if (storage.type != ElementType.F32) {
            throw wrongType(op, name, tensor, "F32");
        }
        return storage.floats;
    }

    /** Returns the array of an I32 tensor with at least {@code count} elements. */
    int[] ints(String op, String name, Tensor tensor, long count) {
        CpuStorage storage = storage(op, name, tensor, count);
        if (storage.type != ElementType.I32) {
            throw wrongType(op, name, tensor, "I32");
        }
        return storage.ints;
    }

    /** Returns the storage of a tensor of any type with at least {@code count} elements. */
    CpuStorage storage(String op, String name, Tensor tensor, long count) {
        requireOpen(op);
        if (tensor == null) {
            throw error(op, name + " is null; expected a tensor of at least " + count + " elements");
        }
        if (!(tensor.storage() instanceof CpuStorage storage) || storage.owner != this) {
            throw error(
                    op,
                    name + " (" + tensor
                            + ") belongs to another backend; allocate it on this one and upload its values");
        }
        if (storage.released) {
            throw error(op, name + " (" + tensor + ") has been released");
        }
        if (storage.type != tensor.type()) {
            throw wrongType(op, name, tensor, storage.type.toString());
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
    static void separate(String op, String name, Object output, String otherName, Object other) {
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

    private static IllegalArgumentException wrongType(String op, String name, Tensor tensor, String expected) {
        return error(op, name + " must be " + expected + ", found " + tensor);
    }

    // ---- workspaces
    // ---------------------------------------------------------------------------------------------------

    /** Returns an array that an op keeps until it gives it back to {@link #drop}. */
    float[] workspace(String op, long floats) {
        requireOpen(op);
        try {
            if (floats > Integer.MAX_VALUE - 8) {
                throw new OutOfMemoryError("an array holds at most 2^31 elements");
            }
            float[] result = new float[(int) floats];
            bytes += 4 * floats;
            return result;
        } catch (OutOfMemoryError e) {
            throw outOfMemory(op, "a workspace", 4 * floats, e);
        }
    }

    void drop(float[] workspace) {
        if (!closed) {
            bytes -= 4L * workspace.length;
        }
    }

    /**
     * Makes sure that every worker has this many floats of scratch, until {@link #returnScratch} is called with the same
     * number. The ops of one backend run one after the other and share it.
     */
    void reserveScratch(String op, long floats) {
        requireOpen(op);
        if (floats > Integer.MAX_VALUE - 8) {
            throw outOfMemory(op, "a scratch array per thread", 4 * floats, null);
        }
        if (floats > scratch[0].length) {
            resizeScratch(op, (int) floats);
        }
        scratchNeeds.add((int) floats);
    }

    void returnScratch(long floats) {
        if (!closed) {
            scratchNeeds.remove(Integer.valueOf((int) floats));
            int most = 0;
            for (int need : scratchNeeds) {
                most = Math.max(most, need);
            }
            if (most < scratch[0].length) {
                resizeScratch("close", most);
            }
        }
    }

    /** Returns a worker's scratch: never zeroed, shared by all ops, valid for one chunk. */
    float[] scratch(int worker) {
        return scratch[worker];
    }

    private void resizeScratch(String op, int floats) {
        for (int i = 0; i < scratch.length; i++) {
            long before = scratch[i].length;
            try {
                scratch[i] = new float[floats];
            } catch (OutOfMemoryError e) {
                throw outOfMemory(op, "a scratch array per thread", 4L * floats * scratch.length, e);
            }
            if (!closed) {
                bytes += 4 * (floats - before);
            }
        }
    }

    private OutOfMemoryException outOfMemory(String op, String what, long asked, OutOfMemoryError cause) {
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        return new OutOfMemoryException(
                op + ": " + what + " needs " + asked + " bytes, and the Java heap has about " + free + " of "
                        + runtime.maxMemory() + " free; use a smaller batch or a larger heap (-Xmx)",
                cause);
    }
}
