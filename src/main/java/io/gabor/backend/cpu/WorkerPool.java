package io.gabor.backend.cpu;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of one backend: the caller and {@code threads − 1} daemons. A task is cut into chunks, and every thread has a
 * range of them: thus the same thread mostly gets the same images and the same parameters, in op after op and step after
 * step, and finds them in its own caches. Who is through with its range takes chunks from the end of another's. That
 * decides who computes a chunk, never what is computed.
 *
 * <p>A waiting worker spins for a while, then parks: the next op of a step mostly follows sooner, and a parked thread takes
 * tens of microseconds to come back. With more threads than processors nobody spins.
 */
final class WorkerPool {
    /** A computation in independent chunks. */
    interface Task {
        /**
         * Computes one chunk.
         *
         * @param worker who computes it, in {@code [0, threads)}: the index of its scratch memory
         */
        void run(int chunk, int worker);
    }

    /** Work of fewer multiply-adds than this is done by the caller alone: to wake a thread would take as long. */
    static final long PARALLEL_WORK = 1 << 18;

    /** About how many multiply-adds take as long as to move a single value from one layout to another. */
    static final int MOVE = 16;

    /** About how many multiply-adds take as long as to read two values in order and to write one. */
    static final int TOUCH = 4;

    private static final long SPIN_NANOS = 200_000;

    /** From one counter to the next, so that no two share a pair of cache lines: a waiting thread reads one all the time. */
    private static final int PITCH = 16;
    /** How many tasks there have been. */
    private static final int TASKS = PITCH;

    private static final int UNFINISHED = 2 * PITCH;
    /** Of the first thread: in the upper half the first chunk of its range that nobody has taken, in the lower one its end. */
    private static final int RANGES = 3 * PITCH;
    /** As {@link #RANGES}, of the same thread: whether it is parked. */
    private static final int PARKED = RANGES + 1;

    private final int threads;
    private final long parallelWork;
    private final long spinNanos;
    private final Thread[] workers;
    private final AtomicLongArray counters;
    private Task task;
    private volatile Thread waiter;
    private volatile Throwable failure;
    private volatile boolean closed;

    /**
     * Starts the threads.
     *
     * @param parallelWork work from which on a task is shared among the threads
     */
    WorkerPool(int threads, long parallelWork) {
        this.threads = threads;
        this.parallelWork = parallelWork;
        spinNanos = threads <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
        workers = new Thread[threads - 1];
        counters = new AtomicLongArray(RANGES + (threads + 1) * PITCH);
        for (int i = 0; i < workers.length; i++) {
            int worker = i + 1;
            workers[i] = new Thread(() -> work(worker), "gabor-cpu-" + worker);
            workers[i].setDaemon(true);
            workers[i].start();
        }
    }

    int threads() {
        return threads;
    }

    /**
     * Runs all chunks of a task and returns when they are done.
     *
     * @param work about how many multiply-adds, or as expensive operations, the whole task has
     */
    void run(Task newTask, int newChunks, long work) {
        if (workers.length == 0 || newChunks == 1 || work < parallelWork) {
            for (int chunk = 0; chunk < newChunks; chunk++) {
                newTask.run(chunk, 0);
            }
            return;
        }
        task = newTask;
        counters.set(UNFINISHED, newChunks);
        for (int i = 0; i < threads; i++) {
            counters.set(RANGES + i * PITCH, (long) begin(i, newChunks) << 32 | begin(i + 1, newChunks));
        }
        counters.incrementAndGet(TASKS);
        for (int i = 1; i < threads; i++) {
            if (begin(i, newChunks) < begin(i + 1, newChunks) && counters.get(PARKED + i * PITCH) != 0) {
                LockSupport.unpark(workers[i - 1]);
            }
        }
        takeChunks(0);
        await();
        task = null;
        if (failure != null) {
            rethrow();
        }
    }

    /** Returns where a thread's range begins. */
    private int begin(int worker, int chunks) {
        return (int) (((long) chunks * worker + threads - 1) / threads);
    }

    /** Takes chunks until there are none: of the own range from its beginning, of the others' from their end. */
    private void takeChunks(int worker) {
        int done = 0;
        for (int i = 0; i < threads; i++) {
            int counter = RANGES + (worker + i) % threads * PITCH;
            for (long range = counters.get(counter); range >> 32 < (int) range; range = counters.get(counter)) {
                if (counters.compareAndSet(counter, range, i == 0 ? range + (1L << 32) : range - 1)) {
                    run(i == 0 ? (int) (range >> 32) : (int) range - 1, worker);
                    done++;
                }
            }
        }
        if (done > 0 && counters.addAndGet(UNFINISHED, -done) == 0) {
            Thread sleeper = waiter;
            if (sleeper != null) {
                LockSupport.unpark(sleeper);
            }
        }
    }

    private void run(int chunk, int worker) {
        // The task cannot end before its chunks are counted as done: it is the one that the chunk was taken from.
        try {
            task.run(chunk, worker);
        } catch (Throwable e) {
            failure = e;
        }
    }

    private void await() {
        long start = System.nanoTime();
        while (counters.get(UNFINISHED) > 0) {
            if (System.nanoTime() - start < spinNanos) {
                Thread.onSpinWait();
            } else {
                waiter = Thread.currentThread();
                if (counters.get(UNFINISHED) > 0) {
                    LockSupport.park(this);
                }
                waiter = null;
            }
        }
    }

    private void rethrow() {
        Throwable thrown = failure;
        failure = null;
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    private void work(int worker) {
        int parked = PARKED + worker * PITCH;
        long seen = 0;
        long idleSince = System.nanoTime();
        while (!closed) {
            long tasks = counters.get(TASKS);
            if (tasks != seen) {
                takeChunks(worker);
                seen = tasks;
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince < spinNanos) {
                Thread.onSpinWait();
            } else {
                counters.set(parked, 1);
                if (counters.get(TASKS) == seen && !closed) {
                    LockSupport.park(this);
                }
                counters.set(parked, 0);
                idleSince = System.nanoTime();
            }
        }
    }

    /** Ends the threads. */
    void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}
