package io.gabor.backend.conformance;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.backend.BatchNormSpec;
import io.gabor.backend.Bias;
import io.gabor.backend.DropoutSpec;
import io.gabor.backend.Epilogue;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.backend.Pointwise;
import io.gabor.backend.Ties;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.EnlargeGeometry;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Padding;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/** Tensors that no op may accept: too small, of the wrong type, of another backend; and a backend that is closed. */
@ExtendWith(ConformanceReport.class)
final class ArgumentsConformanceTest {
    private static final ConvGeometry CONV = Geometries.square(1, 1, 4, 3, 1, Padding.VALID);
    private static final PoolGeometry POOL = PoolGeometry.global(4, 2, 2);
    private static final BatchNormSpec NORM = new BatchNormSpec(1e-5, 0.1, Activation.RELU);
    private static final EnlargeGeometry ENLARGE = new EnlargeGeometry(1, 2, 2, 2, 1, 0, 1, 0);
    private static final DropoutSpec DROPOUT = new DropoutSpec(0.5, 1);
    private static final Epilogue BIASED = new Epilogue(Bias.PER_FILTER, Activation.RELU);

    /** One argument position of one op: calls the op with good tensors everywhere and {@code bad} there. */
    private record Position(String op, String argument, Call call) {
        private interface Call {
            void run(Backend backend, Good good, Tensor bad);
        }
    }

    /** Good tensors, each large enough for every op here. */
    private record Good(Backend backend, List<Tensor> made) {
        Tensor f() {
            return made(backend.allocate(Shape.of(64)));
        }

        Tensor i() {
            return made(backend.allocate(ElementType.I32, Shape.of(64)));
        }

        Tensor made(Tensor tensor) {
            made.add(tensor);
            return tensor;
        }
    }

    private static Tensor edits(Backend backend, Good good) {
        return good.made(backend.allocate(ElementType.I32, Shape.of(2, ImageEdit.WIDTH)));
    }

