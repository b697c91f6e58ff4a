package io.gabor.nn;

import io.gabor.backend.Pointwise;

/** The sigmoid linear unit, or swish: {@code y = x·σ(x)}, {@code dx = dy·σ(x)·(1 + x·(1 − σ(x)))}. */
public final class SiLU extends PointwiseLayer {
    public SiLU() {
        super(Pointwise.SILU);
    }

    @Override
    public String kind() {
        return "silu";
    }
}
