package io.gabor.backend.cpu.simd;

import java.util.Arrays;

/**
 * What the turns of a calibration have shown: the best speed of every shape, and whether to believe it. Noise only slows
 * down, so a shape's best turn is its speed; but on a busy machine all turns of a shape may have been disturbed, or the JIT
 * compiler may not have come to it. Then speeds do not repeat, or fall short of what a plain loop of multiply-adds reaches
 * in the same turns.
 */
final class TileSpeeds {
    /** Heights and widths of the tiles that correlate, as they are measured. */
    static final int[][] CORRELATE = {{2, 2}, {2, 4}, {4, 2}, {4, 4}};
    /** The number of the loop of multiply-adds; below it are the heights that multiply and the shapes that correlate. */
    static final int LOOP = TileChoice.HEIGHTS.length + CORRELATE.length;

    static final int COUNT = LOOP + 1;

    /** What counts as faster than before. */
    private static final double GAIN = 1.03;
    /** How near the second best turn of a shape must come to its best. */
    private static final double ALIKE = 0.95;
    /** The part of the loop's speed that the fastest height reaches, where all went well. */
    private static final double FASTEST_HEIGHT = 0.6;
    /** As {@link #FASTEST_HEIGHT}, of the shapes that correlate: they load more. */
    private static final double FASTEST_CORRELATION = 0.35;
    /** A part of the loop's speed that no shape falls short of which is compiled. */
    private static final double COMPILED = 0.05;
    /**
     * Operations a nanosecond and lane below which the loop itself is not compiled: where the JIT compiler has not come to
     * anything yet, all speeds fit together and are a hundredth of what they will be. No processor with vectors is as slow.
     */
    private static final double COMPILED_LANE = 0.25;
    /** A multiple of the loop's speed that no shape reaches. */
    private static final double IMPOSSIBLE = 1.15;

    private final double[] best = new double[COUNT];
    private final double[] second = new double[COUNT];

    /** Adds what one turn has shown, and returns whether the shape is faster than it seemed. */
    boolean add(int shape, double speed) {
        boolean faster = speed > GAIN * best[shape];
        second[shape] = Math.max(second[shape], Math.min(speed, best[shape]));
        best[shape] = Math.max(best[shape], speed);
        return faster;
    }

    /** Returns whether the speeds repeat and fit together. */
    boolean credible() {
        double loop = best[LOOP];
        if (loop < COMPILED_LANE * VectorKernels.LANES) {
            return false;
        }
        for (int shape = 0; shape < COUNT; shape++) {
            boolean possible = best[shape] > COMPILED * loop && best[shape] < IMPOSSIBLE * loop;
            if (!possible || second[shape] < ALIKE * best[shape]) {
                return false;
            }
        }
        return best[fastest(0, TileChoice.HEIGHTS.length)] > FASTEST_HEIGHT * loop
                && best[fastest(TileChoice.HEIGHTS.length, LOOP)] > FASTEST_CORRELATION * loop;
    }

    /** Returns the choice that these speeds make. */
    TileChoice choice() {
        int[] sides = CORRELATE[fastest(TileChoice.HEIGHTS.length, LOOP) - TileChoice.HEIGHTS.length];
        return new TileChoice(Arrays.copyOf(best, TileChoice.HEIGHTS.length), sides[0], sides[1]);
    }

    private int fastest(int from, int end) {
        int fastest = from;
        for (int shape = from + 1; shape < end; shape++) {
            if (best[shape] > best[fastest]) {
                fastest = shape;
            }
        }
        return fastest;
    }
}
