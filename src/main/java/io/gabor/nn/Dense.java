package io.gabor.nn;

import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A fully connected layer. {@code x: N×in}, {@code w: out×in}, {@code y: N×out}.
 *
 * <pre>
 * forward    y  = x · wᵀ + b        N×out = N×in · in×out
 * backward   dw = dyᵀ · x           out×in = out×N · N×in   (the batch is summed over, so it stands in the middle)
 *            dx = dy · w            N×in = N×out · out×in   (back through the same weights, not transposed this time)
 *            db = Σ over n of dy    out
 * </pre>
 */
public final class Dense extends WeightedLayer {
    private final int units;

    /** Makes a layer with this many outputs and one bias each. */
    public Dense(int units) {
        if (units < 1) {
            throw new ShapeException("a dense layer has at least 1 unit, found " + units);
        }
        this.units = units;
    }

    /** Leaves the bias out, or puts it back. */
    public Dense bias(boolean present) {
        setBias(present ? Bias.PER_FILTER : Bias.NONE);
        return this;
    }

    public Dense init(Initializer weight) {
        return init(weight, biasInitializer());
    }

    public Dense init(Initializer weight, Initializer bias) {
        setInitializers(weight, bias);
        return this;
    }

    /** Keeps the weights and the bias as they begin, or learns them (the default). */
    public Dense frozen(boolean on) {
        setFrozen(on);
        return this;
    }

    @Override
    public Shape outputShape(Shape in) {
        if (in.rank() != 1) {
            throw new ShapeException("a dense layer takes a vector, found " + in + "; put a Flatten in front");
        }
        weightShape(in);
        return Shape.of(units);
    }

    @Override
    protected Shape weightShape(Shape in) {
        return Shape.of(units, in.dim(0));
    }

    @Override
    protected int[] fans(Shape in) {
        return new int[] {in.dim(0), units};
    }

    @Override
    protected WeightedOp plan(BuildContext context, Shape in, Epilogue epilogue) {
        return context.backend().dense(in.dim(0), units, epilogue, context.maxBatch());
    }

    @Override
    public long flops(Shape in) {
        return 2L * in.dim(0) * units;
    }

    @Override
    public String kind() {
        return "dense";
    }

    @Override
    public Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("units", units);
        config.put("bias", bias() != Bias.NONE);
        config.put("init", weightInitializer().toString());
        config.put("biasInit", biasInitializer().toString());
        if (isFrozen()) {
            config.put("frozen", true);
        }
        return config;
    }

    static Dense read(LayerConfig config) {
        return new Dense(config.integer("units"))
                .bias(config.flag("bias", true))
                .frozen(config.flag("frozen", false))
                .init(
                        config.initializer("init", Initializer.HE_UNIFORM),
                        config.initializer("biasInit", Initializer.ZEROS));
    }
}
