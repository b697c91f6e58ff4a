package io.gabor.nn;

import io.gabor.backend.Activation;

/** The rectifier: {@code y = max(x, 0)}, {@code dx = y > 0 ? dy : 0} (Nair and Hinton, 2010). */
public final class ReLU extends ActivationLayer {
    public ReLU() {
        super(Activation.RELU);
    }

    @Override
    public String kind() {
        return "relu";
    }
}
