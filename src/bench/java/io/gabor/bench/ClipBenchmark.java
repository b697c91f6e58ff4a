package io.gabor.bench;

import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** A bound on the gradients of {@code lenet}, which they do not reach after the first call; {@code batch} is not used. */
public class ClipBenchmark extends OpBenchmark {
    private static final int[] SIZES = {20 * 25, 20, 50 * 20 * 25, 50, 500 * 800, 500, 10 * 500, 10};

    /** The bound. */
    public enum Bound {
        NORM(new ClipSpec.Norm(1)),
        VALUE(new ClipSpec.Value(0.015));

        private final ClipSpec spec;

        Bound(ClipSpec spec) {
            this.spec = spec;
        }
    }

    @Param
    public Bound bound;

    private final List<Tensor> gradients = new ArrayList<>();
    private ClipOp op;

    @Override
    void prepare() {
        for (int size : SIZES) {
            gradients.add(uniform(Shape.of(size), 0.01, 0.02));
        }
        op = on().gradientClipping(bound.spec, gradients);
    }

    @Override
    void call() {
        op.clip();
    }

    @Override
    boolean inPlace() {
        return true;
    }

    @Override
    List<Tensor> results() {
        return gradients;
    }
}
