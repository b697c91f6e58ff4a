package io.gabor.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.backend.Backends;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuBackendTest {
    /** Whatever is shared out, and to whomever: every bit of a net after some steps is the same. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 19, 32})
    void theBitsDoNotDependOnTheThreads(int batch) {
        float[][] expected = train(1, Long.MAX_VALUE, batch);
        for (int threads : new int[] {2, 3, 7}) {
            float[][] found = train(threads, 0, batch);
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], found[i], 0f, "tensor " + i + ", threads " + threads);
            }
        }
    }

    private static float[][] train(int threads, long parallelWork, int batch) {
        try (CpuBackend backend = new CpuBackend(threads, KernelSelection.kernels(), parallelWork)) {
            SmallNet net = new SmallNet(backend, batch);
            for (int i = 0; i < 3; i++) {
                net.step(Math.max(1, batch - i));
            }
            float[][] state = net.state();
            for (float[] tensor : state) {
                for (float value : tensor) {
                    assertTrue(Float.isFinite(value));
                }
            }
            return state;
        }
    }

    /** Once the JIT compiler has been there; how soon that is depends on the machine, so the test waits for it. */
    @Test
    void aStepAllocatesNothingOnAnyThread() {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (CpuBackend backend = new CpuBackend(3, KernelSelection.kernels(), 0)) {
            SmallNet net = new SmallNet(backend, 8);
            long[] ids = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread ->
                            thread == Thread.currentThread() || thread.getName().startsWith("gabor-cpu-"))
                    .mapToLong(Thread::getId)
                    .toArray();
            assertTrue(ids.length >= 3, "found the pool's threads");
            long allocated = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 400 && allocated > 0; attempt++) {
                long start = allocated(bean, ids);
                for (int i = 0; i < 50; i++) {
                    net.step(8);
                }
                long end = allocated(bean, ids);
                // What asking costs is measured by asking again.
                long asked = allocated(bean, ids) - end;
                allocated = end - start - asked;
            }
            assertEquals(0, allocated, "bytes allocated in 50 steps");
        }
    }

    private static long allocated(ThreadMXBean bean, long[] ids) {
        long sum = 0;
        for (long bytes : bean.getThreadAllocatedBytes(ids)) {
            sum += bytes;
        }
        return sum;
    }

    @Test
    void memoryIsCountedAndGivenBack() {
        try (CpuBackend backend = new CpuBackend(2, KernelSelection.kernels())) {
            assertEquals(0, backend.allocatedBytes());
            Tensor tensor = backend.allocate(ElementType.U8, Shape.of(10, 3));
            assertEquals(30, backend.allocatedBytes());
            ConvGeometry geometry = new ConvGeometry(
                    3, 4, 1, Padding.SAME.rows(9, 3, 1, 1, false), Padding.SAME.cols(9, 3, 1, 1, false));
            WeightedOp conv = backend.conv2d(geometry, Epilogue.NONE, 5);
            WeightedOp dense = backend.dense(30, 40, Epilogue.NONE, 5);
            assertTrue(backend.allocatedBytes() > 30 + conv.workspaceBytes() + dense.workspaceBytes());
            conv.close();
            dense.close();
            dense.close();
            assertEquals(30, backend.allocatedBytes());
            backend.release(tensor);
            assertEquals(0, backend.allocatedBytes());
        }
    }

    @Test
    void tooLittleMemorySaysWhatWasAskedForAndWhatThereIs() {
        try (CpuBackend backend = new CpuBackend(1, KernelSelection.kernels())) {
            BackendException e =
                    assertThrows(BackendException.class, () -> backend.allocate(Shape.of(Integer.MAX_VALUE)));
            assertTrue(e.getMessage().contains("8589934588 bytes"), e.getMessage());
            assertTrue(e.getMessage().contains("free"), e.getMessage());
        }
    }

    @Test
    void theDeviceSaysWhatComputes() {
        try (Backend backend = Backends.select("cpu")) {
            assertTrue(backend.device().contains(KernelSelection.kernels().description()), backend.device());
            assertTrue(backend.device().contains(backend.threads() + " thread"), backend.device());
        }
    }
}
