package io.gabor.backend.conformance;

import io.gabor.backend.Backend;
import io.gabor.backend.Epilogue;
import io.gabor.backend.PoolOp;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.WindowAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Max and average pooling, forward and backward: overlaps, gaps, padding, ceil mode, ties, NaN and infinities. */
@ExtendWith(ConformanceReport.class)
final class PoolConformanceTest {
    private static final int RANDOM_GEOMETRIES = 60;
    private static final int FULL_BATCHES = 30;
    private static final long SEED = 0xB0;

    /** What the input of a max pooling holds. */
    private enum Values {
        /** All different, all negative: a zero of the padding would win. */
        NEGATIVE,
        /** Few different ones, so that most windows have ties. */
        TIES,
        /** Ties, and here and there a NaN. */
        NAN,
        /** Mostly −∞: a window of nothing else must still find its first element. */
        INFINITE
    }

    @TestFactory
    Stream<DynamicNode> pooling() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        Philox random = new Philox(SEED, 1);
        List<PoolGeometry> geometries = geometries(random);
        // Once more with batches that fill whole vectors, which a backend may compute in another layout.
        geometries.addAll(geometries.subList(0, FULL_BATCHES).stream().toList());
        for (PoolGeometry geometry : geometries) {
            boolean full = checks.size() / 3 >= RANDOM_GEOMETRIES;
            int maxBatch = full ? 32 : 1 + random.nextInt(5);
            int n = full ? 32 : 1 + random.nextInt(maxBatch);
            String batch = ", " + n + " of " + maxBatch;
            long seed = SEED + checks.size();
            Values values = Values.values()[random.nextInt(4)];
            for (Ties ties : Ties.values()) {
                checks.add(new Conformance.Check(
                        "max " + geometry + ", " + ties + ", " + values + batch,
                        pair -> check(
                                pair,
                                geometry,
                                backend -> backend.maxPool2d(geometry, ties, maxBatch),
                                "maxPool2d",
                                values,
                                n,
                                maxBatch,
                                seed)));
            }
            boolean countPadding = random.nextInt(2) == 0;
            checks.add(new Conformance.Check(
                    "avg " + geometry + (countPadding ? ", padding counts" : "") + batch,
                    pair -> check(
                            pair,
                            geometry,
                            backend -> backend.avgPool2d(geometry, countPadding, maxBatch),
                            "avgPool2d",
                            null,
                            n,
                            maxBatch,
                            seed)));
        }
        return checks;
    }

    private static List<PoolGeometry> geometries(Philox random) {
        List<PoolGeometry> geometries = new ArrayList<>();
        geometries.add(square(1, 1, 1, 1, Padding.VALID, false));
        geometries.add(square(20, 24, 2, 2, Padding.VALID, false));
        geometries.add(square(50, 8, 2, 2, Padding.VALID, false));
        geometries.add(square(64, 57, 3, 2, Padding.of(1), true));
        geometries.add(square(3, 17, 2, 2, Padding.VALID, true));
        geometries.add(square(3, 17, 2, 2, Padding.VALID, false));
        geometries.add(square(2, 11, 2, 5, Padding.VALID, true));
        geometries.add(square(5, 9, 3, 1, Padding.SAME, false));
        geometries.add(square(2, 9, 4, 3, Padding.of(0, 3, 2, 1), true));
        geometries.add(PoolGeometry.global(13, 7, 5));
        geometries.add(PoolGeometry.global(1, 1, 1));
        while (geometries.size() < RANDOM_GEOMETRIES) {
            geometries.add(Geometries.pool(random));
        }
        return geometries;
    }

    private static PoolGeometry square(int channels, int size, int kernel, int stride, Padding padding, boolean ceil) {
        return new PoolGeometry(
                channels, padding.rows(size, kernel, stride, 1, ceil), padding.cols(size, kernel, stride, 1, ceil));
    }

    private static void check(
            BackendPair pair,
            PoolGeometry geometry,
            Function<Backend, PoolOp> plan,
            String op,
            Values values,
            int n,
            int maxBatch,
            long seed) {
        int in = geometry.inputShape().size();
        int out = geometry.outputShape().size();
        try (Trial trial = new Trial(pair, seed)) {
            if (n % 32 == 0) {
                trial.withoutGuard();
            }
            if (values == Values.NAN) {
                trial.expectNan();
            }
            float[] numbers = values == null ? trial.uniform(n * in, -0.5, 1.5) : numbers(trial, values, n * in);
            Operand x = n % 32 == 0 ? convolved(trial, geometry, numbers, n) : trial.input("x", numbers, maxBatch * in);
            Operand y = trial.output("y", n * out, maxBatch * out);
            Trial.Planned<PoolOp> pool = trial.plan(plan);
            trial.run(op + " forward", on -> on.of(pool).forward(n, on.of(x), on.of(y)));
            trial.share(y);

            Operand dy = trial.input("dy", trial.uniform(n * out, 0.5, 1.5), maxBatch * out);
            Operand dx = trial.output("dx", n * in, maxBatch * in);
            trial.run(op + " backward", on -> on.of(pool).backward(n, on.of(x), on.of(y), on.of(dy), on.of(dx)));
        }
    }

    private static float[] numbers(Trial trial, Values values, int count) {
        float[] numbers = values == Values.NEGATIVE ? trial.uniform(count, -2, -1) : trial.whole(count, -2, 0);
        for (int i = 0; i < count; i++) {
            if (values == Values.NAN && trial.random().nextInt(10) == 0) {
                numbers[i] = Float.NaN;
            }
            if (values == Values.INFINITE && trial.random().nextInt(10) != 0) {
                numbers[i] = Float.NEGATIVE_INFINITY;
            }
        }
        return numbers;
    }

    /** The same numbers, but out of a convolution, which may leave them in another layout. */
    private static Operand convolved(Trial trial, PoolGeometry geometry, float[] numbers, int n) {
        Shape shape = geometry.inputShape();
        int channels = shape.dim(0);
        ConvGeometry identity = new ConvGeometry(
                channels,
                channels,
                channels,
                new WindowAxis(shape.dim(1), 1, 1, 1, 0, 0, false),
                new WindowAxis(shape.dim(2), 1, 1, 1, 0, 0, false));
        float[] ones = new float[channels];
        Arrays.fill(ones, 1f);
        Operand source = trial.input("source", numbers, numbers.length);
        Operand w = trial.input("w", ones);
        Operand x = trial.output("x", numbers.length, numbers.length);
        Trial.Planned<WeightedOp> conv = trial.plan(backend -> backend.conv2d(identity, Epilogue.NONE, n));
        trial.run("conv2d forward", on -> on.of(conv).forward(n, on.of(source), on.of(w), null, on.of(x)));
        return x;
    }
}
