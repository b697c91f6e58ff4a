package io.gabor.nn;

import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import io.gabor.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Branches that take the same input, their outputs side by side along the channels, as in Inception (Szegedy et al., 2015):
 * {@code y: N×(C1 + C2 + ...)×H×W}, or vectors one behind the other.
 *
 * <pre>
 * forward    y  = [f1(x), f2(x), ...]
 * backward   dx = Σ over k of fk's input gradient for its part of dy
 * </pre>
 */
public final class Concat extends Container {
    private Backend backend;
    /** The input, with a gradient for the branches behind the first one to write to, one after the other. */
    private Flow others;

    /** Makes branches; one of several layers is a {@link Sequential}. */
    public Concat(List<Layer> branches) {
        super(branches);
    }

    public static Concat of(Layer... branches) {
        return new Concat(List.of(branches));
    }

    @Override
    boolean parallel() {
        return true;
    }

    @Override
    public Shape outputShape(Shape in) {
        List<Shape> shapes = branchShapes(in);
        int channels = 0;
        for (Shape shape : shapes) {
            if (!Arrays.equals(pixels(shape), pixels(shapes.get(0)))) {
                throw new ShapeException("its branches turn it into " + shapes
                        + ", and shapes side by side may differ in the channels only");
            }
            channels += shape.dim(0);
        }
        int[] dims = shapes.get(0).dims();
        dims[0] = channels;
        return Shape.of(dims);
    }

    private static int[] pixels(Shape shape) {
        int[] dims = shape.dims();
        return Arrays.copyOfRange(dims, 1, dims.length);
    }

    @Override
    protected Flow connect(BuildContext context, Flow in) {
        backend = context.backend();
        boolean several = children().size() > 1 && in.gradient() != null;
        others = several ? new Flow(in.value(), context.values(in.value().shape())) : in;
        boolean gradient = false;
        List<Shape> shapes = new ArrayList<>();
        for (Layer branch : children()) {
            Flow out = branch.build(context, branch == children().get(0) ? in : others);
            gradient |= out.gradient() != null;
            shapes.add(out.sampleShape());
        }
        int[] dims = shapes.get(0).dims();
        dims[0] = shapes.stream().mapToInt(shape -> shape.dim(0)).sum();
        return context.flow(Shape.of(dims), gradient);
    }

    @Override
    public void forward(int n, Mode mode) {
        int offset = 0;
        for (Layer branch : children()) {
            forwardOne(branch, n, mode);
            int length = branch.out().sampleSize();
            backend.copyRows(n, length, branch.out().value(), 0, length, out().value(), offset, out().sampleSize());
            offset += length;
        }
    }

    @Override
    public void backward(int n) {
        int offset = 0;
        for (int k = 0; k < children().size(); k++) {
            Layer branch = children().get(k);
            int length = branch.out().sampleSize();
            if (branch.out().gradient() != null) {
                backend.copyRows(
                        n,
                        length,
                        out().gradient(),
                        offset,
                        out().sampleSize(),
                        branch.out().gradient(),
                        0,
                        length);
                backwardOne(branch, n);
                if (k > 0 && in().gradient() != null) {
                    backend.add(n * in().sampleSize(), in().gradient(), others.gradient(), in().gradient());
                }
            }
            offset += length;
        }
    }

    @Override
    public String kind() {
        return "concat";
    }

    static Concat read(LayerConfig config) {
        return new Concat(config.layers("layers"));
    }
}
