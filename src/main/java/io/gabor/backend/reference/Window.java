package io.gabor.backend.reference;

import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.WindowAxis;

/**
 * The part inside the image of one pooling window: rows {@code [top, bottom)} and columns {@code [left, right)} of one
 * H×W plane. It is never empty, because padding is smaller than the kernel.
 *
 * @param output the index of the window's output pixel in {@code y}
 * @param paddedSize the number of positions in the window that are in the image or its padding; a ceil-mode window may
 *     reach further
 */
record Window(int plane, int height, int width, int top, int bottom, int left, int right, int output, int paddedSize) {
    /**
     * Returns the window of output pixel (i,j).
     *
     * @param plane which of the N·C planes: {@code n·C + c}
     */
    static Window at(PoolGeometry geometry, int plane, int i, int j) {
        WindowAxis rows = geometry.rows();
        WindowAxis cols = geometry.cols();
        int firstRow = i * rows.stride() - rows.padBefore();
        int firstCol = j * cols.stride() - cols.padBefore();
        int endRow = Math.min(firstRow + rows.kernel(), rows.in() + rows.padAfter());
        int endCol = Math.min(firstCol + cols.kernel(), cols.in() + cols.padAfter());
        return new Window(
                plane,
                rows.in(),
                cols.in(),
                Math.max(firstRow, 0),
                Math.min(endRow, rows.in()),
                Math.max(firstCol, 0),
                Math.min(endCol, cols.in()),
                (plane * rows.out() + i) * cols.out() + j,
                (endRow - firstRow) * (endCol - firstCol));
    }

    /** Returns the index in {@code x} of pixel (h,v) of this window's plane. */
    int input(int h, int v) {
        return (plane * height + h) * width + v;
    }

    /** Returns the number of pixels in the window. */
    int size() {
        return (bottom - top) * (right - left);
    }
}
