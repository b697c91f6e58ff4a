package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;

/** Batch normalisation of images: the values of a channel are its pixels in all samples, {@code x, y: N×C×H×W}. See
 * {@link BatchNorm}. */
public final class BatchNorm2d extends BatchNorm {
    /** Sets what is added to the variance; 1e-5 if left out. */
    public BatchNorm2d epsilon(double value) {
        setEpsilon(value);
        return this;
    }

    /** Sets how much of a batch's statistics goes into the running ones; 0.1 if left out. */
    public BatchNorm2d momentum(double value) {
        setMomentum(value);
        return this;
    }

    /** Learns γ and β (the default) or leaves them at 1 and 0. */
    public BatchNorm2d affine(boolean on) {
        setAffine(on);
        return this;
    }

    /** Learns γ (the default) or leaves it at 1; β is learned all the same. */
    public BatchNorm2d scale(boolean on) {
        setScale(on);
        return this;
    }

    @Override
    public Shape outputShape(Shape in) {
        if (in.rank() != 3) {
            throw new ShapeException(
                    "this normalisation takes channels×height×width, found " + in + "; use BatchNorm1d for vectors");
        }
        return in;
    }

    @Override
    public String kind() {
        return "batch_norm2d";
    }

    static BatchNorm2d read(LayerConfig config) {
        BatchNorm2d layer = new BatchNorm2d();
        layer.readSettings(config);
        return layer;
    }
}
