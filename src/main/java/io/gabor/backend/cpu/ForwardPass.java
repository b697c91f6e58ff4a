package io.gabor.backend.cpu;

/** A convolution's forward pass in the layout CHWN. */
interface ForwardPass {
    void run(int n, float[] x, float[] w, float[] b, float[] y);

    void close();
}
