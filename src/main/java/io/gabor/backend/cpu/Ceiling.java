package io.gabor.backend.cpu;

import io.gabor.backend.Backend;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.backend.cpu.simd.Kernels;
import java.util.OptionalDouble;

/**
 * The most multiply-adds that this machine can do from this JVM: independent chains in registers, no memory. What ops
 * reach is stated as a percentage of it.
 */
public final class Ceiling implements WorkerPool.Task {
    private static final int ITERATIONS = 200_000;
    private static final int TRIALS = 12;

    private final Kernels kernels;
    private volatile float sink;

    private Ceiling(Kernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Measures the ceiling in GFLOP/s with the kernels that the cpu backend has in this JVM; takes a few tenths of a second.
     *
     * @param threads how many threads compute at once, at least 1
     */
    public static double measure(int threads) {
        try (CpuBackend backend = new CpuBackend(threads, KernelSelection.kernels())) {
            return backend.measureMultiplyAddCeiling(threads);
        }
    }

    /** As {@link #measure(int)} for all threads of a backend; empty if it is not a cpu backend. */
    public static OptionalDouble measure(Backend backend) {
        return backend instanceof CpuBackend cpu
                ? OptionalDouble.of(cpu.measureMultiplyAddCeiling(cpu.threads()))
                : OptionalDouble.empty();
    }

    /** The best of several trials: noise can only make a trial slower. The first ones warm up. */
    static double measure(CpuContext context, int threads) {
        Ceiling task = new Ceiling(context.kernels());
        double best = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            long start = System.nanoTime();
            context.pool().run(task, threads, Long.MAX_VALUE);
            double flops = (double) threads * ITERATIONS * context.kernels().multiplyAddLoopFlops();
            best = Math.max(best, flops / (System.nanoTime() - start));
        }
        if (Float.isNaN(task.sink)) {
            throw new IllegalStateException("the chains of multiply-adds left the range of float");
        }
        return best;
    }

    @Override
    public void run(int chunk, int worker) {
        sink = kernels.multiplyAddLoop(ITERATIONS);
    }
}