    private static final List<Position> POSITIONS = List.of(
            new Position("activation", "x", (b, g, bad) -> b.activation(Activation.RELU, 16, bad, g.f())),
            new Position("activation", "y", (b, g, bad) -> b.activation(Activation.TANH, 16, g.f(), bad)),
            new Position(
                    "activationBackward",
                    "dx",
                    (b, g, bad) -> b.activationBackward(Activation.RELU, 16, g.f(), g.f(), bad)),
            new Position("pointwise", "x", (b, g, bad) -> b.pointwise(Pointwise.GELU, 16, bad, g.f())),
            new Position(
                    "pointwiseBackward",
                    "dx",
                    (b, g, bad) -> b.pointwiseBackward(Pointwise.SILU, 16, g.f(), g.f(), bad)),
            new Position("copyRows", "target", (b, g, bad) -> b.copyRows(2, 4, g.f(), 1, 8, bad, 2, 8)),
            new Position("add", "b", (b, g, bad) -> b.add(16, g.f(), bad, g.f())),
            new Position("blend", "x", (b, g, bad) -> b.blend(16, 0.5f, bad, 1, g.f())),
            new Position("blend", "y", (b, g, bad) -> b.blend(16, 0.5f, g.f(), 1, bad)),
            new Position("copy", "target", (b, g, bad) -> b.copy(16, g.f(), bad)),
            new Position("softmax", "x", (b, g, bad) -> b.softmax(2, 8, bad, g.f())),
            new Position("softmaxBackward", "dy", (b, g, bad) -> b.softmaxBackward(2, 8, g.f(), bad, g.f())),
            new Position(
                    "softmaxCrossEntropy", "dx", (b, g, bad) -> b.softmaxCrossEntropy(2, 8, g.f(), g.i(), g.f(), bad)),
            new Position(
                    "softmaxCrossEntropy",
                    "weights",
                    (b, g, bad) -> b.softmaxCrossEntropy(2, 8, g.f(), g.i(), bad, 0.1, g.f(), g.f())),
            new Position("meanSquaredError", "p", (b, g, bad) -> b.meanSquaredError(16, bad, g.f(), g.f(), g.f())),
            new Position(
                    "binaryCrossEntropy", "target", (b, g, bad) -> b.binaryCrossEntropy(16, g.f(), bad, g.f(), g.f())),
            new Position(
                    "binaryCrossEntropyWithLogits",
                    "dx",
                    (b, g, bad) -> b.binaryCrossEntropyWithLogits(16, g.f(), g.f(), g.f(), bad)),
            new Position(
                    "gather",
                    "out",
                    (b, g, bad) -> b.gather(16, g.f().reshaped(Shape.of(64, 1)), g.i(), g.i(), g.f(), g.f(), bad)),
            new Position(
                    "augment",
                    "out",
                    (b, g, bad) -> b.augment(
                            2, g.f().reshaped(Shape.of(4, 1, 4, 4)), g.i(), g.i(), edits(b, g), g.f(), g.f(), bad)),
            new Position(
                    "augment",
                    "edits",
                    (b, g, bad) ->
                            b.augment(2, g.f().reshaped(Shape.of(4, 1, 4, 4)), g.i(), g.i(), bad, g.f(), g.f(), g.f())),
            new Position("mixTargets", "target", (b, g, bad) -> b.mixTargets(2, 8, bad, edits(b, g), g.f())),
            new Position(
                    "softTargetCrossEntropy",
                    "target",
                    (b, g, bad) -> b.softTargetCrossEntropy(2, 8, g.f(), bad, null, 0, g.f(), g.f())),
            new Position("oneHot", "target", (b, g, bad) -> b.oneHot(2, 8, g.i(), bad)),
            new Position("countCorrect", "scores", (b, g, bad) -> b.countCorrect(2, 8, bad, g.i(), g.i())),
            new Position("upload", "target", (b, g, bad) -> b.upload(new float[16], 16, bad)),
            new Position("download", "source", (b, g, bad) -> b.download(bad, new float[16], 16)),
            new Position("conv2d", "x", (b, g, bad) -> {
                try (var conv = b.conv2d(CONV, BIASED, 2)) {
                    conv.forward(1, bad, g.f(), g.f(), g.f());
                }
            }),
            new Position("conv2d", "dx", (b, g, bad) -> {
                try (var conv = b.conv2d(CONV, BIASED, 2)) {
                    conv.backward(1, g.f(), g.f(), g.f(), g.f(), g.f(), g.f(), bad);
                }
            }),
            new Position("dense", "w", (b, g, bad) -> {
                try (var dense = b.dense(4, 4, BIASED, 2)) {
                    dense.forward(1, g.f(), bad, g.f(), g.f());
                }
            }),
            new Position("dense", "dw", (b, g, bad) -> {
                try (var dense = b.dense(4, 4, BIASED, 2)) {
                    dense.backward(1, g.f(), g.f(), g.f(), g.f(), bad, g.f(), g.f());
                }
            }),
            new Position("maxPool2d", "x", (b, g, bad) -> {
                try (var pool = b.maxPool2d(POOL, Ties.FIRST, 2)) {
                    pool.forward(1, bad, g.f());
                }
            }),
            new Position("avgPool2d", "dx", (b, g, bad) -> {
                try (var pool = b.avgPool2d(POOL, true, 2)) {
                    pool.backward(1, g.f(), g.f(), g.f(), bad);
                }
            }),
            new Position("batchNorm", "runningMean", (b, g, bad) -> {
                try (var norm = b.batchNorm(4, 2, NORM, 2)) {
                    norm.forward(2, g.f(), g.f(), g.f(), bad, g.f(), g.f());
                }
            }),
            new Position("batchNorm", "gamma", (b, g, bad) -> {
                try (var norm = b.batchNorm(4, 2, NORM, 2)) {
                    norm.infer(2, g.f(), bad, g.f(), g.f(), g.f(), g.f());
                }
            }),
            new Position("batchNorm", "dx", (b, g, bad) -> {
                try (var norm = b.batchNorm(4, 2, NORM, 2)) {
                    norm.backward(2, g.f(), g.f(), g.f(), g.f(), g.f(), g.f(), bad);
                }
            }),
            new Position("dropout", "x", (b, g, bad) -> {
                try (var dropout = b.dropout(4, 2, DROPOUT, 2)) {
                    dropout.apply(2, g.i(), bad, g.f());
                }
            }),
            new Position("dropout", "y", (b, g, bad) -> {
                try (var dropout = b.dropout(4, 2, DROPOUT, 2)) {
                    dropout.apply(2, g.i(), g.f(), bad);
                }
            }),
            new Position("enlarge2d", "y", (b, g, bad) -> {
                try (var enlarge = b.enlarge2d(ENLARGE, 2)) {
                    enlarge.forward(1, g.f(), bad);
                }
            }),
            new Position("enlarge2d", "dy", (b, g, bad) -> {
                try (var enlarge = b.enlarge2d(ENLARGE, 2)) {
                    enlarge.backward(1, bad, g.f());
                }
            }),
            new Position("layerNorm", "gamma", (b, g, bad) -> {
                try (var norm = b.layerNorm(8, 1e-5, 2)) {
                    norm.forward(2, g.f(), bad, g.f(), g.f());
                }
            }),
            new Position("layerNorm", "dx", (b, g, bad) -> {
                try (var norm = b.layerNorm(8, 1e-5, 2)) {
                    norm.backward(2, g.f(), g.f(), g.f(), g.f(), g.f(), bad);
                }
            }),
            new Position("optimizer", "gradient", (b, g, bad) -> {
                List<OptimizerOp.Slot> slots = List.of(new OptimizerOp.Slot(g.f(), bad, List.of()));
                try (var optimizer = b.optimizer(new OptimizerSpec.Sgd(0, false, 0), slots)) {
                    optimizer.step(g.f(), g.i());
                }
            }));

