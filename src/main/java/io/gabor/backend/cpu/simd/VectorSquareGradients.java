package io.gabor.backend.cpu.simd;

import static io.gabor.backend.cpu.simd.SquareKernels.BOTTOM;
import static io.gabor.backend.cpu.simd.SquareKernels.LEFT;
import static io.gabor.backend.cpu.simd.SquareKernels.RIGHT;
import static io.gabor.backend.cpu.simd.SquareKernels.TOP;
import static io.gabor.backend.cpu.simd.VectorKernels.LANES;
import static io.gabor.backend.cpu.simd.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The weights' gradient of depthwise convolutions with 3×3 kernels, in vectors: nine sums stay in registers, and two rows of
 * gradients share what they both read; see {@link VectorSquares}.
 */
final class VectorSquareGradients {
    private static final int WIDTH = 2 * LANES;

    private VectorSquareGradients() {}

    /** {@link SquareKernels#gradients}. */
    static void add(
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
        boolean left = (edges & LEFT) != 0;
        boolean right = (edges & RIGHT) != 0;
        int step = stride * xRow;
        for (int i = 0; i < rows; ) {
            boolean top = i == 0 && (edges & TOP) != 0;
            boolean bottom = i + 1 == rows && (edges & BOTTOM) != 0;
            boolean two = !top && i + 2 <= ((edges & BOTTOM) != 0 ? rows - 1 : rows);
            for (int half = 0; half < lanes; half += LANES) {
                int from = xOffset + i * step + half;
                int gradient = dzOffset + i * dzRow + half;
                int sum = dwOffset + half;
                if (two && stride == 1) {
                    twoRowGradients(cols, left, right, x, from, xRow, dz, gradient, dzRow, dw, sum);
                } else if (two) {
                    twoRowGradientsApart(cols, left, right, x, from, xRow, dz, gradient, dzRow, dw, sum);
                } else if (stride == 1) {
                    oneRowGradients(cols, left, right, top, bottom, x, from, xRow, dz, gradient, dw, sum);
                } else {
                    oneRowGradientsApart(cols, left, right, top, bottom, x, from, xRow, dz, gradient, dw, sum);
                }
            }
            i += two ? 2 : 1;
        }
    }

