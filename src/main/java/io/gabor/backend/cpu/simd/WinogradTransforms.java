package io.gabor.backend.cpu.simd;

/**
 * The transforms of a Winograd convolution with {@link Winograd}'s points, along one axis; along both, they are applied
 * one after the other. A line is {@link Winograd#POINTS} pixels, or {@link Winograd#OUTPUTS}, of {@code panelWidth} images:
 * pixel k of line l is at {@code offset + l·line + k·step}.
 */
public interface WinogradTransforms {
    /**
     * {@code v = Bᵀ·x}, 6 pixels from 6.
     *
     * @param begin of the pixels of x, those before it count as zero and are not read
     * @param end as begin, those from it on
     */
    void input(
            int lines,
            int begin,
            int end,
            float[] x,
            int xOffset,
            int xStep,
            int xLine,
            float[] v,
            int vOffset,
            int vStep,
            int vLine);

    /**
     * {@code y = Aᵀ·m}, 4 pixels from 6.
     *
     * @param count how many pixels of y are written, at least 1
     */
    void output(
            int lines,
            int count,
            float[] m,
            int mOffset,
            int mStep,
            int mLine,
            float[] y,
            int yOffset,
            int yStep,
            int yLine);

    /**
     * {@code z = A·dz}, 6 pixels from 4.
     *
     * @param count how many pixels of dz are read, at least 1; the others count as zero
     */
    void gradient(
            int lines,
            int count,
            float[] dz,
            int dzOffset,
            int dzStep,
            int dzLine,
            float[] z,
            int zOffset,
            int zStep,
            int zLine);

    /**
     * {@code u = G·w}, 6 values from 3, for n lines side by side.
     *
     * @param n a multiple of {@code panelWidth}
     */
    void weights(int n, float[] w, int wOffset, int wStep, float[] u, int uOffset, int uStep);

    /** {@code dw = Gᵀ·du}, 3 values from 6; otherwise as {@link #weights}. */
    void weightGradient(int n, float[] du, int duOffset, int duStep, float[] dw, int dwOffset, int dwStep);
}
