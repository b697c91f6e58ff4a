package io.gabor.backend.conformance;

import io.gabor.backend.Activation;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Philox;
import io.gabor.tensor.WindowAxis;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Convolution with every epilogue, forward and backward. */
@ExtendWith(ConformanceReport.class)
final class ConvolutionConformanceTest {
    private static final int RANDOM_CASES = 250;
    private static final int FULL_BATCHES = 45;
    private static final long SEED = 0xC0;

    /** What one check runs: the first n samples of tensors for maxBatch, with or without the input's gradient. */
    record Case(ConvGeometry geometry, Epilogue epilogue, int n, int maxBatch, boolean inputGradient) {
        @Override
        public String toString() {
            return geometry + ", " + epilogue.bias() + ", "
                    + epilogue.activation().kind() + ", " + n + " of " + maxBatch
                    + (inputGradient ? "" : ", first layer");
        }
    }

    @TestFactory
    Stream<DynamicNode> conv2d() {
        return Conformance.onEveryBackend(checks());
    }

    static List<Conformance.Check> checks() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (Case each : cases()) {
            long seed = SEED + checks.size();
            checks.add(new Conformance.Check(each.toString(), pair -> check(pair, each, seed)));
        }
        return checks;
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        Epilogue relu = new Epilogue(Bias.PER_FILTER, Activation.RELU);
        Epilogue biased = new Epilogue(Bias.PER_FILTER, Activation.IDENTITY);
        cases.add(new Case(Geometries.square(1, 1, 1, 1, 1, Padding.VALID), Epilogue.NONE, 1, 1, true));
        cases.add(new Case(Geometries.square(1, 20, 28, 5, 1, Padding.VALID), relu, 33, 64, false));
        cases.add(new Case(Geometries.square(20, 50, 12, 5, 1, Padding.VALID), relu, 40, 40, true));
        cases.add(new Case(Geometries.square(64, 64, 14, 3, 1, Padding.SAME), biased, 4, 4, true));
        cases.add(new Case(Geometries.square(3, 17, 33, 3, 2, Padding.of(1)), relu, 5, 8, true));
        cases.add(new Case(Geometries.square(33, 19, 7, 1, 1, Padding.VALID), relu, 3, 3, true));
        cases.add(new Case(Geometries.square(5, 7, 9, 9, 1, Padding.VALID), biased, 2, 3, true));
        cases.add(new Case(Geometries.square(2, 3, 13, 2, 5, Padding.VALID), relu, 2, 2, true));
        cases.add(new Case(Geometries.square(1, 8, 28, 3, 1, Padding.VALID), Epilogue.NONE, 1, 1, false));
        cases.add(new Case(
                Geometries.square(1, 5, 28, 4, 2, Padding.of(1)),
                new Epilogue(Bias.PER_PIXEL, Activation.SIGMOID),
                1,
                1,
                false));
        WindowAxis same = Padding.SAME.rows(11, 3, 1, 1, false);
        cases.add(new Case(new ConvGeometry(17, 17, 17, same, same), relu, 3, 4, true));
        cases.add(new Case(new ConvGeometry(6, 12, 6, same, same), biased, 3, 3, true));
        WindowAxis line = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        WindowAxis dilated = new WindowAxis(301, 3, 1, 7, 14, 0, false);
        cases.add(new Case(new ConvGeometry(3, 5, 1, line, dilated), relu, 2, 2, true));
        cases.add(new Case(new ConvGeometry(3, 5, 1, dilated, line), relu, 2, 2, true));

