package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;

/**
 * Dropout of whole channels (Tompson et al., 2015), {@code x, y: N×C×H×W}: as {@link Dropout}, with one m for all pixels of a
 * channel of a sample. Neighbouring pixels are alike, so a single one that is dropped would be made up for by the others.
 */
public final class Dropout2d extends DropoutLayer {
    /**
     * Makes a layer that drops channels with this probability.
     *
     * @param probability in [0, 1); with 0 the layer does nothing
     */
    public Dropout2d(double probability) {
        super(probability);
    }

    @Override
    int units(Shape in) {
        return in.dim(0);
    }

    @Override
    public Shape outputShape(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException(
                    "this dropout takes channels×height×width, found " + in + "; use Dropout for vectors");
        }
        return in;
    }

    @Override
    public String kind() {
        return "dropout2d";
    }

    static Dropout2d read(LayerConfig config) {
        return new Dropout2d(config.number("probability", 0.5));
    }
}