    /** Two rows of stride 1. */
    private static void twoRowGradients(
            int cols,
            boolean left,
            boolean right,
            float[] x,
            int xOffset,
            int xRow,
            float[] dz,
            int dzOffset,
            int dzRow,
            float[] dw,
            int dwOffset) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, dw, dwOffset);
        FloatVector s1 = FloatVector.fromArray(SPECIES, dw, dwOffset + WIDTH);
        FloatVector s2 = FloatVector.fromArray(SPECIES, dw, dwOffset + 2 * WIDTH);
        FloatVector s3 = FloatVector.fromArray(SPECIES, dw, dwOffset + 3 * WIDTH);
        FloatVector s4 = FloatVector.fromArray(SPECIES, dw, dwOffset + 4 * WIDTH);
        FloatVector s5 = FloatVector.fromArray(SPECIES, dw, dwOffset + 5 * WIDTH);
        FloatVector s6 = FloatVector.fromArray(SPECIES, dw, dwOffset + 6 * WIDTH);
        FloatVector s7 = FloatVector.fromArray(SPECIES, dw, dwOffset + 7 * WIDTH);
        FloatVector s8 = FloatVector.fromArray(SPECIES, dw, dwOffset + 8 * WIDTH);
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
            int at = dzOffset + j * WIDTH;
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, a + next);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x, b + next);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x, c + next);
            FloatVector d2 = FloatVector.fromArray(SPECIES, x, d + next);
            FloatVector upper = FloatVector.fromArray(SPECIES, dz, at);
            FloatVector lower = FloatVector.fromArray(SPECIES, dz, at + dzRow);
            s0 = a0.fma(upper, s0);
            s1 = a1.fma(upper, s1);
            s2 = a2.fma(upper, s2);
            s3 = b0.fma(upper, s3);
            s4 = b1.fma(upper, s4);
            s5 = b2.fma(upper, s5);
            s6 = c0.fma(upper, s6);
            s7 = c1.fma(upper, s7);
            s8 = c2.fma(upper, s8);
            s0 = b0.fma(lower, s0);
            s1 = b1.fma(lower, s1);
            s2 = b2.fma(lower, s2);
            s3 = c0.fma(lower, s3);
            s4 = c1.fma(lower, s4);
            s5 = c2.fma(lower, s5);
            s6 = d0.fma(lower, s6);
            s7 = d1.fma(lower, s7);
            s8 = d2.fma(lower, s8);
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
            int at = dzOffset + last * WIDTH;
            FloatVector upper = FloatVector.fromArray(SPECIES, dz, at);
            FloatVector lower = FloatVector.fromArray(SPECIES, dz, at + dzRow);
            s0 = a0.fma(upper, s0);
            s1 = a1.fma(upper, s1);
            s3 = b0.fma(upper, s3);
            s4 = b1.fma(upper, s4);
            s6 = c0.fma(upper, s6);
            s7 = c1.fma(upper, s7);
            s0 = b0.fma(lower, s0);
            s1 = b1.fma(lower, s1);
            s3 = c0.fma(lower, s3);
            s4 = c1.fma(lower, s4);
            s6 = d0.fma(lower, s6);
            s7 = d1.fma(lower, s7);
        }
        s0.intoArray(dw, dwOffset);
        s1.intoArray(dw, dwOffset + WIDTH);
        s2.intoArray(dw, dwOffset + 2 * WIDTH);
        s3.intoArray(dw, dwOffset + 3 * WIDTH);
        s4.intoArray(dw, dwOffset + 4 * WIDTH);
        s5.intoArray(dw, dwOffset + 5 * WIDTH);
        s6.intoArray(dw, dwOffset + 6 * WIDTH);
        s7.intoArray(dw, dwOffset + 7 * WIDTH);
        s8.intoArray(dw, dwOffset + 8 * WIDTH);
    }

    /** Two rows of stride 2. */
    private static void twoRowGradientsApart(
            int cols,
            boolean left,
            boolean right,
            float[] x,
            int xOffset,
            int xRow,
            float[] dz,
            int dzOffset,
            int dzRow,
            float[] dw,
            int dwOffset) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, dw, dwOffset);
        FloatVector s1 = FloatVector.fromArray(SPECIES, dw, dwOffset + WIDTH);
        FloatVector s2 = FloatVector.fromArray(SPECIES, dw, dwOffset + 2 * WIDTH);
        FloatVector s3 = FloatVector.fromArray(SPECIES, dw, dwOffset + 3 * WIDTH);
        FloatVector s4 = FloatVector.fromArray(SPECIES, dw, dwOffset + 4 * WIDTH);
        FloatVector s5 = FloatVector.fromArray(SPECIES, dw, dwOffset + 5 * WIDTH);
        FloatVector s6 = FloatVector.fromArray(SPECIES, dw, dwOffset + 6 * WIDTH);
        FloatVector s7 = FloatVector.fromArray(SPECIES, dw, dwOffset + 7 * WIDTH);
        FloatVector s8 = FloatVector.fromArray(SPECIES, dw, dwOffset + 8 * WIDTH);
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
            int at = dzOffset + j * WIDTH;
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
            FloatVector upper = FloatVector.fromArray(SPECIES, dz, at);
            FloatVector lower = FloatVector.fromArray(SPECIES, dz, at + dzRow);
            s0 = a0.fma(upper, s0);
            s1 = a1.fma(upper, s1);
            s2 = a2.fma(upper, s2);
            s3 = b0.fma(upper, s3);
            s4 = b1.fma(upper, s4);
            s5 = b2.fma(upper, s5);
            s6 = c0.fma(upper, s6);
            s7 = c1.fma(upper, s7);
            s8 = c2.fma(upper, s8);
            s0 = c0.fma(lower, s0);
            s1 = c1.fma(lower, s1);
            s2 = c2.fma(lower, s2);
            s3 = d0.fma(lower, s3);
            s4 = d1.fma(lower, s4);
            s5 = d2.fma(lower, s5);
            s6 = e0.fma(lower, s6);
            s7 = e1.fma(lower, s7);
            s8 = e2.fma(lower, s8);
            a0 = a2;
            b0 = b2;
            c0 = c2;
            d0 = d2;
            e0 = e2;
        }
        if (right) {
            int middle = (2 * last + 1) * WIDTH;
            int at = dzOffset + last * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + middle);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + middle);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + middle);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, d + middle);
            FloatVector e1 = FloatVector.fromArray(SPECIES, x, e + middle);
            FloatVector upper = FloatVector.fromArray(SPECIES, dz, at);
            FloatVector lower = FloatVector.fromArray(SPECIES, dz, at + dzRow);
            s0 = a0.fma(upper, s0);
            s1 = a1.fma(upper, s1);
            s3 = b0.fma(upper, s3);
            s4 = b1.fma(upper, s4);
            s6 = c0.fma(upper, s6);
            s7 = c1.fma(upper, s7);
            s0 = c0.fma(lower, s0);
            s1 = c1.fma(lower, s1);
            s3 = d0.fma(lower, s3);
            s4 = d1.fma(lower, s4);
            s6 = e0.fma(lower, s6);
            s7 = e1.fma(lower, s7);
        }
        s0.intoArray(dw, dwOffset);
        s1.intoArray(dw, dwOffset + WIDTH);
        s2.intoArray(dw, dwOffset + 2 * WIDTH);
        s3.intoArray(dw, dwOffset + 3 * WIDTH);
        s4.intoArray(dw, dwOffset + 4 * WIDTH);
        s5.intoArray(dw, dwOffset + 5 * WIDTH);
        s6.intoArray(dw, dwOffset + 6 * WIDTH);
        s7.intoArray(dw, dwOffset + 7 * WIDTH);
        s8.intoArray(dw, dwOffset + 8 * WIDTH);
    }

    /** One row of stride 1. */
    private static void oneRowGradients(
            int cols,
            boolean left,
            boolean right,
            boolean top,
            boolean bottom,
            float[] x,
            int xOffset,
            int xRow,
            float[] dz,
            int dzOffset,
            float[] dw,
            int dwOffset) {
        // A row that is not there: its neighbour's values, and nothing comes of them.
        int a = top ? xOffset + xRow : xOffset;
        int b = xOffset + xRow;
        int c = bottom ? b : b + xRow;
        FloatVector s0 = FloatVector.fromArray(SPECIES, dw, dwOffset);
        FloatVector s1 = FloatVector.fromArray(SPECIES, dw, dwOffset + WIDTH);
        FloatVector s2 = FloatVector.fromArray(SPECIES, dw, dwOffset + 2 * WIDTH);
        FloatVector s3 = FloatVector.fromArray(SPECIES, dw, dwOffset + 3 * WIDTH);
        FloatVector s4 = FloatVector.fromArray(SPECIES, dw, dwOffset + 4 * WIDTH);
        FloatVector s5 = FloatVector.fromArray(SPECIES, dw, dwOffset + 5 * WIDTH);
        FloatVector s6 = FloatVector.fromArray(SPECIES, dw, dwOffset + 6 * WIDTH);
        FloatVector s7 = FloatVector.fromArray(SPECIES, dw, dwOffset + 7 * WIDTH);
        FloatVector s8 = FloatVector.fromArray(SPECIES, dw, dwOffset + 8 * WIDTH);
        FloatVector a0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, a);
        FloatVector b0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, b);
        FloatVector c0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, c);
        FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + WIDTH);
        FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + WIDTH);
        int last = right ? cols - 1 : cols;
        for (int j = 0; j < last; j++) {
            int next = (j + 2) * WIDTH;
            int at = dzOffset + j * WIDTH;
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, a + next);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x, b + next);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x, c + next);
            FloatVector gradient = FloatVector.fromArray(SPECIES, dz, at);
            s0 = a0.fma(gradient, s0);
            s1 = a1.fma(gradient, s1);
            s2 = a2.fma(gradient, s2);
            s3 = b0.fma(gradient, s3);
            s4 = b1.fma(gradient, s4);
            s5 = b2.fma(gradient, s5);
            s6 = c0.fma(gradient, s6);
            s7 = c1.fma(gradient, s7);
            s8 = c2.fma(gradient, s8);
            a0 = a1;
            b0 = b1;
            c0 = c1;
            a1 = a2;
            b1 = b2;
            c1 = c2;
        }
        if (right) {
            int at = dzOffset + last * WIDTH;
            FloatVector gradient = FloatVector.fromArray(SPECIES, dz, at);
            s0 = a0.fma(gradient, s0);
            s1 = a1.fma(gradient, s1);
            s3 = b0.fma(gradient, s3);
            s4 = b1.fma(gradient, s4);
            s6 = c0.fma(gradient, s6);
            s7 = c1.fma(gradient, s7);
        }
        if (!top) {
            s0.intoArray(dw, dwOffset);
            s1.intoArray(dw, dwOffset + WIDTH);
            s2.intoArray(dw, dwOffset + 2 * WIDTH);
        }
        s3.intoArray(dw, dwOffset + 3 * WIDTH);
        s4.intoArray(dw, dwOffset + 4 * WIDTH);
        s5.intoArray(dw, dwOffset + 5 * WIDTH);
        if (!bottom) {
            s6.intoArray(dw, dwOffset + 6 * WIDTH);
            s7.intoArray(dw, dwOffset + 7 * WIDTH);
            s8.intoArray(dw, dwOffset + 8 * WIDTH);
        }
    }

    /** One row of stride 2. */
    private static void oneRowGradientsApart(
            int cols,
            boolean left,
            boolean right,
            boolean top,
            boolean bottom,
            float[] x,
            int xOffset,
            int xRow,
            float[] dz,
            int dzOffset,
            float[] dw,
            int dwOffset) {
        // A row that is not there: its neighbour's values, and nothing comes of them.
        int a = top ? xOffset + xRow : xOffset;
        int b = xOffset + xRow;
        int c = bottom ? b : b + xRow;
        FloatVector s0 = FloatVector.fromArray(SPECIES, dw, dwOffset);
        FloatVector s1 = FloatVector.fromArray(SPECIES, dw, dwOffset + WIDTH);
        FloatVector s2 = FloatVector.fromArray(SPECIES, dw, dwOffset + 2 * WIDTH);
        FloatVector s3 = FloatVector.fromArray(SPECIES, dw, dwOffset + 3 * WIDTH);
        FloatVector s4 = FloatVector.fromArray(SPECIES, dw, dwOffset + 4 * WIDTH);
        FloatVector s5 = FloatVector.fromArray(SPECIES, dw, dwOffset + 5 * WIDTH);
        FloatVector s6 = FloatVector.fromArray(SPECIES, dw, dwOffset + 6 * WIDTH);
        FloatVector s7 = FloatVector.fromArray(SPECIES, dw, dwOffset + 7 * WIDTH);
        FloatVector s8 = FloatVector.fromArray(SPECIES, dw, dwOffset + 8 * WIDTH);
        FloatVector a0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, a);
        FloatVector b0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, b);
        FloatVector c0 = left ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, x, c);
        int last = right ? cols - 1 : cols;
        for (int j = 0; j < last; j++) {
            int middle = (2 * j + 1) * WIDTH;
            int next = middle + WIDTH;
            int at = dzOffset + j * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + middle);
            FloatVector a2 = FloatVector.fromArray(SPECIES, x, a + next);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + middle);
            FloatVector b2 = FloatVector.fromArray(SPECIES, x, b + next);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + middle);
            FloatVector c2 = FloatVector.fromArray(SPECIES, x, c + next);
            FloatVector gradient = FloatVector.fromArray(SPECIES, dz, at);
            s0 = a0.fma(gradient, s0);
            s1 = a1.fma(gradient, s1);
            s2 = a2.fma(gradient, s2);
            s3 = b0.fma(gradient, s3);
            s4 = b1.fma(gradient, s4);
            s5 = b2.fma(gradient, s5);
            s6 = c0.fma(gradient, s6);
            s7 = c1.fma(gradient, s7);
            s8 = c2.fma(gradient, s8);
            a0 = a2;
            b0 = b2;
            c0 = c2;
        }
        if (right) {
            int middle = (2 * last + 1) * WIDTH;
            int at = dzOffset + last * WIDTH;
            FloatVector a1 = FloatVector.fromArray(SPECIES, x, a + middle);
            FloatVector b1 = FloatVector.fromArray(SPECIES, x, b + middle);
            FloatVector c1 = FloatVector.fromArray(SPECIES, x, c + middle);
            FloatVector gradient = FloatVector.fromArray(SPECIES, dz, at);
            s0 = a0.fma(gradient, s0);
            s1 = a1.fma(gradient, s1);
            s3 = b0.fma(gradient, s3);
            s4 = b1.fma(gradient, s4);
            s6 = c0.fma(gradient, s6);
            s7 = c1.fma(gradient, s7);
        }
        if (!top) {
            s0.intoArray(dw, dwOffset);
            s1.intoArray(dw, dwOffset + WIDTH);
            s2.intoArray(dw, dwOffset + 2 * WIDTH);
        }
        s3.intoArray(dw, dwOffset + 3 * WIDTH);
        s4.intoArray(dw, dwOffset + 4 * WIDTH);
        s5.intoArray(dw, dwOffset + 5 * WIDTH);
        if (!bottom) {
            s6.intoArray(dw, dwOffset + 6 * WIDTH);
            s7.intoArray(dw, dwOffset + 7 * WIDTH);
            s8.intoArray(dw, dwOffset + 8 * WIDTH);
        }
    }
}
