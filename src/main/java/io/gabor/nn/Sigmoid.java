package io.gabor.nn;

import io.gabor.backend.Activation;

/** The logistic function: {@code y = 1 / (1 + exp(−x))}, {@code dx = dy · y · (1 − y)}. */
public final class Sigmoid extends ActivationLayer {
    public Sigmoid() {
        super(Activation.SIGMOID);
    }

    @Override
    public String kind() {
        return "sigmoid";
    }
}
