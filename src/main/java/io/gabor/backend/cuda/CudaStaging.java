package io.gabor.backend.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The way between Java arrays and device memory: through pinned host memory, which the GPU reads and writes by itself.
 *
 * <p>Uploads fill one buffer from front to back and wait only when it is full, so that the few numbers that a step needs
 * (its rate, say) cost no wait. Downloads have a buffer of their own and wait, as they must.
 */
final class CudaStaging {
    /** Bytes of each of the two buffers. */
    static final int BYTES = 4 << 20;

    /** What is copied between an array and a buffer: elements {@code [from, from + count)}. */
    private interface Transfer {
        void copy(ByteBuffer buffer, int from, int count);
    }

    private final CudaContext context;
    private final HostPointer up = new HostPointer();
    private final HostPointer down = new HostPointer();
    private final ByteBuffer upBuffer;
    private final ByteBuffer downBuffer;
    private int filled;

    CudaStaging(CudaContext context) {
        this.context = context;
        upBuffer = allocate(up);
        downBuffer = allocate(down);
    }

    private ByteBuffer allocate(HostPointer pointer) {
        context.makeCurrent("open");
        context.check(JCudaDriver.cuMemAllocHost(pointer, BYTES), "open");
        return pointer.getByteBuffer(0, BYTES).order(ByteOrder.nativeOrder());
    }

    void upload(String op, float[] source, int count, CudaStorage target) {
        upload(
                op,
                Float.BYTES,
                count,
                target,
                (to, from, some) -> to.asFloatBuffer().put(source, from, some));
    }

    void upload(String op, int[] source, int count, CudaStorage target) {
        upload(
                op,
                Integer.BYTES,
                count,
                target,
                (to, from, some) -> to.asIntBuffer().put(source, from, some));
    }

    void upload(String op, byte[] source, int count, CudaStorage target) {
        upload(op, 1, count, target, (to, from, some) -> to.put(source, from, some));
    }

    void upload(String op, long[] source, CudaStorage target) {
        upload(
                op,
                Long.BYTES,
                source.length,
                target,
                (to, from, some) -> to.asLongBuffer().put(source, from, some));
    }

    void download(String op, CudaStorage source, float[] target, int count) {
        download(
                op,
                Float.BYTES,
                count,
                source,
                (in, from, some) -> in.asFloatBuffer().get(target, from, some));
    }

    void download(String op, CudaStorage source, int[] target, int count) {
        download(
                op,
                Integer.BYTES,
                count,
                source,
                (in, from, some) -> in.asIntBuffer().get(target, from, some));
    }

    private void upload(String op, int size, int count, CudaStorage target, Transfer transfer) {
        context.memory().refuseWhileRecording(op);
        context.makeCurrent(op);
        for (int from = 0; from < count; ) {
            if (BYTES - filled < size) {
                context.check(JCudaDriver.cuStreamSynchronize(context.stream()), op);
                filled = 0;
            }
            int some = Math.min(count - from, (BYTES - filled) / size);
            long bytes = (long) some * size;
            upBuffer.position(filled);
            transfer.copy(upBuffer, from, some);
            context.check(
                    JCudaDriver.cuMemcpyHtoDAsync(
                            at(target, (long) from * size), at(up, filled), bytes, context.stream()),
                    op);
            // the next begins at a multiple of eight, as longs must
            filled += Math.toIntExact((bytes + 7) / 8 * 8);
            from += some;
        }
    }

    private void download(String op, int size, int count, CudaStorage source, Transfer transfer) {
        context.memory().refuseWhileRecording(op);
        context.makeCurrent(op);
        for (int from = 0; from < count; ) {
            int some = Math.min(count - from, BYTES / size);
            context.check(
                    JCudaDriver.cuMemcpyDtoHAsync(
                            at(down, 0), at(source, (long) from * size), (long) some * size, context.stream()),
                    op);
            context.check(JCudaDriver.cuStreamSynchronize(context.stream()), op);
            downBuffer.position(0);
            transfer.copy(downBuffer, from, some);
            from += some;
        }
    }

    private static CUdeviceptr at(CudaStorage storage, long offset) {
        return offset == 0 ? storage.pointer() : storage.pointer().withByteOffset(offset);
    }

    private static Pointer at(HostPointer pointer, long offset) {
        return new HostPointer(pointer.address() + offset);
    }

    int close() {
        int first = free(up);
        int second = free(down);
        return first == CUresult.CUDA_SUCCESS ? second : first;
    }

    private static int free(HostPointer pointer) {
        return pointer.address() == 0 ? CUresult.CUDA_SUCCESS : JCudaDriver.cuMemFreeHost(pointer);
    }
}
