package io.gabor.backend.conformance;

import io.gabor.backend.EnlargeOp;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.Philox;
import io.gabor.tensor.WindowAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Zeros around images and pixels that become squares, forward and backward, in every layout. */
@ExtendWith(ConformanceReport.class)
final class EnlargeConformanceTest {
    private static final int RANDOM_GEOMETRIES = 40;
    private static final long SEED = 0xE2;

    @TestFactory
    Stream<DynamicNode> enlarging() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        Philox random = new Philox(SEED, 1);
        for (EnlargeGeometry geometry : geometries(random)) {
            int maxBatch = 1 + random.nextInt(5);
            int n = 1 + random.nextInt(maxBatch);
            long seed = SEED + checks.size();
            checks.add(new Conformance.Check(
                    geometry + ", " + n + " of " + maxBatch, pair -> check(pair, geometry, n, maxBatch, seed)));
            // a batch that fills whole vectors, which a backend may compute in another layout
            checks.add(new Conformance.Check(geometry + ", 64 of 64", pair -> check(pair, geometry, 64, 64, seed)));
        }
        return checks;
    }

    private static List<EnlargeGeometry> geometries(Philox random) {
        List<EnlargeGeometry> geometries = new ArrayList<>();
        geometries.add(new EnlargeGeometry(1, 1, 1, 1, 0, 0, 0, 0));
        geometries.add(new EnlargeGeometry(3, 16, 16, 1, 2, 2, 2, 2));
        geometries.add(new EnlargeGeometry(5, 8, 8, 2, 0, 0, 0, 0));
        geometries.add(new EnlargeGeometry(2, 1, 7, 3, 0, 1, 2, 0));
        geometries.add(new EnlargeGeometry(1, 3, 1, 1, 0, 0, 0, 5));
        while (geometries.size() < RANDOM_GEOMETRIES) {
            geometries.add(new EnlargeGeometry(
                    1 + random.nextInt(6),
                    1 + random.nextInt(9),
                    1 + random.nextInt(9),
                    1 + random.nextInt(4),
                    random.nextInt(4),
                    random.nextInt(4),
                    random.nextInt(4),
                    random.nextInt(4)));
        }
        return geometries;
    }

    private static void check(BackendPair pair, EnlargeGeometry geometry, int n, int maxBatch, long seed) {
        int in = geometry.inputShape().size();
        int out = geometry.outputShape().size();
        boolean full = n % 64 == 0;
        try (Trial trial = new Trial(pair, seed)) {
            if (full) {
                trial.withoutGuard();
            }
            float[] numbers = trial.uniform(n * in, 0.5, 1.5);
            float[] gradient = trial.uniform(n * out, -0.5, 1.5);
            Trial.Planned<EnlargeOp> enlarge = trial.plan(backend -> backend.enlarge2d(geometry, maxBatch));
            Operand x = full
                    ? convolved(trial, geometry.channels(), in, numbers)
                    : trial.input("x", numbers, maxBatch * in);
            Operand y = trial.output("y", n * out, maxBatch * out);
            trial.run("enlarge2d forward", on -> on.of(enlarge).forward(n, on.of(x), on.of(y)));
            Operand dy = full
                    ? convolved(trial, geometry.channels(), out, gradient)
                    : trial.input("dy", gradient, maxBatch * out);
            Operand dx = trial.output("dx", n * in, maxBatch * in);
            trial.run("enlarge2d backward", on -> on.of(enlarge).backward(n, on.of(dy), on.of(dx)));
        }
    }

    /** The same numbers, but out of a convolution, which may leave them in another layout. */
    private static Operand convolved(Trial trial, int channels, int size, float[] numbers) {
        WindowAxis line = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        WindowAxis pixels = new WindowAxis(size / channels, 1, 1, 1, 0, 0, false);
        ConvGeometry identity = new ConvGeometry(channels, channels, channels, line, pixels);
        float[] ones = new float[channels];
        Arrays.fill(ones, 1f);
        Operand source = trial.input("source", numbers);
        Operand w = trial.input("w", ones);
        Operand x = trial.output("conv", numbers.length, numbers.length);
        int n = numbers.length / size;
        Trial.Planned<WeightedOp> conv = trial.plan(backend -> backend.conv2d(identity, Epilogue.NONE, n));
        trial.run("conv2d forward", on -> on.of(conv).forward(n, on.of(source), on.of(w), null, on.of(x)));
        return x;
    }
}
