package io.gabor.nn;

import io.gabor.backend.Pointwise;

/**
 * Swish in pieces (Howard et al., 2019): {@code y = x·min(max(x + 3, 0), 6)/6}; {@code dx = dy·(x/3 + 1/2)} between −3 and 3,
 * 0 below and dy above.
 */
public final class HardSwish extends PointwiseLayer {
    public HardSwish() {
        super(Pointwise.HARD_SWISH);
    }

    @Override
    public String kind() {
        return "hard_swish";
    }
}
