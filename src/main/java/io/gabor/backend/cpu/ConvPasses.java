package io.gabor.backend.cpu;

/** Both passes of a convolution, and perhaps of what follows it, in one layout of the images. */
interface ConvPasses {
    void forward(int n, float[] x, float[] w, float[] b, float[] y);

    /** Computes dw, db (null for none) and dx (null for none), after {@link #forward} for the same x, w and b. */
    void backward(int n, float[] x, float[] w, float[] y, float[] dy, float[] dw, float[] db, float[] dx);

    /** Computes dx alone, where there is neither bias nor activation nor pooling. */
    default void inputGradient(int n, float[] w, float[] dz, float[] dx) {
        throw new UnsupportedOperationException(
                "only the passes of a convolution alone have an input's gradient alone");
    }

    long workspaceBytes();

    void close();
}
