package io.gabor.backend.cpu;

import io.gabor.backend.OutOfMemoryException;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;

/**
 * The memory of one backend: makes storages and workspaces, counts their bytes, and opens tensors to the ops, with every
 * check that the seam promises. Nothing here allocates when all is well, except what was asked for.
 */
final class Memory {
    private final Scratch scratch;
    private final Scratch shared;
    private final ChwnLayout chwn;
    private long bytes;
    private boolean closed;

    Memory(WorkerPool pool, Kernels kernels) {
        scratch = new Scratch(this, pool.threads());
        shared = new Scratch(this, 1);
        chwn = new ChwnLayout(pool, scratch, kernels);
    }

    long bytes() {
        return bytes;
    }

    void close() {
        closed = true;
        scratch.close();
        shared.close();
        bytes = 0;
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
        CpuStorage storage = find("release", "tensor", tensor, 0);
        bytes -= storage.size();
        storage.release();
    }

    /** Returns the array of an F32 tensor with at least {@code count} elements. */
    float[] floats(String op, String name, Tensor tensor, long count) {
        CpuStorage storage = requireFloats(op, name, tensor, find(op, name, tensor, count));
        chwn.leave(storage);
        return storage.floats;
    }

    private static CpuStorage requireFloats(String op, String name, Tensor tensor, CpuStorage storage) {
        if (storage.type != ElementType.F32) {
            throw wrongType(op, name, tensor, "F32");
        }
        return storage;
    }

    /** As {@link #floats}, in whatever layout: only to see which array it is. */
    float[] peek(String op, String name, Tensor tensor, long count) {
        return requireFloats(op, name, tensor, find(op, name, tensor, count)).floats;
    }

    /** As {@link #floats}, for an output: what was there is not kept if all of it is overwritten. */
    float[] output(String op, String name, Tensor tensor, long count) {
        CpuStorage storage = requireFloats(op, name, tensor, find(op, name, tensor, count));
        if (count == storage.length) {
            storage.chwnFeatures = 0;
        }
        chwn.leave(storage);
        return storage.floats;
    }

    // ---- the layout CHWN
    // ----------------------------------------------------------------------------------------------

    ChwnLayout chwn() {
        return chwn;
    }

    /** Returns whether an F32 tensor can be, as a whole, n images in the layout CHWN. */
    boolean fitsChwn(String op, String name, Tensor tensor, int n, int features) {
        return chwn.fits(n, features, requireFloats(op, name, tensor, find(op, name, tensor, (long) n * features)));
    }

    /** Returns whether a tensor of {@code features} is in the layout CHWN now. */
    boolean isChwn(String op, String name, Tensor tensor, int features) {
        return find(op, name, tensor, 0).chwnFeatures == features;
    }

    /** Returns the array of a tensor that {@link #fitsChwn}, brought to that layout. */
    float[] chwn(String op, String name, Tensor tensor, int features) {
        CpuStorage storage = find(op, name, tensor, 0);
        chwn.enter(storage, features);
        return storage.floats;
    }

    /** Returns the array of a tensor that {@link #fitsChwn}, all of which is about to be written in that layout. */
    float[] chwnOutput(String op, String name, Tensor tensor, int features) {
        CpuStorage storage = find(op, name, tensor, 0);
        storage.chwnFeatures = features;
        return storage.floats;
    }

    /**
     * Returns the layout that an element-wise op on {@code count} values can leave its tensors in: the features of CHWN if
     * one of the inputs is in it and the values fill each tensor, else 0 for the plain layout.
     */
    int commonLayout(String op, long count, Tensor a, Tensor b, Tensor result) {
        CpuStorage first = find(op, "the first argument", a, count);
        CpuStorage second = find(op, "the second argument", b, count);
        CpuStorage last = find(op, "the result", result, count);
        boolean whole = first.length == count && second.length == count && last.length == count;
        return !whole || last.type != ElementType.F32
                ? 0
                : first.chwnFeatures > 0 ? first.chwnFeatures : second.chwnFeatures;
    }

    /** Copies a tensor in the layout CHWN to another that it fills, in that layout; returns whether it could. */
    boolean copyWhole(int count, Tensor source, Tensor target) {
        int layout = commonLayout("copy", count, source, source, target);
        if (layout == 0) {
            return false;
        }
        float[] from = peek("copy", "source", source, count);
        float[] to = peek("copy", "target", target, count);
        separate("copy", "target", to, "source", from);
        System.arraycopy(from, 0, chwnOutput("copy", "target", target, layout), 0, count);
        return true;
    }

    /** Returns the array of an F32 tensor in a {@link #commonLayout}. */
    float[] floats(String op, String name, Tensor tensor, long count, int features) {
        if (features == 0) {
            return floats(op, name, tensor, count);
        }
        CpuStorage storage = requireFloats(op, name, tensor, find(op, name, tensor, count));
        chwn.enter(storage, features);
        return storage.floats;
    }

    /** As {@link #floats(String, String, Tensor, long, int)}, for an output, all of which is about to be written. */
    float[] output(String op, String name, Tensor tensor, long count, int features) {
        return features == 0 ? output(op, name, tensor, count) : chwnOutput(op, name, tensor, features);
    }

    /** Returns the array of an I32 tensor with at least {@code count} elements. */
    int[] ints(String op, String name, Tensor tensor, long count) {
        CpuStorage storage = storage(op, name, tensor, count);
        if (storage.type != ElementType.I32) {
            throw wrongType(op, name, tensor, "I32");
        }
        return storage.ints;
    }

    /** Returns the storage of a tensor of any type with at least {@code count} elements, in the plain layout. */
    CpuStorage storage(String op, String name, Tensor tensor, long count) {
        CpuStorage storage = find(op, name, tensor, count);
        chwn.leave(storage);
        return storage;
    }

    /** As {@link #storage}, in whatever layout it is. */
    private CpuStorage find(String op, String name, Tensor tensor, long count) {
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
     * number.
     */
    void reserveScratch(String op, long floats) {
        requireOpen(op);
        scratch.reserve(op, floats);
    }

    void returnScratch(long floats) {
        if (!closed) {
            scratch.giveBack(floats);
        }
    }

    /** Makes sure that every worker has this many floats of scratch now: for an op that is not planned. */
    void requireScratch(long floats) {
        scratch.require(floats);
    }

    /** Returns a worker's scratch: never zeroed, shared by all ops, valid for one chunk. */
    float[] scratch(int worker) {
        return scratch.of(worker);
    }

    /** Makes sure of one array of this many floats that all workers share, until {@link #returnShared}. */
    void reserveShared(String op, long floats) {
        requireOpen(op);
        shared.reserve(op, floats);
    }

    void returnShared(long floats) {
        if (!closed) {
            shared.giveBack(floats);
        }
    }

    /** Returns the array of {@link #reserveShared}: never zeroed, valid for one call of an op. */
    float[] shared() {
        return shared.of(0);
    }

    void count(long more) {
        bytes += more;
    }

    OutOfMemoryException outOfMemory(String op, String what, long asked, OutOfMemoryError cause) {
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        return new OutOfMemoryException(
                op + ": " + what + " needs " + asked + " bytes, and the Java heap has about " + free + " of "
                        + runtime.maxMemory() + " free; use a smaller batch or a larger heap (-Xmx)",
                cause);
    }
}
