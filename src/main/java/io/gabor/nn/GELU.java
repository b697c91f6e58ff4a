package io.gabor.nn;

import io.gabor.backend.Pointwise;

/**
 * The Gaussian error linear unit (Hendrycks and Gimpel, 2016), exact: {@code y = x·Φ(x)}, Φ the normal distribution;
 * {@code dx = dy·(Φ(x) + x·φ(x))}.
 */
public final class GELU extends PointwiseLayer {
    public GELU() {
        super(Pointwise.GELU);
    }

    @Override
    public String kind() {
        return "gelu";
    }
}
