package io.gabor.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of one backend: the caller and {@code threads − 1} daemons. A task is cut into chunks; whoever is free takes
 * the next one. That decides who computes a chunk, never what is computed.
 *
 * <p>A waiting worker spins for some tens of microseconds, then parks: the next op of a step mostly follows sooner, and a
 * parked thread takes tens of microseconds to come back. With more threads than processors nobody spins.
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

    private static final long SPIN_NANOS = 50_000;

    private final int threads;
    private final long parallelWork;
    private final long spinNanos;
    private final Thread[] workers;
    /** The running task's number in the upper half, how many of its chunks are not taken yet in the lower one. */
    private final AtomicLong tickets = new AtomicLong();

    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicIntegerArray parked;
    private Task task;
    private int chunks;
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
        parked = new AtomicIntegerArray(threads);
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
        chunks = newChunks;
        unfinished.set(newChunks);
        tickets.set(((tickets.get() >>> 32) + 1) << 32 | newChunks);
        int helpers = Math.min(workers.length, newChunks - 1);
        for (int i = 0; i < helpers; i++) {
            if (parked.get(i + 1) != 0) {
                LockSupport.unpark(workers[i]);
            }
        }
        takeChunks(0);
        await();
        task = null;
        if (failure != null) {
            rethrow();
        }
    }

    private void takeChunks(int worker) {
        for (long ticket = tickets.get(); (int) ticket > 0; ticket = tickets.get()) {
            if (tickets.compareAndSet(ticket, ticket - 1)) {
                // The task cannot end before this chunk does, so these fields are those of the ticket.
                try {
                    task.run(chunks - (int) ticket, worker);
                } catch (Throwable e) {
                    failure = e;
                }
                if (unfinished.decrementAndGet() == 0) {
                    Thread sleeper = waiter;
                    if (sleeper != null) {
                        LockSupport.unpark(sleeper);
                    }
                }
            }
        }
    }

    private void await() {
        long start = System.nanoTime();
        while (unfinished.get() > 0) {
            if (System.nanoTime() - start < spinNanos) {
                Thread.onSpinWait();
            } else {
                waiter = Thread.currentThread();
                if (unfinished.get() > 0) {
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
        long idleSince = System.nanoTime();
        while (!closed) {
            if ((int) tickets.get() > 0) {
                takeChunks(worker);
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince < spinNanos) {
                Thread.onSpinWait();
            } else {
                parked.set(worker, 1);
                if ((int) tickets.get() == 0 && !closed) {
                    LockSupport.park(this);
                }
                parked.set(worker, 0);
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
