package io.gabor.backend.cpu.simd;

/** The loops of element-wise functions and their derivatives, from the input; otherwise as {@link Kernels}. */
public interface CurveKernels {
    /** {@code y[j] = f(x[j])}; {@code y} may be {@code x}. */
    void apply(Curve f, float alpha, int n, float[] x, int xOffset, float[] y, int yOffset);

    /** {@code dx[j] = dy[j] · f'(x[j])}; {@code dx} may be {@code dy}. */
    void differentiate(
            Curve f, float alpha, int n, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset);
}
