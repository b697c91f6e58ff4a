package io.gabor.backend.cpu.simd;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Measures the register tiles: all shapes in turn, again and again, until the JIT compiler is done with each and none gets
 * faster. Only one JVM measures at a time, and only speeds that can be believed are kept; in all other cases the tiles are
 * those that suit most processors.
 */
final class TileCalibration {
    /** Runs one of the shapes of {@link TileSpeeds} for a short time. */
    interface Turns {
        /** Returns the operations per nanosecond. */
        double speed(int shape);
    }

    /** How long no shape must have become faster. */
    private static final long CALM_NANOS = 25_000_000;
    /** As {@link #CALM_NANOS}, in rounds: on a busy machine there are few of them in that time. */
    private static final int CALM_ROUNDS = 40;
    /** After that nothing more is to be expected. */
    private static final long LIMIT_NANOS = 1_000_000_000;
    /** How long to wait for another JVM that measures. */
    private static final long WAIT_NANOS = 1_000_000_000;

    private static final long POLL_NANOS = 5_000_000;

    private final Turns turns;
    private final LongSupplier clock;
    private final Runnable pause;

    TileCalibration() {
        this(new TileTurns(), System::nanoTime, () -> LockSupport.parkNanos(POLL_NANOS));
    }

    /**
     * Makes one with another idea of time.
     *
     * @param clock tells the nanoseconds
     * @param pause lets a few milliseconds pass
     */
    TileCalibration(Turns turns, LongSupplier clock, Runnable pause) {
        this.turns = turns;
        this.clock = clock;
        this.pause = pause;
    }

    /** Returns the choice of this processor and JVM: the one that was kept, else a measured one. */
    static TileChoice choice() {
        Optional<Path> folder = CacheFolder.find(System::getenv, System::getProperty);
        if (folder.isEmpty()) {
            return new TileCalibration().measured().orElseGet(TileChoice::usual);
        }
        TileCache cache = new TileCache(folder.get(), TileCache.keyOfThisJvm());
        Optional<TileChoice> kept = cache.read();
        return kept.isPresent() ? kept.get() : new TileCalibration().choice(cache);
    }

    /** Returns the choice that is kept, else a measured one, which is kept if it can be believed. */
    TileChoice choice(TileCache cache) {
        long start = clock.getAsLong();
        do {
            try (TileLock lock = cache.lock()) {
                // Who had the lock before may have kept a choice.
                Optional<TileChoice> kept = cache.read();
                if (kept.isPresent()) {
                    return kept.get();
                }
                if (lock.free()) {
                    Optional<TileChoice> measured = measured();
                    measured.ifPresent(cache::write);
                    return measured.orElseGet(TileChoice::usual);
                }
            }
            pause.run();
        } while (clock.getAsLong() - start < WAIT_NANOS);
        return TileChoice.usual();
    }

    /** Measures; empty if the speeds are not to be believed. */
    Optional<TileChoice> measured() {
        TileSpeeds speeds = new TileSpeeds();
        long start = clock.getAsLong();
        long improved = start;
        int calmRounds = 0;
        for (long now = start; now - start < LIMIT_NANOS; now = clock.getAsLong()) {
            calmRounds++;
            for (int shape = 0; shape < TileSpeeds.COUNT; shape++) {
                if (speeds.add(shape, turns.speed(shape))) {
                    improved = clock.getAsLong();
                    calmRounds = 0;
                }
            }
            if (calmRounds >= CALM_ROUNDS && clock.getAsLong() - improved > CALM_NANOS && speeds.credible()) {
                return Optional.of(speeds.choice());
            }
        }
        return Optional.empty();
    }
}
