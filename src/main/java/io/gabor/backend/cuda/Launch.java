package io.gabor.backend.cuda;

import java.util.Arrays;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * One kernel with its arguments. An op makes it once, sets what changes, and runs it; neither allocates. Arguments keep
 * their values from one run to the next.
 *
 * <pre>
 * Launch add = context.launch("add", "gabor_elementwise_add", 4);
 * add.setInt(0, count).setPointer(1, a).setPointer(2, b).setPointer(3, sum);
 * add.run(blocks, 256);
 * </pre>
 */
final class Launch {
    private final CudaContext context;
    private final String op;
    private final String kernel;
    private final CUfunction function;
    /** Each argument's bits, the low ones first; of a pointer, its offset into the storage. */
    private final long[] values;

    private final CudaStorage[] storages;
    private final boolean[] set;
    private boolean complete;

    Launch(CudaContext context, String op, String kernel, CUfunction function, int arguments) {
        this.context = context;
        this.op = op;
        this.kernel = kernel;
        this.function = function;
        values = new long[arguments];
        storages = new CudaStorage[arguments];
        set = new boolean[arguments];
    }

    Launch setInt(int index, int value) {
        return put(index, null, value & 0xFFFFFFFFL);
    }

    Launch setFloat(int index, float value) {
        return put(index, null, Float.floatToRawIntBits(value) & 0xFFFFFFFFL);
    }

    Launch setDouble(int index, double value) {
        return put(index, null, Double.doubleToRawLongBits(value));
    }

    /** Sets a pointer to the begin of a storage; null is a null pointer. */
    Launch setPointer(int index, CudaStorage storage) {
        return put(index, storage, 0);
    }

    /** Sets a pointer into a storage. */
    Launch setPointer(int index, CudaStorage storage, long byteOffset) {
        return put(index, storage, byteOffset);
    }

    private Launch put(int index, CudaStorage storage, long value) {
        storages[index] = storage;
        values[index] = value;
        set[index] = true;
        return this;
    }

    /** Queues the kernel on a grid of blocks in a row. */
    void run(int blocks, int threads) {
        run(blocks, 1, 1, threads, 1, 1);
    }

    /** Queues the kernel. */
    void run(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ) {
        if (!complete) {
            requireComplete();
        }
        context.makeCurrent(op);
        ArgumentBlock block = context.arguments();
        for (int i = 0; i < values.length; i++) {
            CudaStorage storage = storages[i];
            if (storage == null) {
                block.put(i, values[i]);
            } else {
                requireHeld(storage, i);
                storage.owner.use(storage);
                block.put(i, storage.pointer().address() + values[i]);
            }
        }
        int result = JCudaDriver.cuLaunchKernel(
                function, gridX, gridY, gridZ, blockX, blockY, blockZ, 0, context.stream(), block.pointers(), null);
        if (result != CUresult.CUDA_SUCCESS) {
            throw failure(result, gridX, gridY, gridZ, blockX, blockY, blockZ);
        }
    }

    private void requireHeld(CudaStorage storage, int index) {
        if (storage.released()) {
            throw new IllegalStateException(
                    op + ": argument " + index + " of " + kernel + " is memory that has been released");
        }
    }

    private void requireComplete() {
        for (int i = 0; i < set.length; i++) {
            if (!set[i]) {
                throw new IllegalStateException(op + ": argument " + i + " of " + kernel + " was never set");
            }
        }
        complete = true;
    }

    private RuntimeException failure(int result, int... geometry) {
        int[] grid = Arrays.copyOf(geometry, 3);
        int[] block = Arrays.copyOfRange(geometry, 3, 6);
        return CudaErrors.failure(
                op + " (" + kernel + ", grid " + Arrays.toString(grid) + ", block " + Arrays.toString(block) + ")",
                result,
                context.device());
    }
}
