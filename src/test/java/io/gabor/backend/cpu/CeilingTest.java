package io.gabor.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.backend.cpu.simd.Kernels;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class CeilingTest {
    @Test
    void onlyACpuBackendHasOne() {
        try (Backend cpu = Backends.select("cpu");
                Backend reference = Backends.select("reference")) {
            assertTrue(Ceiling.measure(cpu).orElseThrow() > 0);
            assertTrue(Ceiling.measure(reference).isEmpty());
        }
    }

    /** A machine that is busy with other things may give the two less than it gave the one, but not every time. */
    @Test
    void twoThreadsAreNotBelowOne() {
        double one = Double.MAX_VALUE;
        double two = 0;
        for (int trial = 0; trial < 5 && two < one; trial++) {
            one = Math.min(one, Ceiling.measure(1));
            two = Math.max(two, Ceiling.measure(2));
        }
        assertTrue(one > 0);
        assertTrue(two >= one, two + " GFLOP/s of two threads, " + one + " of one");
    }

    /** However late a thread wakes up, no trial goes on without it; with more threads than processors neither. */
    @Test
    void everyThreadTakesPart() {
        Kernels real = KernelSelection.kernels();
        Set<Thread> callers = ConcurrentHashMap.newKeySet();
        Kernels counting = (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("multiplyAddLoop")) {
                        callers.add(Thread.currentThread());
                    }
                    return method.invoke(real, arguments);
                });
        try (CpuBackend backend = new CpuBackend(3, counting)) {
            for (int threads = 1; threads <= 3; threads++) {
                callers.clear();
                assertTrue(backend.measureMultiplyAddCeiling(threads) > 0);
                assertEquals(threads, callers.size(), "threads that computed");
            }
        }
    }
}
