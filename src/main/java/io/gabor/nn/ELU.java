package io.gabor.nn;

import io.gabor.backend.Pointwise;
import java.util.Map;

/**
 * The exponential linear unit (Clevert et al., 2016): {@code y = x > 0 ? x : α·(exp(x) − 1)},
 * {@code dx = x > 0 ? dy : dy·α·exp(x)}.
 */
public final class ELU extends PointwiseLayer {
    /** An α of 1, PyTorch's default. */
    public ELU() {
        this(1);
    }

    /** Takes α, the distance from 0 to the lower bound; above 0. */
    public ELU(float alpha) {
        super(Pointwise.elu(alpha));
    }

    @Override
    public String kind() {
        return "elu";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of("alpha", function().alpha());
    }

    static ELU read(LayerConfig config) {
        return new ELU((float) config.number("alpha", 1));
    }
}
