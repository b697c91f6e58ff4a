package io.gabor.backend.cpu;

import java.util.Arrays;

/**
 * Copies rows of a plane to where they have zeros around them. A pixel is {@code width} values side by side.
 *
 * @param rows of the plane
 * @param cols of the plane
 * @param left zero pixels before each row; where it is negative, so many pixels are left out
 * @param padded pixels of a row with all that
 */
record PaddedRows(int width, int rows, int cols, int left, int padded) {
    /** Returns how many floats a row takes. */
    int pitch() {
        return padded * width;
    }

    /**
     * Copies.
     *
     * @param from where the plane begins
     * @param row the first one; rows outside the plane are zeros
     */
    void copy(float[] source, int from, int row, int count, float[] target, int to) {
        int before = Math.min(padded, Math.max(0, left));
        int skipped = Math.max(0, -left);
        int copied = Math.max(0, Math.min(cols - skipped, padded - before)) * width;
        for (int i = row; i < row + count; i++) {
            int at = to + (i - row) * pitch();
            int next = at + pitch();
            if (i < 0 || i >= rows) {
                Arrays.fill(target, at, next, 0f);
                continue;
            }
            int begin = at + before * width;
            Arrays.fill(target, at, begin, 0f);
            System.arraycopy(source, from + (i * cols + skipped) * width, target, begin, copied);
            Arrays.fill(target, begin + copied, next, 0f);
        }
    }
}
