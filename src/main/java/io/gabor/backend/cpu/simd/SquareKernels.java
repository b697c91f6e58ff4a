package io.gabor.backend.cpu.simd;

/**
 * Loops of depthwise convolutions with 3×3 kernels. A pixel is {@link Kernels#panelWidth} values side by side, of as many
 * images or channels, and neighbouring pixels of a row follow one another. Where the first or
 * last row or column that a window reads is said to be padding ({@code edges}), there are zeros, and nothing is read; but a
 * value beside it that is not finite may make NaN of what would be infinite. Weights are as wide as a pixel too: tap (p, q)
 * has those at {@code (3·p + q)·panelWidth}.
 *
 * <p>Of a pixel only {@code lanes} values are wanted: what the others become is not defined.
 */
public interface SquareKernels {
    /** Column 0 of the source is padding: what begins at {@code xOffset} is only where it would be. */
    int LEFT = 1;

    /** The last column of the source is padding. */
    int RIGHT = 2;

    /** Row 0 of the source is padding: what begins at {@code xOffset} is only where it would be. */
    int TOP = 4;

    /** The last row of the source is padding. */
    int BOTTOM = 8;

    /** Taps of a kernel. */
    int TAPS = 9;

    /** Taps of a kernel along each axis. */
    int SIDE = 3;

    /**
     * {@code y[i, j] = Σ over p, q < 3 of w[p, q] · x[stride·i + p, stride·j + q]}, as one chain of multiply-adds with the
     * taps ascending.
     *
     * @param lanes at most panelWidth
     * @param stride 1 or 2
     * @param edges what of the source is padding: a sum of {@link #LEFT} and so on
     * @param xRow from one row of the source to the next
     */
    void sums(
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
            int yRow);

    /**
     * {@code dw[p, q] += Σ over i < rows and j < cols of dz[i, j] · x[stride·i + p, stride·j + q]}.
     *
     * @param edges what of the source is padding
     */
    void gradients(
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
            int dwOffset);

    /**
     * What a convolution of stride 2 passes back to its input, for four pixels at a time:
     *
     * <pre>
     * y[2i, 2j]     = w[1,1]·x[i,j]
     * y[2i, 2j+1]   = w[1,2]·x[i,j] + w[1,0]·x[i,j+1]
     * y[2i+1, 2j]   = w[2,1]·x[i,j] + w[0,1]·x[i+1,j]
     * y[2i+1, 2j+1] = w[2,2]·x[i,j] + w[2,0]·x[i,j+1] + w[0,2]·x[i+1,j] + w[0,0]·x[i+1,j+1]
     * </pre>
     *
     * @param rows of fours; the source has one row and one column more
     * @param edges what of the source is padding: RIGHT and BOTTOM
     */
    void spread(
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
            int yRow);
}
