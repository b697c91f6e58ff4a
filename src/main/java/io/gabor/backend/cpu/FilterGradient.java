package io.gabor.backend.cpu;

/** Computes the gradient of a convolution's weights. */
interface FilterGradient {
    /** {@code dw[o,c,p,q] = Σ over images and pixels of dz[o, i, j] · x[c, tap (p,q) under (i,j)]}. */
    void run(int sets, float[] x, float[] dz, float[] dw);

    long workspaceBytes();

    void close();
}
