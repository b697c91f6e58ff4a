package io.gabor.backend.conformance;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Padding;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Convolution and the max pooling behind it in one op, against the two; a backend without such an op is held to its two. */
@ExtendWith(ConformanceReport.class)
final class ConvPoolConformanceTest {
    private static final long SEED = 0xCB;
    private static final int BATCH = 64;

    /**
     * What one check runs.
     *
     * @param exact whether the values are such that sums are exact in any order; else no two values of a window are so close
     *     together that rounding could make the smaller one the larger
     */
    private record Case(ConvGeometry geometry, Epilogue epilogue, int n, boolean inputGradient, boolean exact) {
        Case(ConvGeometry geometry, Epilogue epilogue, int n, boolean inputGradient) {
            this(geometry, epilogue, n, inputGradient, true);
        }

        PoolGeometry pool() {
            return new PoolGeometry(geometry.outChannels(), half(geometry.rows()), half(geometry.cols()));
        }

        private static WindowAxis half(WindowAxis axis) {
            return new WindowAxis(axis.out(), 2, 2, 1, 0, 0, false);
        }

        @Override
        public String toString() {
            return geometry + ", " + epilogue.bias() + ", "
                    + epilogue.activation().kind() + ", pooled, " + n + " of " + BATCH
                    + (inputGradient ? "" : ", first layer");
        }
    }

    @TestFactory
    Stream<DynamicNode> conv2dMaxPool2d() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        Epilogue relu = new Epilogue(Bias.PER_FILTER, Activation.RELU);
        Epilogue biased = new Epilogue(Bias.PER_FILTER, Activation.IDENTITY);
        WindowAxis same = Padding.SAME.rows(6, 3, 1, 1, false);
        List<Case> cases = List.of(
                new Case(Geometries.square(1, 20, 28, 5, 1, Padding.VALID), relu, BATCH, false),
                new Case(Geometries.square(1, 20, 28, 5, 1, Padding.VALID), relu, BATCH - 1, false),
                new Case(Geometries.square(20, 50, 12, 5, 1, Padding.VALID), relu, BATCH, true),
                new Case(Geometries.square(5, 7, 10, 3, 1, Padding.VALID), biased, BATCH, true),
                new Case(Geometries.square(5, 7, 8, 3, 2, Padding.of(1)), relu, BATCH, true),
                new Case(new ConvGeometry(6, 4, 2, same, same), relu, BATCH, true),
                new Case(new ConvGeometry(3, 3, 3, same, same), Epilogue.NONE, BATCH, true),
                new Case(Geometries.square(3, 2, 2, 1, 1, Padding.VALID), Epilogue.NONE, 1, true),
                new Case(
                        Geometries.square(2, 3, 5, 2, 1, Padding.VALID),
                        new Epilogue(Bias.PER_PIXEL, Activation.TANH),
                        BATCH,
                        true),
                // Many channels, which a backend may compute in tiles of 4×4 outputs, where no sum is exact.
                new Case(Geometries.square(16, 12, 8, 3, 1, Padding.SAME), relu, BATCH, true, false),
                new Case(Geometries.square(13, 14, 12, 3, 1, Padding.VALID), biased, BATCH, true, false),
                new Case(Geometries.square(32, 12, 16, 3, 1, Padding.SAME), relu, BATCH, false, false));
        List<Conformance.Check> checks = new ArrayList<>();
        for (Case each : cases) {
            long seed = SEED + checks.size();
            checks.add(new Conformance.Check(each.toString(), pair -> check(pair, each, seed)));
        }
        return checks;
    }

    private static void check(BackendPair pair, Case c, long seed) {
        int in = c.geometry.inputShape().size();
        int out = c.pool().outputShape().size();
        int weights = c.geometry.weightShape().size();
        boolean biased = c.epilogue.bias() != Bias.NONE;
        int biases = biased ? c.epilogue.bias().shape(c.geometry.outputShape()).size() : 0;
        try (Trial trial = new Trial(pair, seed)) {
            if (c.n == BATCH) {
                trial.withoutGuard();
            }
            Operand x = trial.input("x", values(c, trial.uniform(c.n * in, -0.5, 1.5)), BATCH * in);
            Operand w = trial.input("w", values(c, trial.uniform(weights, -0.5, 1.5)));
            Operand b = biased ? trial.input("b", values(c, trial.uniform(biases, -1, 0.3))) : null;
            Operand y = trial.output("y", c.n * out, BATCH * out);
            Trial.Planned<WeightedOp> op = trial.plan(backend -> plan(backend, c));
            trial.run("conv2dMaxPool2d forward", on -> on.of(op).forward(c.n, on.of(x), on.of(w), on.of(b), on.of(y)));
            // y is not shared: to find where a maximum was, a backend looks for its own y.

            Operand dy = trial.input("dy", trial.uniform(c.n * out, -0.5, 1.5), BATCH * out);
            Operand dw = trial.output("dw", weights, weights);
            Operand db = biased ? trial.output("db", biases, biases) : null;
            Operand dx = c.inputGradient ? trial.output("dx", c.n * in, BATCH * in) : null;
            trial.run(
                    "conv2dMaxPool2d backward",
                    on -> on.of(op)
                            .backward(c.n, on.of(x), on.of(w), on.of(y), on.of(dy), on.of(dw), on.of(db), on.of(dx)));
        }
    }

    private static float[] values(Case c, float[] values) {
        return c.exact ? eighths(values) : values;
    }

    /** Rounded, so that sums of products are exact: else rounding decides which of two almost equal values is the maximum. */
    private static float[] eighths(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Math.round(8 * values[i]) / 8f;
        }
        return rounded;
    }

    private static WeightedOp plan(Backend backend, Case c) {
        return backend.conv2dMaxPool2d(c.geometry, c.epilogue, c.pool(), Ties.FIRST, BATCH)
                .orElseGet(() -> new OneAfterTheOther(backend, c));
    }

    /** What the op means. */
    private static final class OneAfterTheOther implements WeightedOp {
        private final Backend backend;
        private final WeightedOp conv;
        private final PoolOp pool;
        private final Tensor between;
        private final Tensor gradient;

        OneAfterTheOther(Backend backend, Case c) {
            this.backend = backend;
            conv = backend.conv2d(c.geometry, c.epilogue, BATCH);
            pool = backend.maxPool2d(c.pool(), Ties.FIRST, BATCH);
            between = backend.allocate(c.geometry.outputShape().batched(BATCH));
            gradient = backend.allocate(c.geometry.outputShape().batched(BATCH));
        }

        @Override
        public void forward(int n, Tensor x, Tensor w, Tensor b, Tensor y) {
            conv.forward(n, x, w, b, between);
            pool.forward(n, between, y);
        }

        @Override
        public void backward(int n, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dw, Tensor db, Tensor dx) {
            pool.backward(n, between, y, dy, gradient);
            conv.backward(n, x, w, between, gradient, dw, db, dx);
        }

        @Override
        public long workspaceBytes() {
            return conv.workspaceBytes() + pool.workspaceBytes();
        }

        @Override
        public void close() {
            conv.close();
            pool.close();
            backend.release(between);
            backend.release(gradient);
        }
    }
}
