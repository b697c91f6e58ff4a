package io.gabor.nn;

import io.gabor.backend.Activation;

/** The hyperbolic tangent: {@code y = tanh x}, {@code dx = dy · (1 − y²)}. */
public final class Tanh extends ActivationLayer {
    public Tanh() {
        super(Activation.TANH);
    }

    @Override
    public String kind() {
        return "tanh";
    }
}
