package io.gabor.backend.cpu;

import io.gabor.backend.Backend;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.backend.cpu.simd.Kernels;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The most multiply-adds that this machine can do from this JVM: independent chains in registers, no memory. What ops
 * reach is stated as a percentage of it.
 *
 * <p>A trial starts when the last thread has come, and counts what all threads do until the last one is done. Noise can only
 * make a trial slower, so the best one counts.
 */
public final class Ceiling implements WorkerPool.Task {
    /** Iterations between two looks at the clock. */
    private static final int ITERATIONS = 10_000;

    private static final long TRIAL_NANOS = 20_000_000;
    /** So many trials after the best one must not be better than it: the JIT compiler is done by then. */
    private static final int CALM_TRIALS = 12;

    private static final int MOST_TRIALS = 100;
    private static final double GAIN = 1.01;
    /** Enough calls to have the loop compiled, short ones, since an interpreted vector takes a thousand times as long. */
    private static final int WARM_UP_CALLS = 1000;

    private static final int WARM_UP_ITERATIONS = 26;

    private final Kernels kernels;
    private final int threads;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicLong iterations = new AtomicLong();
    /** From the start to when the last thread was done. */
    private final AtomicLong nanos = new AtomicLong();

    private volatile long start;
    private volatile float sink;

    private Ceiling(Kernels kernels, int threads) {
        this.kernels = kernels;
        this.threads = threads;
    }

    /**
     * Measures the ceiling in GFLOP/s with the kernels that the cpu backend has in this JVM; takes about half a second.
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

    /** As {@link #measure(int)}, with threads of this context's pool. */
    static double measure(CpuContext context, int threads) {
        Ceiling task = new Ceiling(context.kernels(), threads);
        for (int call = 0; call < WARM_UP_CALLS; call++) {
            task.sink = context.kernels().multiplyAddLoop(WARM_UP_ITERATIONS);
        }
        double best = 0;
        int calm = 0;
        for (int trial = 0; trial < MOST_TRIALS && calm < CALM_TRIALS; trial++) {
            double speed = task.trial(context.pool());
            calm = speed > GAIN * best ? 0 : calm + 1;
            best = Math.max(best, speed);
        }
        if (Float.isNaN(task.sink)) {
            throw new IllegalStateException("the chains of multiply-adds left the range of float");
        }
        return best;
    }

    /** Returns the speed in floating-point operations per nanosecond. */
    private double trial(WorkerPool pool) {
        arrived.set(0);
        iterations.set(0);
        nanos.set(0);
        pool.run(this, threads, Long.MAX_VALUE);
        return (double) iterations.get() * kernels.multiplyAddLoopFlops() / nanos.get();
    }

    /** One thread's share. Who waits here takes no second chunk, so there is one for each thread. */
    @Override
    public void run(int chunk, int worker) {
        if (arrived.incrementAndGet() == threads) {
            start = System.nanoTime();
            arrived.incrementAndGet();
        }
        while (arrived.get() <= threads) {
            Thread.yield();
        }
        long done = 0;
        long now;
        do {
            sink = kernels.multiplyAddLoop(ITERATIONS);
            done += ITERATIONS;
            now = System.nanoTime();
        } while (now - start < TRIAL_NANOS);
        iterations.addAndGet(done);
        nanos.accumulateAndGet(now - start, Math::max);
    }
}
