package io.gabor.backend.cpu.simd;

/**
 * The loops of normalisation: sums about a centre, and linear maps of the distance from it. As {@link Kernels}: no state, no
 * allocation, an array is followed by the offset of its first element.
 */
public interface NormKernels {
    /** Returns how many parts each sum is left in; the caller adds them up, in double. */
    int parts();

    /** Leaves the parts of {@code Σ (x[j] − centre)} at 0, and behind them those of {@code Σ (x[j] − centre)²}. */
    void moments(int n, float centre, float[] x, int xOffset, float[] parts);

    /** Leaves the parts of {@code Σ d[j]} at 0, and behind them those of {@code Σ d[j]·(x[j] − centre)}. */
    void products(int n, float centre, float[] x, int xOffset, float[] d, int dOffset, float[] parts);

    /** {@code y[j] = (x[j] − centre)·scale + shift}; {@code y} may be {@code x}. */
    void normalize(int n, float centre, float scale, float shift, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code y[j] = a·d[j] + b·(x[j] − centre) + c}; {@code y} may be {@code d}. */
    void combine(
            int n,
            float a,
            float[] d,
            int dOffset,
            float b,
            float centre,
            float[] x,
            int xOffset,
            float c,
            float[] y,
            int yOffset);

    /** {@code y[j] = ((x[j] − centre)·scale + shift)·gamma[j] + beta[j]}; {@code y} may be {@code x}. */
    void affine(
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] y,
            int yOffset);

    /** {@code dgamma[j] += d[j]·((x[j] − centre)·scale + shift)} and {@code dbeta[j] += d[j]}. */
    void addGradients(
            int n,
            float centre,
            float scale,
            float shift,
            float[] x,
            int xOffset,
            float[] d,
            int dOffset,
            float[] dgamma,
            int dgammaOffset,
            float[] dbeta,
            int dbetaOffset);
}
