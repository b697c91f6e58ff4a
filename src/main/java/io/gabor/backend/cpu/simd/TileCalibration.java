package io.gabor.backend.cpu.simd;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Measures the register tiles, on operands in the first-level cache: all shapes in turn, again and again, until the JIT
 * compiler is done with each and none gets faster. The best of its turns is a shape's speed, since noise only slows down.
 */
final class TileCalibration {
    /** Steps of a product, or vectors of a correlation: the operands of the largest tile fill half of the cache. */
    private static final int STEPS = 64;

    private static final int CORRELATE_STEPS = 32;
    /** Until a shape has been called so often, its loops are short: an interpreted vector takes a thousand times as long. */
    private static final int WARM_UP_CALLS = 1000;

    private static final int WARM_UP_STEPS = 26;
    private static final long TURN_NANOS = 50_000;
    /** How long no shape must have become faster by {@link #GAIN}. */
    private static final long CALM_NANOS = 25_000_000;

    private static final double GAIN = 1.03;
    /** After that the speeds have to do as they are. */
    private static final long LIMIT_NANOS = 1_000_000_000;
    /** Operations per nanosecond and lane that no code reaches whose vectors are still objects. */
    private static final double COMPILED = 0.5;

    private static final int LANES = VectorKernels.LANES;
    /** Height and width of what correlates. */
    private static final int[][] CORRELATE_SHAPES = {{2, 2}, {2, 4}, {4, 2}, {4, 4}};

    private final int[] heights = TileChoice.HEIGHTS;
    private final int shapes = heights.length + CORRELATE_SHAPES.length;
    private final double[] best = new double[shapes];
    private final int[] calls = new int[shapes];
    private final float[] a = new float[Math.max(heights[heights.length - 1] * STEPS, 4 * CORRELATE_STEPS * LANES)];
    private final float[] b = new float[Math.max(2 * LANES * STEPS, 4 * CORRELATE_STEPS * LANES)];
    private final float[] c = new float[Math.max(heights[heights.length - 1] * 2, 4 * 4) * LANES];
    private final int[] bRows = new int[STEPS];
    private final int[] bColumns = new int[4];
    private boolean settled;

    private TileCalibration() {
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.001f);
        Arrays.setAll(bRows, p -> p * 2 * LANES);
        Arrays.setAll(bColumns, j -> j * CORRELATE_STEPS * LANES);
    }

    /** Returns the choice of this processor and JVM: the one that was kept, else a measured one. */
    static TileChoice choice() {
        Optional<Path> folder = CacheFolder.find(System::getenv, System::getProperty);
        return folder.isPresent()
                ? choice(new TileCache(folder.get(), TileCache.keyOfThisJvm()))
                : measured().choose();
    }

    static TileChoice choice(TileCache cache) {
        Optional<TileChoice> kept = cache.read();
        if (kept.isPresent()) {
            return kept.get();
        }
        TileCalibration measured = measured();
        TileChoice choice = measured.choose();
        // What a busy machine could not finish is not for other days.
        if (measured.settled) {
            cache.write(choice);
        }
        return choice;
    }

    private static TileCalibration measured() {
        TileCalibration calibration = new TileCalibration();
        calibration.measure();
        return calibration;
    }

    private void measure() {
        long start = System.nanoTime();
        long improved = start;
        for (long now = start; !settled && now - start < LIMIT_NANOS; now = System.nanoTime()) {
            for (int shape = 0; shape < shapes; shape++) {
                double speed = turn(shape);
                if (speed > GAIN * best[shape]) {
                    improved = System.nanoTime();
                }
                best[shape] = Math.max(best[shape], speed);
            }
            settled = System.nanoTime() - improved > CALM_NANOS
                    && Arrays.stream(best).allMatch(speed -> speed > COMPILED * LANES);
        }
    }

    /** Returns the operations per nanosecond of one turn. */
    private double turn(int shape) {
        boolean warm = calls[shape] >= WARM_UP_CALLS;
        int turnCalls = 0;
        long operations = 0;
        long start = System.nanoTime();
        long time;
        do {
            operations += call(shape, warm, (turnCalls & 1) == 1);
            turnCalls++;
            time = System.nanoTime() - start;
        } while (time < TURN_NANOS);
        calls[shape] += turnCalls;
        return (double) operations / time;
    }

    /** Returns the operations of the call. */
    private long call(int shape, boolean warm, boolean add) {
        if (shape < heights.length) {
            int steps = warm ? STEPS : WARM_UP_STEPS;
            VectorTileCalls.multiply(heights[shape], steps, a, 0, b, 0, bRows, 0, c, 0, 2 * LANES, add);
            return 2L * heights[shape] * 2 * LANES * steps;
        }
        int[] sides = CORRELATE_SHAPES[shape - heights.length];
        int steps = warm ? CORRELATE_STEPS : WARM_UP_STEPS;
        int pitch = CORRELATE_STEPS * LANES;
        VectorTileCalls.correlate(sides[0], sides[1], steps * LANES, a, 0, pitch, b, 0, bColumns, 0, c, 0, 4 * LANES);
        return 2L * sides[0] * sides[1] * LANES * steps;
    }

    private TileChoice choose() {
        int fastest = 0;
        for (int i = 1; i < CORRELATE_SHAPES.length; i++) {
            if (best[heights.length + i] > best[heights.length + fastest]) {
                fastest = i;
            }
        }
        return new TileChoice(
                Arrays.copyOf(best, heights.length), CORRELATE_SHAPES[fastest][0], CORRELATE_SHAPES[fastest][1]);
    }
}
