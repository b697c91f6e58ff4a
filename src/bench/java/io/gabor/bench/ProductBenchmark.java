package io.gabor.bench;

import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** SGEMM of square matrices, {@code y = x·wᵀ}: the forward pass of a dense op without bias; {@code batch} is not used. */
public class ProductBenchmark extends OpBenchmark {
    /** Rows and columns of each matrix. */
    @Param({"512", "768", "1024"})
    public int size;

    private WeightedOp op;
    private Tensor x;
    private Tensor w;
    private Tensor y;

    @Override
    void prepare() {
        op = on().dense(size, size, Epilogue.NONE, size);
        x = uniform(Shape.of(size, size), -0.5, 1.5);
        w = uniform(Shape.of(size, size), -0.5, 1.5);
        y = result(Shape.of(size, size));
    }

    @Override
    void call() {
        op.forward(size, x, w, null, y);
    }

    @Override
    List<Tensor> results() {
        return List.of(y);
    }

    @Override
    double flops() {
        return 2.0 * size * size * size;
    }
}
