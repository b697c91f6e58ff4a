package io.gabor.backend.cpu.simd;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One vector kernel on its way through the JIT compiler. Until that is done with it, each of its vectors is an object and
 * takes a thousand times as long as later. So whoever wants to compute asks {@link #ready} first, and computes in plain
 * loops where it is not. Being asked for the first time hands the kernel to the {@link WarmUpQueue}.
 */
final class WarmUp {
    /** Calls between two looks at the kernel. */
    private static final int CALLS = 250;
    /** So that a thousand calls make the JIT compiler see a kernel as hot: 15,000 rounds of its loop, 600 calls at least. */
    private static final int STEPS = 26;
    /** Nanoseconds of a vector operation that compiled code stays far below, and code whose vectors are objects far above. */
    private static final int COMPILED_NANOS = 5;

    private final WarmUpQueue queue;
    private final WarmUpCalls.Kind kind;
    private final int first;
    private final int second;
    private final AtomicBoolean requested = new AtomicBoolean();
    /** Not volatile: who sees it late computes the same bits a little longer in plain loops. */
    private boolean ready;

    /**
     * Makes a kernel that is not compiled yet.
     *
     * @param first what tells it from others of its kind; see {@link WarmUpCalls.Kind}
     * @param second the same, 0 where one number is enough
     */
    WarmUp(WarmUpQueue queue, WarmUpCalls.Kind kind, int first, int second) {
        this.queue = queue;
        this.kind = kind;
        this.first = first;
        this.second = second;
    }

    /** Returns whether the kernel is compiled; if nobody did before, asks for that. */
    boolean ready() {
        return ready || request();
    }

    private boolean request() {
        if (!requested.get() && requested.compareAndSet(false, true)) {
            queue.add(this);
        }
        return ready;
    }

    /** Calls the kernel often, and returns whether it is compiled by now, as its speed tells. */
    boolean advance(WarmUpCalls calls) {
        for (int i = 0; i < CALLS; i++) {
            calls.run(kind, first, second, STEPS, (i & 1) == 1);
        }
        long start = System.nanoTime();
        int operations = calls.run(kind, first, second, WarmUpCalls.MOST_STEPS, true);
        ready = System.nanoTime() - start < (long) COMPILED_NANOS * operations;
        return ready;
    }
}
