package io.gabor.backend.cuda;

import java.nio.ByteOrder;
import java.nio.LongBuffer;
import jcuda.Pointer;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * Where a kernel's arguments stand while it is launched: a value of eight bytes each, and before them the table of their
 * addresses that the driver wants. The driver copies the values during the launch, so one block serves all launches. It
 * lies at a fixed native address: handing that over costs less than JCuda's walk over a tree of pointer objects.
 */
final class ArgumentBlock {
    /** More than any kernel has. */
    static final int MOST = 64;

    private final HostPointer memory = new HostPointer();
    private final LongBuffer words;
    private final Pointer pointers;

    ArgumentBlock(CudaContext context) {
        context.check(JCudaDriver.cuMemAllocHost(memory, 2L * MOST * Long.BYTES), "open");
        words = memory.getByteBuffer(0, 2L * MOST * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
        for (int i = 0; i < MOST; i++) {
            words.put(i, memory.address() + (long) (MOST + i) * Long.BYTES);
        }
        pointers = new HostPointer(memory.address());
    }

    void put(int index, long value) {
        words.put(MOST + index, value);
    }

    /** Returns the table of addresses. */
    Pointer pointers() {
        return pointers;
    }

    int close() {
        return memory.address() == 0 ? CUresult.CUDA_SUCCESS : JCudaDriver.cuMemFreeHost(memory);
    }
}
