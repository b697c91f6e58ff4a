package io.gabor.backend.cpu.simd;

/** Transposes in plain loops: all of a matrix without the Vector API, and what whole vectors leave over with it. */
final class Transposition {
    /** Values of one row that are moved at a time, so that both sides stay in the first-level cache. */
    private static final int STRIP = 16;

    private Transposition() {}

    /** Moves the rows from {@code firstRow} to {@code endRow} and the columns from {@code firstCol} to {@code endCol}. */
    static void transpose(
            int firstRow,
            int endRow,
            int firstCol,
            int endCol,
            float[] from,
            int fromOffset,
            int fromPitch,
            float[] to,
            int toOffset,
            int toPitch) {
        for (int strip = firstCol; strip < endCol; strip += STRIP) {
            int end = Math.min(strip + STRIP, endCol);
            for (int i = firstRow; i < endRow; i++) {
                int source = fromOffset + i * fromPitch;
                int target = toOffset + strip * toPitch + i;
                for (int j = strip; j < end; j++) {
                    to[target] = from[source + j];
                    target += toPitch;
                }
            }
        }
    }
}
