package io.gabor.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    /** More threads than processors too: nobody may spin while somebody else needs the processor. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9})
    void everyChunkRunsOnce(int threads) {
        WorkerPool pool = new WorkerPool(threads, 0);
        for (int chunks = 1; chunks < 300; chunks++) {
            AtomicIntegerArray runs = new AtomicIntegerArray(chunks);
            AtomicIntegerArray workers = new AtomicIntegerArray(threads);
            pool.run(
                    (chunk, worker) -> {
                        runs.incrementAndGet(chunk);
                        workers.incrementAndGet(worker);
                    },
                    chunks,
                    1);
            int sum = 0;
            for (int i = 0; i < chunks; i++) {
                assertEquals(1, runs.get(i), "chunk " + i + " of " + chunks);
            }
            for (int i = 0; i < threads; i++) {
                sum += workers.get(i);
            }
            assertEquals(chunks, sum);
        }
        pool.close();
    }

    @Test
    void smallWorkStaysOnTheCaller() {
        WorkerPool pool = new WorkerPool(4, 1000);
        Thread caller = Thread.currentThread();
        pool.run((chunk, worker) -> assertSame(caller, Thread.currentThread()), 50, 999);
        pool.close();
    }

    /** Every chunk waits until all have begun, so that nobody can take a second one. */
    @Test
    void everyThreadBeginsWithItsOwnRange() {
        WorkerPool pool = new WorkerPool(4, 0);
        for (int round = 0; round < 100; round++) {
            CountDownLatch begun = new CountDownLatch(4);
            AtomicIntegerArray workerOfChunk = new AtomicIntegerArray(4);
            pool.run(
                    (chunk, worker) -> {
                        workerOfChunk.set(chunk, worker);
                        begun.countDown();
                        waitFor(begun);
                    },
                    4,
                    1);
            assertEquals("[0, 1, 2, 3]", workerOfChunk.toString());
        }
        pool.close();
    }

    /** The caller is kept in the first chunk, and the other does not begin before it is there. */
    @Test
    void whoIsThroughTakesTheRestOfAnothersRange() {
        WorkerPool pool = new WorkerPool(2, 0);
        for (int round = 0; round < 100; round++) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch others = new CountDownLatch(7);
            AtomicIntegerArray workerOfChunk = new AtomicIntegerArray(8);
            pool.run(
                    (chunk, worker) -> {
                        workerOfChunk.set(chunk, worker);
                        if (chunk == 0) {
                            begun.countDown();
                            waitFor(others);
                        } else {
                            waitFor(begun);
                            others.countDown();
                        }
                    },
                    8,
                    1);
            assertEquals("[0, 1, 1, 1, 1, 1, 1, 1]", workerOfChunk.toString());
        }
        pool.close();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void whatAChunkThrowsReachesTheCaller(int threads) {
        WorkerPool pool = new WorkerPool(threads, 0);
        IllegalArgumentException thrown = assertThrows(
                IllegalArgumentException.class,
                () -> pool.run(
                        (chunk, worker) -> {
                            if (chunk == 7) {
                                throw new IllegalArgumentException("chunk 7");
                            }
                        },
                        20,
                        1));
        assertEquals("chunk 7", thrown.getMessage());
        AtomicIntegerArray runs = new AtomicIntegerArray(20);
        pool.run((chunk, worker) -> runs.incrementAndGet(chunk), 20, 1);
        for (int i = 0; i < 20; i++) {
            assertEquals(1, runs.get(i), "the pool goes on after a failure");
        }
        pool.close();
    }

    @Test
    void closeEndsTheThreads() throws InterruptedException {
        WorkerPool pool = new WorkerPool(3, 0);
        Thread[] seen = new Thread[3];
        for (int i = 0; i < 1000; i++) {
            pool.run((chunk, worker) -> seen[worker] = Thread.currentThread(), 64, 1);
        }
        pool.close();
        for (int i = 1; i < 3; i++) {
            if (seen[i] != null) {
                seen[i].join();
                assertFalse(seen[i].isAlive());
            }
        }
    }
}
