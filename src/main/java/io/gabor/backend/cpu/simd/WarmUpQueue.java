package io.gabor.backend.cpu.simd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Takes vector kernels through the JIT compiler, in the order in which they were asked for, on a daemon thread that starts
 * with the first of them. It waits a little before: the plain loops that compute meanwhile are to be compiled first, and a
 * short program is over by then.
 */
class WarmUpQueue {
    private static final long GRACE_MILLIS = 300;
    /** By so much longer is each pause than the one before. */
    private static final long PAUSE_MILLIS = 2;

    private static final long LONGEST_MILLIS = 1000;

    private final BlockingQueue<WarmUp> requests = new LinkedBlockingQueue<>();
    private Thread thread;

    /** Takes a kernel; returns at once. */
    synchronized void add(WarmUp kernel) {
        requests.add(kernel);
        if (thread == null) {
            thread = new Thread(this::work, "gabor-warm-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void work() {
        try {
            Thread.sleep(GRACE_MILLIS);
            WarmUpCalls calls = new WarmUpCalls();
            List<WarmUp> cold = new ArrayList<>();
            long pause = 0;
            while (true) {
                if (cold.isEmpty()) {
                    cold.add(requests.take());
                    pause = 0;
                }
                requests.drainTo(cold);
                if (cold.removeIf(kernel -> kernel.advance(calls))) {
                    pause = 0;
                }
                // The compiler's turn: it takes its time for each kernel, and is not to be kept from what computes.
                pause = Math.min(pause + PAUSE_MILLIS, LONGEST_MILLIS);
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            // Somebody ends all threads; what is not compiled by now stays in plain loops.
            Thread.currentThread().interrupt();
        }
    }
}