        // Batches that fill whole vectors, which a backend may compute in another layout.
        cases.add(new Case(Geometries.square(1, 20, 28, 5, 1, Padding.VALID), relu, 64, 64, false));
        cases.add(new Case(Geometries.square(20, 50, 12, 5, 1, Padding.VALID), relu, 64, 64, true));
        cases.add(new Case(Geometries.square(40, 70, 8, 3, 1, Padding.SAME), relu, 32, 32, true));
        cases.add(new Case(Geometries.square(7, 13, 9, 3, 2, Padding.of(1)), biased, 32, 32, true));
        cases.add(new Case(Geometries.square(3, 5, 6, 3, 1, Padding.of(4)), relu, 32, 32, true));
        // 3×3 kernels of stride 1 with many channels, which a backend may compute in tiles of 4×4 outputs.
        Epilogue tanh = new Epilogue(Bias.PER_FILTER, Activation.TANH);
        cases.add(new Case(Geometries.square(16, 24, 8, 3, 1, Padding.SAME), relu, 32, 32, true));
        cases.add(new Case(Geometries.square(20, 13, 11, 3, 1, Padding.VALID), biased, 64, 64, true));
        cases.add(new Case(Geometries.square(12, 12, 6, 3, 1, Padding.of(4)), Epilogue.NONE, 32, 32, true));
        cases.add(new Case(Geometries.square(32, 40, 18, 3, 1, Padding.SAME), tanh, 32, 32, false));
        cases.add(new Case(Geometries.square(256, 20, 7, 3, 1, Padding.SAME), relu, 32, 32, true));
        cases.add(new Case(Geometries.square(14, 256, 4, 3, 1, Padding.SAME), relu, 128, 128, true));
        cases.add(new Case(
                Geometries.square(13, 15, 9, 3, 1, Padding.SAME),
                new Epilogue(Bias.PER_PIXEL, Activation.RELU),
                32,
                32,
                true));
        WindowAxis before = new WindowAxis(10, 3, 1, 1, 2, 0, false);
        WindowAxis after = new WindowAxis(13, 3, 1, 1, 0, 1, false);
        cases.add(new Case(new ConvGeometry(12, 17, 1, before, after), relu, 32, 32, true));
        WindowAxis wide = new WindowAxis(7, 3, 1, 1, 5, 3, false);
        cases.add(new Case(new ConvGeometry(16, 12, 1, after, wide), biased, 32, 32, true));
        cases.addAll(depthwiseAndPointwise());
        Philox full = new Philox(SEED, 2);
        for (int i = 0; i < FULL_BATCHES; i++) {
            Bias bias = Bias.values()[full.nextInt(3)];
            Activation activation = Geometries.ACTIVATIONS.get(full.nextInt(5));
            int n = 32 * (1 + full.nextInt(2));
            cases.add(new Case(Geometries.conv(full), new Epilogue(bias, activation), n, n, full.nextInt(4) > 0));
        }

