package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Depthwise convolutions with 3×3 kernels, in vectors. Loads are what these loops wait for: a vector of a Java array lies in
 * two cache lines as a rule. So each value is loaded once for the three columns of taps that read it and moves on from
 * register to register, and two rows of the result share what they both read. That also gives the processor two chains of
 * multiply-adds at a time.
 */
final class VectorSquares implements SquareKernels {
    private static final int WIDTH = 2 * LANES;

    @Override
    public void sums(
            int lanes,
            int rows,
            int cols,
            int stride,
            int edges,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        boolean left = (edges & LEFT) != 0;
        boolean right = (edges & RIGHT) != 0;
        int step = stride * xRow;
        for (int i = 0; i < rows; ) {
            boolean top = i == 0 && (edges & TOP) != 0;
            boolean bottom = i + 1 == rows && (edges & BOTTOM) != 0;
            boolean two = !top && i + 2 <= ((edges & BOTTOM) != 0 ? rows - 1 : rows);
            for (int half = 0; half < lanes; half += LANES) {
                int from = xOffset + i * step + half;
                int to = yOffset + i * yRow + half;
                int weights = wOffset + half;
                if (two && stride == 1) {
                    twoRows(cols, left, right, w, weights, x, from, xRow, y, to, yRow);
                } else if (two) {
                    twoRowsApart(cols, left, right, w, weights, x, from, xRow, y, to, yRow);
                } else if (stride == 1) {
                    oneRow(cols, left, right, top, bottom, w, weights, x, from, xRow, y, to);
                } else {
                    oneRowApart(cols, left, right, top, bottom, w, weights, x, from, xRow, y, to);
                }
            }
            i += two ? 2 : 1;
        }
    }

