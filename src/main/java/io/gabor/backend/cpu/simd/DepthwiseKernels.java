package io.gabor.backend.cpu.simd;

/**
 * Loops of depthwise convolutions of a batch in the layout CHWN: one channel, a run of pixels that the same taps reach. A
 * tap t has the weight at index {@code weights[t]} and reads the source at {@code steps[t]}; neighbouring pixels of the run
 * read it {@code xStep} apart. Every sum is one chain of multiply-adds with the taps, or the pixels, ascending.
 */
public interface DepthwiseKernels {
    /**
     * {@code y[yOffset + j·yStep + l] = Σ over t < taps of w[wOffset + weights[t]] · x[xOffset + steps[t] + j·xStep + l]} for
     * {@code j < count} and {@code l < panelWidth}.
     *
     * @param taps at least 1
     */
    void sums(
            int count,
            int taps,
            int[] weights,
            float[] w,
            int wOffset,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] y,
            int yOffset,
            int yStep);

    /**
     * Adds {@code Σ over j < count and l < panelWidth of dz[dzOffset + j·dzStep + l] · x[xOffset + steps[t] + j·xStep + l]}
     * for each {@code t < taps} to the {@link Kernels#partialSums} of one sum, which start at
     * {@code weights[t]·partialSums}.
     */
    void gradients(
            int count,
            int taps,
            int[] weights,
            int[] steps,
            float[] x,
            int xOffset,
            int xStep,
            float[] dz,
            int dzOffset,
            int dzStep,
            float[] sums);
}