    /** A batch that is larger or smaller than planned. */
    private record Batch(String op, Call call) {
        private interface Call {
            void run(Backend backend, Good good, int n);
        }
    }

    private static final List<Batch> BATCHES = List.of(
            new Batch("conv2d", (b, g, n) -> {
                try (var conv = b.conv2d(CONV, BIASED, 2)) {
                    conv.forward(n, g.f(), g.f(), g.f(), g.f());
                }
            }),
            new Batch("dense", (b, g, n) -> {
                try (var dense = b.dense(4, 4, BIASED, 2)) {
                    dense.backward(n, g.f(), g.f(), g.f(), g.f(), g.f(), g.f(), g.f());
                }
            }),
            new Batch("maxPool2d", (b, g, n) -> {
                try (var pool = b.maxPool2d(POOL, Ties.ALL, 2)) {
                    pool.forward(n, g.f(), g.f());
                }
            }),
            new Batch("batchNorm", (b, g, n) -> {
                try (var norm = b.batchNorm(4, 2, NORM, 2)) {
                    norm.forward(n, g.f(), g.f(), g.f(), g.f(), g.f(), g.f());
                }
            }),
            new Batch("dropout", (b, g, n) -> {
                try (var dropout = b.dropout(4, 2, DROPOUT, 2)) {
                    dropout.apply(n, g.i(), g.f(), g.f());
                }
            }),
            new Batch("enlarge2d", (b, g, n) -> {
                try (var enlarge = b.enlarge2d(ENLARGE, 2)) {
                    enlarge.forward(n, g.f(), g.f());
                }
            }),
            new Batch("layerNorm", (b, g, n) -> {
                try (var norm = b.layerNorm(8, 1e-5, 2)) {
                    norm.forward(n, g.f(), g.f(), g.f(), g.f());
                }
            }),
            new Batch("avgPool2d", (b, g, n) -> {
                try (var pool = b.avgPool2d(POOL, false, 2)) {
                    pool.forward(n, g.f(), g.f());
                }
            }));

    @TestFactory
    Stream<DynamicNode> arguments() {
        List<Conformance.Check> checks = new ArrayList<>();
        for (Position position : POSITIONS) {
            String where = position.op + ": " + position.argument;
            checks.add(new Conformance.Check(
                    where + " is too small",
                    pair -> refused(
                            pair,
                            position.op,
                            good -> position.call.run(
                                    pair.tested(), good, good.made(pair.tested().allocate(Shape.of(3)))))));
            checks.add(new Conformance.Check(
                    where + " is of the wrong type",
                    pair -> refused(
                            pair,
                            position.op,
                            good -> position.call.run(
                                    pair.tested(),
                                    good,
                                    good.made(pair.tested().allocate(ElementType.U8, Shape.of(64)))))));
            checks.add(new Conformance.Check(where + " belongs to another backend", pair -> {
                try (Backend other = Backends.select(Conformance.REFERENCE)) {
                    Tensor foreign = other.allocate(Shape.of(64));
                    refused(pair, position.op, good -> position.call.run(pair.tested(), good, foreign));
                }
            }));
        }
        for (Batch batch : BATCHES) {
            checks.add(new Conformance.Check(batch.op + ": a batch that was not planned for", pair -> {
                for (int n : new int[] {-1, 0, 3}) {
                    refused(pair, batch.op, good -> batch.call.run(pair.tested(), good, n));
                }
            }));
        }
        checks.add(new Conformance.Check("a closed backend", ArgumentsConformanceTest::checkClosed));
        return Conformance.onEveryBackend(checks);
    }

    private interface Attempt {
        void with(Good good);
    }

    private static void refused(BackendPair pair, String op, Attempt attempt) {
        Good good = new Good(pair.tested(), new ArrayList<>());
        try {
            IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> attempt.with(good));
            assertTrue(error.getMessage().contains(op), "the message does not name " + op + ": " + error.getMessage());
        } finally {
            good.made.forEach(pair.tested()::release);
        }
    }

    private static void checkClosed(BackendPair pair) {
        Backend backend = Backends.select(pair.tested().name(), BackendOptions.DEFAULT);
        Tensor tensor = backend.allocate(Shape.of(4));
        Tensor other = backend.allocate(Shape.of(4));
        backend.close();
        backend.close();
        List<Executable> uses = List.of(
                () -> backend.allocate(Shape.of(4)),
                () -> backend.upload(new float[4], 4, tensor),
                () -> backend.download(tensor, new float[4], 4),
                () -> backend.activation(Activation.RELU, 4, tensor, other),
                () -> backend.softmax(2, 2, tensor, other),
                () -> backend.conv2d(CONV, BIASED, 1),
                () -> backend.dense(2, 2, BIASED, 1));
        for (Executable use : uses) {
            assertThrows(IllegalStateException.class, use);
        }
    }
}
