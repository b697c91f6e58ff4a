package io.gabor.backend.cpu.simd;

import java.util.Arrays;

/** Runs the register tiles, and a plain loop of multiply-adds beside them, on operands in the first-level cache. */
final class TileTurns implements TileCalibration.Turns {
    /** Steps of a product, or vectors of a correlation: the operands of the largest tile fill half of the cache. */
    private static final int STEPS = 64;

    private static final int CORRELATE_STEPS = 32;
    /** Until a shape has been called so often, its loops are short: an interpreted vector takes a thousand times as long. */
    private static final int WARM_UP_CALLS = 1000;

    private static final int WARM_UP_STEPS = 26;
    private static final long TURN_NANOS = 50_000;
    private static final int LANES = VectorKernels.LANES;

    private final int[] heights = TileChoice.HEIGHTS;
    private final int[] calls = new int[TileSpeeds.COUNT];
    private final float[] a = new float[Math.max(heights[heights.length - 1] * STEPS, 4 * CORRELATE_STEPS * LANES)];
    private final float[] b = new float[Math.max(2 * LANES * STEPS, 4 * CORRELATE_STEPS * LANES)];
    private final float[] c = new float[Math.max(heights[heights.length - 1] * 2, 4 * 4) * LANES];
    private final int[] bRows = new int[STEPS];
    private final int[] bColumns = new int[4];
    private final VectorKernels kernels = new VectorKernels(TileChoice.usual());

    TileTurns() {
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.001f);
        Arrays.setAll(bRows, p -> p * 2 * LANES);
        Arrays.setAll(bColumns, j -> j * CORRELATE_STEPS * LANES);
    }

    @Override
    public double speed(int shape) {
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
        if (shape == TileSpeeds.LOOP) {
            int iterations = warm ? 4 * STEPS : WARM_UP_STEPS;
            c[0] = kernels.multiplyAddLoop(iterations);
            return (long) iterations * kernels.multiplyAddLoopFlops();
        }
        if (shape < heights.length) {
            int steps = warm ? STEPS : WARM_UP_STEPS;
            VectorTileCalls.multiply(heights[shape], steps, a, 0, b, 0, bRows, 0, c, 0, 2 * LANES, add);
            return 2L * heights[shape] * 2 * LANES * steps;
        }
        int[] sides = TileSpeeds.CORRELATE[shape - heights.length];
        int steps = warm ? CORRELATE_STEPS : WARM_UP_STEPS;
        int pitch = CORRELATE_STEPS * LANES;
        VectorTileCalls.correlate(sides[0], sides[1], steps * LANES, a, 0, pitch, b, 0, bColumns, 0, c, 0, 4 * LANES);
        return 2L * sides[0] * sides[1] * LANES * steps;
    }
}
