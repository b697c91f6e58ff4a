package io.gabor.backend.cpu;

/** A convolution's forward pass. */
interface ForwardPass {
    void run(int n, float[] x, float[] w, float[] b, float[] y);

    void close();
}
