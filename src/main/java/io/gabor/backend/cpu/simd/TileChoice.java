package io.gabor.backend.cpu.simd;

import java.util.Arrays;

/**
 * Which register tiles to use, from how fast each of them is here. The shapes that suit a processor and a JIT compiler
 * cannot be told beforehand: one that is a tenth faster than another on one JDK spills its registers and takes twice as
 * long on the next.
 */
final class TileChoice {
    /** Heights of the tiles that multiply, ascending. */
    static final int[] HEIGHTS = {1, 2, 4, 6, 8, 12};
    /** Heights and widths of the tiles that correlate, ascending. */
    static final int[] SIDES = {1, 2, 4};

    /** Widths of kernels whose taps are correlated row by row. */
    static final int[] TAPS = {3, 5};
    /** Heights of the tiles that do so. */
    static final int[] TAP_ROWS = {1, 2, 3};
    /** Pixels that they take at a time. */
    static final int TAP_PIXELS = 4;

    /** Rows up to which {@link #next} looks for the best cut. */
    private static final int FEW = 2 * HEIGHTS[HEIGHTS.length - 1];

    private final double[] heightSpeeds;
    /** The tallest of the {@link #heights} that few rows are cut into. */
    private final int[] tallest = new int[FEW + 1];

    private final int correlateRows;
    private final int correlateColumns;

    /**
     * Makes a choice from measured speeds.
     *
     * @param heightSpeeds of the tiles of {@link #HEIGHTS}, in any one unit
     * @param correlateRows the largest height to correlate with, one of {@link #SIDES}
     * @param correlateColumns the largest width to correlate with, one of {@link #SIDES}
     */
    TileChoice(double[] heightSpeeds, int correlateRows, int correlateColumns) {
        this.heightSpeeds = heightSpeeds.clone();
        this.correlateRows = correlateRows;
        this.correlateColumns = correlateColumns;
        for (int rows = 1; rows <= FEW; rows++) {
            tallest[rows] = heights(rows)[0];
        }
    }

    /** Returns what suits most processors of this one's kind: tall tiles where there are registers for them. */
    static TileChoice usual() {
        // AVX-512 and all ARM processors of 64 bits have 32 vector registers, all others 16.
        boolean many = VectorKernels.LANES >= 16 || "aarch64".equals(System.getProperty("os.arch"));
        return many
                ? new TileChoice(new double[] {0.3, 0.5, 0.6, 0.7, 0.8, 0.9}, 4, 4)
                : new TileChoice(new double[] {0.4, 0.6, 0.8, 0.7, 0.4, 0.3}, 2, 2);
    }

    double[] heightSpeeds() {
        return heightSpeeds.clone();
    }

    int correlateRows() {
        return correlateRows;
    }

    int correlateColumns() {
        return correlateColumns;
    }

    /** Returns how many of the rows that are left to take next: as {@link #heights} cuts them, or nearly so. */
    int next(int left) {
        return tallest[Math.min(left, FEW)];
    }

    /** Returns the heights, largest first, that add up to {@code rows} in the least time. */
    int[] heights(int rows) {
        double[] time = new double[rows + 1];
        int[] last = new int[rows + 1];
        for (int r = 1; r <= rows; r++) {
            time[r] = Double.MAX_VALUE;
            for (int i = 0; i < HEIGHTS.length && HEIGHTS[i] <= r; i++) {
                double t = time[r - HEIGHTS[i]] + HEIGHTS[i] / heightSpeeds[i];
                if (t < time[r]) {
                    time[r] = t;
                    last[r] = HEIGHTS[i];
                }
            }
        }
        int[] heights = new int[rows];
        int count = 0;
        for (int r = rows; r > 0; r -= last[r]) {
            heights[count++] = last[r];
        }
        int[] descending = new int[count];
        Arrays.sort(heights, 0, count);
        for (int i = 0; i < count; i++) {
            descending[i] = heights[count - 1 - i];
        }
        return descending;
    }

    @Override
    public String toString() {
        int best = 0;
        for (int i = 1; i < HEIGHTS.length; i++) {
            if (heightSpeeds[i] > heightSpeeds[best]) {
                best = i;
            }
        }
        return HEIGHTS[best] + "×2 and " + correlateRows + "×" + correlateColumns;
    }
}
