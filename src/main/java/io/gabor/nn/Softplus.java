package io.gabor.nn;

import io.gabor.backend.Pointwise;

/** A smooth rectifier: {@code y = log(1 + exp(x))}, {@code dx = dy·σ(x)}. */
public final class Softplus extends PointwiseLayer {
    public Softplus() {
        super(Pointwise.SOFTPLUS);
    }

    @Override
    public String kind() {
        return "softplus";
    }
}
