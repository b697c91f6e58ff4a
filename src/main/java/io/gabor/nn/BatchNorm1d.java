package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;

/** Batch normalisation of a dense layer's outputs: each unit is a channel, {@code x, y: N×C}. See {@link BatchNorm}. */
public final class BatchNorm1d extends BatchNorm {
    /** Sets what is added to the variance; 1e-5 if left out. */
    public BatchNorm1d epsilon(double value) {
        setEpsilon(value);
        return this;
    }

    /** Sets how much of a batch's statistics goes into the running ones; 0.1 if left out. */
    public BatchNorm1d momentum(double value) {
        setMomentum(value);
        return this;
    }

    /** Learns γ and β (the default) or leaves them at 1 and 0. */
    public BatchNorm1d affine(boolean on) {
        setAffine(on);
        return this;
    }

    /** Learns γ (the default) or leaves it at 1; β is learned all the same. */
    public BatchNorm1d scale(boolean on) {
        setScale(on);
        return this;
    }

    @Override
    public Shape outputShape(Shape in) {
        if (in.rank() != 1) {
            throw new ShapeException("this normalisation takes a vector, found " + in
                    + "; put a Flatten in front, or use BatchNorm2d for images");
        }
        return in;
    }

    @Override
    public String kind() {
        return "batch_norm1d";
    }

    static BatchNorm1d read(LayerConfig config) {
        BatchNorm1d layer = new BatchNorm1d();
        layer.readSettings(config);
        return layer;
    }
}
