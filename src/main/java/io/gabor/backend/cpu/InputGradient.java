package io.gabor.backend.cpu;

/** Computes the gradient of a convolution's input. */
interface InputGradient {
    /** {@code dx[c,h,v] = Σ over filters and taps (p,q) of dz[o, i, j] · w[o,c,p,q]} where tap (p,q) under (i,j) is (h,v). */
    void run(int n, float[] dz, float[] w, float[] dx);

    void close();
}
