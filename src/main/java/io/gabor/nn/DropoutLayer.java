package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.backend.DropoutOp;
import io.gabor.backend.DropoutSpec;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Map;

/** What {@link Dropout} and {@link Dropout2d} share: all but what is dropped as one. */
public abstract class DropoutLayer extends Layer {
    private final double probability;
    private Backend backend;
    private Tensor counter;
    /** Null where nothing is ever dropped. */
    private DropoutOp op;

    DropoutLayer(double probability) {
        this.probability = new DropoutSpec(probability, 0).probability();
    }

    /** Returns how many units a sample has that stay or go as a whole. */
    abstract int units(Shape in);

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        if (!context.training() || probability == 0) {
            return in;
        }
        backend = context.backend();
        counter = context.passCounter();
        int units = units(in.sampleShape());
        DropoutSpec spec = new DropoutSpec(probability, context.drawSeed());
        op = context.op(backend.dropout(units, in.sampleSize() / units, spec, context.maxBatch()));
        return context.flow(in.sampleShape(), in.gradient() != null);
    }

    @Override
    void forget() {
        backend = null;
        counter = null;
        op = null;
    }

    @Override
    public final void forward(int n, Mode mode) {
        if (op == null) {
            return;
        }
        if (mode == Mode.TRAIN) {
            op.apply(n, counter, in().value(), out().value());
        } else {
            backend.copy(n * in().sampleSize(), in().value(), out().value());
        }
    }

    @Override
    public final void backward(int n) {
        if (op != null && needsBackward()) {
            op.apply(n, counter, out().gradient(), in().gradient());
        }
    }

    @Override
    public final Map<String, Object> config() {
        return Map.of("probability", probability);
    }
}
