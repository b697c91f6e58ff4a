package io.gabor.nn;

import io.gabor.backend.EnlargeOp;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Shape;

/** What {@link ZeroPad2d} and {@link UpsampleNearest2d} share: a larger image of the same pixels. */
public abstract class EnlargeLayer extends Layer {
    private EnlargeOp op;

    EnlargeLayer() {}

    /** Returns the geometry for a sample of shape {@code C×H×W}. */
    abstract EnlargeGeometry geometry(Shape in);

    @Override
    public final Shape outputShape(Shape in) {
        return geometry(in).outputShape();
    }

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        EnlargeGeometry geometry = geometry(in.sampleShape());
        op = context.op(context.backend().enlarge2d(geometry, context.maxBatch()));
        return context.flow(geometry.outputShape(), in.gradient() != null);
    }

    @Override
    void forget() {
        op = null;
    }

    @Override
    public final void forward(int n, Mode mode) {
        op.forward(n, in().value(), out().value());
    }

    @Override
    public final void backward(int n) {
        if (needsBackward()) {
            op.backward(n, out().gradient(), in().gradient());
        }
    }
}