    /** Two rows of stride 1. */
    private static void twoRows(
            int cols,
            boolean left,
            boolean right,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        FloatVector w0 = FloatVector.fromArray(SPECIES, w, wOffset);
        FloatVector w1 = FloatVector.fromArray(SPECIES, w, wOffset + WIDTH);
        FloatVector w2 = FloatVector.fromArray(SPECIES, w, wOffset + 2 * WIDTH);
        FloatVector w3 = FloatVector.fromArray(SPECIES, w, wOffset + 3 * WIDTH);
        FloatVector w4 = FloatVector.fromArray(SPECIES, w, wOffset + 4 * WIDTH);
        FloatVector w5 = FloatVector.fromArray(SPECIES, w, wOffset + 5 * WIDTH);
        FloatVector w6 = FloatVector.fromArray(SPECIES, w, wOffset + 6 * WIDTH);
        FloatVector w7 = FloatVector.fromArray(SPECIES, w, wOffset + 7 * WIDTH);
        FloatVector w8 = FloatVector.fromArray(SPECIES, w, wOffset + 8 * WIDTH);
        int a = xOffset;
        int b = xOffset + xRow;
        int c = xOffset + 2 * xRow;
        int d = xOffset + 3 * xRow;
        FloatVector a0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, a);
        FloatVector b0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, b);
        FloatVector c0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, c);
        FloatVector d0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, d);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + WIDTH);
        FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + WIDTH);
        FloatVector d1 = FloatVector.fromArray(SPECIES, x, d + WIDTH);
        int last = right ? cols - 1 : cols;
        for (int j = 0; j < last; j++) {
            int next = (j + 2) * WIDTH;
            int to = yOffset + j * WIDTH;
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, a + next);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x, b + next);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x, c + next);
            FloatVector d2 = FloatVector.fromArray(SPECIES, x, d + next);
            FloatVector upper = a0.mul(w0);
            FloatVector lower = b0.mul(w0);
            upper = a1.fma(w1, upper);
            lower = b1.fma(w1, lower);
            upper = a2.fma(w2, upper);
            lower = b2.fma(w2, lower);
            upper = b0.fma(w3, upper);
            lower = c0.fma(w3, lower);
            upper = b1.fma(w4, upper);
            lower = c1.fma(w4, lower);
            upper = b2.fma(w5, upper);
            lower = c2.fma(w5, lower);
            upper = c0.fma(w6, upper);
            lower = d0.fma(w6, lower);
            upper = c1.fma(w7, upper);
            lower = d1.fma(w7, lower);
            upper = c2.fma(w8, upper);
            lower = d2.fma(w8, lower);
            lower.intoArray(y, to + yRow);
            upper.intoArray(y, to);
            a0 = a1;
            b0 = b1;
            c0 = c1;
            d0 = d1;
            a1 = a2;
            b1 = b2;
            c1 = c2;
            d1 = d2;
        }
        if (right) {
            int to = yOffset + last * WIDTH;
            FloatVector upper = a0.mul(w0);
            FloatVector lower = b0.mul(w0);
            upper = a1.fma(w1, upper);
            lower = b1.fma(w1, lower);
            upper = b0.fma(w3, upper);
            lower = c0.fma(w3, lower);
            upper = b1.fma(w4, upper);
            lower = c1.fma(w4, lower);
            upper = c0.fma(w6, upper);
            lower = d0.fma(w6, lower);
            upper = c1.fma(w7, upper);
            lower = d1.fma(w7, lower);
            lower.intoArray(y, to + yRow);
            upper.intoArray(y, to);
        }
    }

    /** Two rows of stride 2. */
    private static void twoRowsApart(
            int cols,
            boolean left,
            boolean right,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        FloatVector w0 = FloatVector.fromArray(SPECIES, w, wOffset);
        FloatVector w1 = FloatVector.fromArray(SPECIES, w, wOffset + WIDTH);
        FloatVector w2 = FloatVector.fromArray(SPECIES, w, wOffset + 2 * WIDTH);
        FloatVector w3 = FloatVector.fromArray(SPECIES, w, wOffset + 3 * WIDTH);
        FloatVector w4 = FloatVector.fromArray(SPECIES, w, wOffset + 4 * WIDTH);
        FloatVector w5 = FloatVector.fromArray(SPECIES, w, wOffset + 5 * WIDTH);
        FloatVector w6 = FloatVector.fromArray(SPECIES, w, wOffset + 6 * WIDTH);
        FloatVector w7 = FloatVector.fromArray(SPECIES, w, wOffset + 7 * WIDTH);
        FloatVector w8 = FloatVector.fromArray(SPECIES, w, wOffset + 8 * WIDTH);
        int a = xOffset;
        int b = xOffset + xRow;
        int c = xOffset + 2 * xRow;
        int d = xOffset + 3 * xRow;
        int e = xOffset + 4 * xRow;
        FloatVector a0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, a);
        FloatVector b0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, b);
        FloatVector c0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, c);
        FloatVector d0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, d);
        FloatVector e0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, e);
        int last = right ? cols - 1 : cols;
        for (int j = 0; j < last; j++) {
            int middle = (2 * j + 1) * WIDTH;
            int next = middle + WIDTH;
            int to = yOffset + j * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + middle);
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, a + next);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + middle);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x, b + next);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + middle);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x, c + next);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, d + middle);
            FloatVector d2 = FloatVector.fromArray(SPECIES, x, d + next);
            FloatVector e1 = FloatVector.fromArray(SPECIES, x, e + middle);
            FloatVector e2 = FloatVector.fromArray(SPECIES, x, e + next);
            FloatVector upper = a0.mul(w0);
            FloatVector lower = c0.mul(w0);
            upper = a1.fma(w1, upper);
            lower = c1.fma(w1, lower);
            upper = a2.fma(w2, upper);
            lower = c2.fma(w2, lower);
            upper = b0.fma(w3, upper);
            lower = d0.fma(w3, lower);
            upper = b1.fma(w4, upper);
            lower = d1.fma(w4, lower);
            upper = b2.fma(w5, upper);
            lower = d2.fma(w5, lower);
            upper = c0.fma(w6, upper);
            lower = e0.fma(w6, lower);
            upper = c1.fma(w7, upper);
            lower = e1.fma(w7, lower);
            upper = c2.fma(w8, upper);
            lower = e2.fma(w8, lower);
            lower.intoArray(y, to + yRow);
            upper.intoArray(y, to);
            a0 = a2;
            b0 = b2;
            c0 = c2;
            d0 = d2;
            e0 = e2;
        }
        if (right) {
            int middle = (2 * last + 1) * WIDTH;
            int to = yOffset + last * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + middle);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + middle);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + middle);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, d + middle);
            FloatVector e1 = FloatVector.fromArray(SPECIES, x, e + middle);
            FloatVector upper = a0.mul(w0);
            FloatVector lower = c0.mul(w0);
            upper = a1.fma(w1, upper);
            lower = c1.fma(w1, lower);
            upper = b0.fma(w3, upper);
            lower = d0.fma(w3, lower);
            upper = b1.fma(w4, upper);
            lower = d1.fma(w4, lower);
            upper = c0.fma(w6, upper);
            lower = e0.fma(w6, lower);
            upper = c1.fma(w7, upper);
            lower = e1.fma(w7, lower);
            lower.intoArray(y, to + yRow);
            upper.intoArray(y, to);
        }
    }

    /** One row of stride 1. */
    private static void oneRow(
            int cols,
            boolean left,
            boolean right,
            boolean top,
            boolean bottom,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset) {
        // A row that is not there: its neighbour's values, and nothing comes of them.
        int a = top ? xOffset + xRow : xOffset;
        int b = xOffset + xRow;
        int c = bottom ? b : b + xRow;
        FloatVector w0 = top ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset);
        FloatVector w1 = top ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + WIDTH);
        FloatVector w2 = top ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 2 * WIDTH);
        FloatVector w3 = FloatVector.fromArray(SPECIES, w, wOffset + 3 * WIDTH);
        FloatVector w4 = FloatVector.fromArray(SPECIES, w, wOffset + 4 * WIDTH);
        FloatVector w5 = FloatVector.fromArray(SPECIES, w, wOffset + 5 * WIDTH);
        FloatVector w6 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 6 * WIDTH);
        FloatVector w7 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 7 * WIDTH);
        FloatVector w8 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 8 * WIDTH);
        FloatVector a0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, a);
        FloatVector b0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, b);
        FloatVector c0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, c);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + WIDTH);
        FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + WIDTH);
        int last = right ? cols - 1 : cols;
        for (int j = 0; j < last; j++) {
            int next = (j + 2) * WIDTH;
            int to = yOffset + j * WIDTH;
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, a + next);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x, b + next);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x, c + next);
            FloatVector sum = a0.mul(w0);
            sum = a1.fma(w1, sum);
            sum = a2.fma(w2, sum);
            sum = b0.fma(w3, sum);
            sum = b1.fma(w4, sum);
            sum = b2.fma(w5, sum);
            sum = c0.fma(w6, sum);
            sum = c1.fma(w7, sum);
            sum = c2.fma(w8, sum);
            sum.intoArray(y, to);
            a0 = a1;
            b0 = b1;
            c0 = c1;
            a1 = a2;
            b1 = b2;
            c1 = c2;
        }
        if (right) {
            int to = yOffset + last * WIDTH;
            FloatVector sum = a0.mul(w0);
            sum = a1.fma(w1, sum);
            sum = b0.fma(w3, sum);
            sum = b1.fma(w4, sum);
            sum = c0.fma(w6, sum);
            sum = c1.fma(w7, sum);
            sum.intoArray(y, to);
        }
    }

    /** One row of stride 2. */
    private static void oneRowApart(
            int cols,
            boolean left,
            boolean right,
            boolean top,
            boolean bottom,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset) {
        // A row that is not there: its neighbour's values, and nothing comes of them.
        int a = top ? xOffset + xRow : xOffset;
        int b = xOffset + xRow;
        int c = bottom ? b : b + xRow;
        FloatVector w0 = top ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset);
        FloatVector w1 = top ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + WIDTH);
        FloatVector w2 = top ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 2 * WIDTH);
        FloatVector w3 = FloatVector.fromArray(SPECIES, w, wOffset + 3 * WIDTH);
        FloatVector w4 = FloatVector.fromArray(SPECIES, w, wOffset + 4 * WIDTH);
        FloatVector w5 = FloatVector.fromArray(SPECIES, w, wOffset + 5 * WIDTH);
        FloatVector w6 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 6 * WIDTH);
        FloatVector w7 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 7 * WIDTH);
        FloatVector w8 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 8 * WIDTH);
        FloatVector a0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, a);
        FloatVector b0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, b);
        FloatVector c0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, c);
        int last = right ? cols - 1 : cols;
        for (int j = 0; j < last; j++) {
            int middle = (2 * j + 1) * WIDTH;
            int next = middle + WIDTH;
            int to = yOffset + j * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + middle);
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, a + next);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + middle);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x, b + next);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + middle);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x, c + next);
            FloatVector sum = a0.mul(w0);
            sum = a1.fma(w1, sum);
            sum = a2.fma(w2, sum);
            sum = b0.fma(w3, sum);
            sum = b1.fma(w4, sum);
            sum = b2.fma(w5, sum);
            sum = c0.fma(w6, sum);
            sum = c1.fma(w7, sum);
            sum = c2.fma(w8, sum);
            sum.intoArray(y, to);
            a0 = a2;
            b0 = b2;
            c0 = c2;
        }
        if (right) {
            int middle = (2 * last + 1) * WIDTH;
            int to = yOffset + last * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + middle);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + middle);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + middle);
            FloatVector sum = a0.mul(w0);
            sum = a1.fma(w1, sum);
            sum = b0.fma(w3, sum);
            sum = b1.fma(w4, sum);
            sum = c0.fma(w6, sum);
            sum = c1.fma(w7, sum);
            sum.intoArray(y, to);
        }
    }

    @Override
    public void gradients(
            int lanes,
            int rows,
            int cols,
            int stride,
            int edges,
            float[] x,
            int xOffset,
            int xRow,
            float[] dz,
            int dzOffset,
            int dzRow,
            float[] dw,
            int dwOffset) {
        VectorSquareGradients.add(
                lanes, rows, cols, stride, edges, x, xOffset, xRow, dz, dzOffset, dzRow, dw, dwOffset);
    }

    @Override
    public void spread(
            int lanes,
            int rows,
            int cols,
            int edges,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        boolean right = (edges & RIGHT) != 0;
        for (int i = 0; i < rows; i++) {
            boolean bottom = i + 1 == rows && (edges & BOTTOM) != 0;
            for (int half = 0; half < lanes; half += LANES) {
                int to = yOffset + 2 * i * yRow + half;
                spreadRow(cols, right, bottom, w, wOffset + half, x, xOffset + i * xRow + half, xRow, y, to, yRow);
            }
        }
    }

    private static void spreadRow(
            int cols,
            boolean right,
            boolean bottom,
            float[] w,
            int wOffset,
            float[] x,
            int xOffset,
            int xRow,
            float[] y,
            int yOffset,
            int yRow) {
        // A row that is not there: its neighbour's values, and nothing comes of them.
        int below = bottom ? xOffset : xOffset + xRow;
        FloatVector w0 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset);
        FloatVector w1 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + WIDTH);
        FloatVector w2 = bottom ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, w, wOffset + 2 * WIDTH);
        FloatVector w3 = FloatVector.fromArray(SPECIES, w, wOffset + 3 * WIDTH);
        FloatVector w4 = FloatVector.fromArray(SPECIES, w, wOffset + 4 * WIDTH);
        FloatVector w5 = FloatVector.fromArray(SPECIES, w, wOffset + 5 * WIDTH);
        FloatVector w6 = FloatVector.fromArray(SPECIES, w, wOffset + 6 * WIDTH);
        FloatVector w7 = FloatVector.fromArray(SPECIES, w, wOffset + 7 * WIDTH);
        FloatVector w8 = FloatVector.fromArray(SPECIES, w, wOffset + 8 * WIDTH);
        FloatVector a0 = FloatVector.fromArray(SPECIES, x, xOffset);
        FloatVector b0 = FloatVector.fromArray(SPECIES, x, below);
        int last = right ? cols - 1 : cols;
        for (int j = 0; j < last; j++) {
            int next = (j + 1) * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, xOffset + next);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, below + next);
            int upper = yOffset + 2 * j * WIDTH;
            int lower = upper + yRow;
            a0.mul(w4).intoArray(y, upper);
            a1.fma(w3, a0.mul(w5)).intoArray(y, upper + WIDTH);
            b0.fma(w1, a0.mul(w7)).intoArray(y, lower);
            b1.fma(w0, b0.fma(w2, a1.fma(w6, a0.mul(w8)))).intoArray(y, lower + WIDTH);
            a0 = a1;
            b0 = b1;
        }
        if (right) {
            int upper = yOffset + 2 * last * WIDTH;
            int lower = upper + yRow;
            a0.mul(w4).intoArray(y, upper);
            a0.mul(w5).intoArray(y, upper + WIDTH);
            b0.fma(w1, a0.mul(w7)).intoArray(y, lower);
            b0.fma(w2, a0.mul(w8)).intoArray(y, lower + WIDTH);
        }
    }
}
