package io.gabor.nn;

import io.gabor.tensor.Shape;

/**
 * Dropout (Srivastava et al., 2014): in training each value is dropped with probability p, for every step and sample anew, and
 * what stays is multiplied by 1/(1 − p), so that the mean is as without. In use nothing happens. Any shape in, the same
 * shape out.
 *
 * <pre>
 * m[i]      = 0 with probability p, else 1/(1 − p)
 * forward   y[i]  = x[i]·m[i]
 * backward  dx[i] = dy[i]·m[i]
 * </pre>
 *
 * <p>m is a pure function of the network's seed, the layer's place, the number of the forward pass and i, so the backward pass
 * computes it again instead of keeping it, and it is the same on every backend. What stands behind a dropout layer sees
 * different inputs in training and in use; put it behind a batch normalisation, not in front.
 */
public final class Dropout extends DropoutLayer {
    /**
     * Makes a layer that drops with this probability.
     *
     * @param probability in [0, 1); with 0 the layer does nothing
     */
    public Dropout(double probability) {
        super(probability);
    }

    @Override
    int units(Shape in) {
        return in.size();
    }

    @Override
    public Shape outputShape(Shape in) {
        return in;
    }

    @Override
    public String kind() {
        return "dropout";
    }

    static Dropout read(LayerConfig config) {
        return new Dropout(config.number("probability", 0.5));
    }
}
