package io.gabor.backend.cpu.simd;

/** From the shape of a tile to its method. */
final class VectorTileCalls {
    private VectorTileCalls() {}

    /** Returns the largest of {@link TileChoice#SIDES} that is no more than {@code left} and {@code most}. */
    static int side(int left, int most) {
        int side = Math.min(left, most);
        return side >= 4 ? 4 : Math.min(side, 2);
    }

    static void multiply(
            int height,
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int[] bRows,
            int firstRow,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        switch (height) {
            case 12 -> VectorTiles.multiply12(k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
            case 8 -> VectorTiles.multiply8(k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
            case 6 -> VectorTiles.multiply6(k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
            case 4 -> VectorTiles.multiply4(k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
            case 2 -> VectorTiles.multiply2(k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
            case 1 -> VectorTiles.multiply1(k, a, aOffset, b, bOffset, bRows, firstRow, c, cOffset, cPitch, add);
            default -> throw new IllegalArgumentException("no tile has the height " + height);
        }
    }

    static void panel(
            int height,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            int aStep,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cPitch,
            boolean add) {
        switch (height) {
            case 12 -> VectorTiles.panel12(k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
            case 8 -> VectorTiles.panel8(k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
            case 6 -> VectorTiles.panel6(k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
            case 4 -> VectorTiles.panel4(k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
            case 2 -> VectorTiles.panel2(k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
            case 1 -> VectorTiles.panel1(k, a, aOffset, aRow, aStep, b, bOffset, c, cOffset, cPitch, add);
            default -> throw new IllegalArgumentException("no tile has the height " + height);
        }
    }

    static void correlate(
            int height,
            int width,
            int run,
            float[] a,
            int ao,
            int aPitch,
            float[] b,
            int bo,
            int[] columns,
            int column,
            float[] s,
            int so,
            int sPitch) {
        switch (10 * height + width) {
            case 44 -> VectorTiles.correlate4x4(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 42 -> VectorTiles.correlate4x2(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 41 -> VectorTiles.correlate4x1(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 24 -> VectorTiles.correlate2x4(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 22 -> VectorTiles.correlate2x2(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 21 -> VectorTiles.correlate2x1(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 14 -> VectorTiles.correlate1x4(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 12 -> VectorTiles.correlate1x2(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            case 11 -> VectorTiles.correlate1x1(run, a, ao, aPitch, b, bo, columns, column, s, so, sPitch);
            default -> throw new IllegalArgumentException("no tile has the shape " + height + "×" + width);
        }
    }

    static void correlateTaps(
            int height,
            int taps,
            int steps,
            float[] a,
            int ao,
            int aPitch,
            int[] aSteps,
            float[] b,
            int bo,
            int[] bSteps,
            int first,
            float[] s,
            int so,
            int sPitch) {
        switch (10 * height + taps) {
            case 35 -> VectorTiles.correlate3Taps5(steps, a, ao, aPitch, aSteps, b, bo, bSteps, first, s, so, sPitch);
            case 33 -> VectorTiles.correlate3Taps3(steps, a, ao, aPitch, aSteps, b, bo, bSteps, first, s, so, sPitch);
            case 25 -> VectorTiles.correlate2Taps5(steps, a, ao, aPitch, aSteps, b, bo, bSteps, first, s, so, sPitch);
            case 23 -> VectorTiles.correlate2Taps3(steps, a, ao, aPitch, aSteps, b, bo, bSteps, first, s, so, sPitch);
            case 15 -> VectorTiles.correlate1Taps5(steps, a, ao, aPitch, aSteps, b, bo, bSteps, first, s, so, sPitch);
            case 13 -> VectorTiles.correlate1Taps3(steps, a, ao, aPitch, aSteps, b, bo, bSteps, first, s, so, sPitch);
            default -> throw new IllegalArgumentException("no tile has " + height + " rows and " + taps + " taps");
        }
    }
}
