package io.gabor.nn;

import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Gives a sample another shape of the same size. Nothing moves: input and output, and their gradients, are the same
 * memory, so neither pass has anything to compute.
 */
public class Reshape extends Layer {
    private final Shape target;

    /** Reshapes every sample to these extents. */
    public Reshape(int... dims) {
        this(Shape.of(dims));
    }

    Reshape(Shape target) {
        this.target = target;
    }

    @Override
    public Shape outputShape(Shape in) {
        if (in.size() != target.size()) {
            throw new ShapeException(
                    "it holds " + in.size() + " values, and the target shape " + target + " holds " + target.size());
        }
        return target;
    }

    @Override
    protected final Flow connect(BuildContext context, Flow in) {
        return in.reshaped(outputShape(in.sampleShape()));
    }

    @Override
    public final void forward(int n, Mode mode) {}

    @Override
    public final void backward(int n) {}

    @Override
    public String kind() {
        return "reshape";
    }

    @Override
    public Map<String, Object> config() {
        return Map.of("shape", IntStream.of(target.dims()).boxed().toList());
    }

    static Reshape read(LayerConfig config) {
        List<Integer> dims = config.integers("shape");
        return new Reshape(dims.stream().mapToInt(Integer::intValue).toArray());
    }
}