        Philox random = new Philox(SEED, 1);
        while (cases.size() < RANDOM_CASES) {
            Bias bias = Bias.values()[random.nextInt(3)];
            Activation activation = Geometries.ACTIVATIONS.get(random.nextInt(5));
            int maxBatch = 1 + random.nextInt(6);
            int n = 1 + random.nextInt(maxBatch);
            cases.add(new Case(
                    Geometries.conv(random), new Epilogue(bias, activation), n, maxBatch, random.nextInt(4) > 0));
        }
        return cases;
    }

    /** The two halves of a separable convolution, in batches that fill whole vectors and in others. */
    private static List<Case> depthwiseAndPointwise() {
        List<Case> cases = new ArrayList<>();
        Epilogue relu = new Epilogue(Bias.PER_FILTER, Activation.RELU);
        Epilogue perPixel = new Epilogue(Bias.PER_PIXEL, Activation.TANH);
        for (int n : new int[] {64, 37, 1}) {
            for (Padding padding : new Padding[] {Padding.SAME, Padding.VALID, Padding.of(1), Padding.of(2, 0, 0, 3)}) {
                for (int stride = 1; stride <= 3; stride++) {
                    WindowAxis rows = padding.rows(9, 3, stride, 1, false);
                    WindowAxis cols = padding.cols(12, 3, stride, 1, false);
                    int multiplier = stride % 2 + 1;
                    cases.add(new Case(new ConvGeometry(5, 5 * multiplier, 5, rows, cols), relu, n, n, true));
                }
            }
            WindowAxis dilated = Padding.SAME.rows(11, 3, 1, 2, false);
            WindowAxis spread = Padding.of(3).rows(13, 5, 2, 3, false);
            WindowAxis five = Padding.SAME.rows(8, 5, 1, 1, false);
            WindowAxis tiny = Padding.of(4).rows(2, 3, 1, 1, false);
            WindowAxis gaps = Padding.VALID.rows(14, 2, 5, 1, false);
            cases.add(new Case(new ConvGeometry(3, 3, 3, dilated, dilated), Epilogue.NONE, n, n, true));
            cases.add(new Case(new ConvGeometry(3, 6, 3, dilated, spread), relu, n, n, true));
            cases.add(new Case(new ConvGeometry(4, 4, 4, five, five), perPixel, n, n, true));
            cases.add(new Case(new ConvGeometry(2, 8, 2, five, dilated), perPixel, n, n, true));
            cases.add(new Case(new ConvGeometry(2, 10, 2, five, dilated), relu, n, n, true));
            cases.add(new Case(new ConvGeometry(33, 33, 33, tiny, gaps), relu, n, n, true));
            cases.add(new Case(Geometries.square(8, 17, 7, 1, 1, Padding.VALID), relu, n, n, true));
            cases.add(new Case(Geometries.square(67, 12, 5, 1, 1, Padding.VALID), perPixel, n, n, true));
            cases.add(new Case(Geometries.square(150, 140, 6, 1, 1, Padding.VALID), Epilogue.NONE, n, n, true));
            cases.add(new Case(Geometries.square(9, 10, 7, 1, 2, Padding.VALID), relu, n, n, true));
            WindowAxis one = Padding.VALID.rows(3, 1, 1, 1, false);
            cases.add(new Case(new ConvGeometry(24, 48, 3, one, one), relu, n, n, true));
        }
        return cases;
    }

    /** All values lean to the positive side, so that sums of few terms do not cancel and the relative error means something. */
    static void check(BackendPair pair, Case c, long seed) {
        ConvGeometry geometry = c.geometry;
        int in = geometry.inputShape().size();
        int out = geometry.outputShape().size();
        int weights = geometry.weightShape().size();
        boolean biased = c.epilogue.bias() != Bias.NONE;
        int biases = biased ? c.epilogue.bias().shape(geometry.outputShape()).size() : 0;
        try (Trial trial = new Trial(pair, seed)) {
            if (c.n % 32 == 0) {
                trial.withoutGuard();
            }
            double scale = 2.0 / geometry.fanIn();
            Operand x = trial.input("x", trial.uniform(c.n * in, -0.5, 1.5), c.maxBatch * in);
            Operand w = trial.input("w", trial.uniform(weights, -0.5 * scale, 1.5 * scale));
            Operand b = biased ? trial.input("b", trial.uniform(biases, -1, 0.3)) : null;
            Operand y = trial.output("y", c.n * out, c.maxBatch * out);
            Trial.Planned<WeightedOp> conv = trial.plan(backend -> backend.conv2d(geometry, c.epilogue, c.maxBatch));
            trial.run("conv2d forward", on -> on.of(conv).forward(c.n, on.of(x), on.of(w), on.of(b), on.of(y)));
            trial.share(y);

            Operand dy = trial.input("dy", trial.uniform(c.n * out, -0.5, 1.5), c.maxBatch * out);
            Operand dw = trial.output("dw", weights, weights);
            Operand db = biased ? trial.output("db", biases, biases) : null;
            Operand dx = c.inputGradient ? trial.output("dx", c.n * in, c.maxBatch * in) : null;
            trial.run(
                    "conv2d backward",
                    on -> on.of(conv)
                            .backward(c.n, on.of(x), on.of(w), on.of(y), on.of(dy), on.of(dw), on.of(db), on.of(dx)));
            if (c.epilogue.equals(Epilogue.NONE)) {
                Operand alone = trial.output("dx", c.n * in, c.maxBatch * in);
                trial.run(
                        "conv2d input gradient",
                        on -> on.of(conv).inputGradient(c.n, on.of(w), on.of(dy), on.of(alone)));
            }
        }
    }
}
