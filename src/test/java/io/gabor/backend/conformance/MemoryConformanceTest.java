package io.gabor.backend.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Memory: what goes in comes out, zeros at first, and what is released is no longer counted. */
@ExtendWith(ConformanceReport.class)
final class MemoryConformanceTest {
    @TestFactory
    Stream<DynamicNode> memory() {
        return Conformance.onEveryBackend(List.of(
                new Conformance.Check("new tensors are zero", MemoryConformanceTest::zeros),
                new Conformance.Check("floats go in and out", MemoryConformanceTest::floats),
                new Conformance.Check("ints go in and out", MemoryConformanceTest::ints),
                new Conformance.Check("copies", MemoryConformanceTest::copies),
                new Conformance.Check("fills", MemoryConformanceTest::fills),
                new Conformance.Check("a tensor's bytes are counted until its release", MemoryConformanceTest::books),
                new Conformance.Check(
                        "an op's workspace is counted until it is closed", MemoryConformanceTest::workspace),
                new Conformance.Check("a recorded step does what the step does", MemoryConformanceTest::records)));
    }

    private static void count(BackendPair pair, String... ops) {
        for (String op : ops) {
            pair.coverage().count(pair.tested().name(), op, 0);
        }
    }

    private static void zeros(BackendPair pair) {
        Backend backend = pair.tested();
        Tensor floats = backend.allocate(Shape.of(3, 7));
        Tensor ints = backend.allocate(ElementType.I32, Shape.of(9));
        float[] values = filled(21, 5);
        int[] numbers = new int[9];
        Arrays.fill(numbers, 5);
        backend.download(floats, values, 21);
        backend.download(ints, numbers, 9);
        assertArrayEquals(new float[21], values);
        assertArrayEquals(new int[9], numbers);
        assertEquals(Shape.of(3, 7), floats.shape());
        assertEquals(ElementType.I32, ints.type());
        backend.release(floats);
        backend.release(ints);
        count(pair, "allocate", "release");
    }

    private static void floats(BackendPair pair) {
        Backend backend = pair.tested();
        Tensor tensor = backend.allocate(Shape.of(6));
        float[] sent = {1.5f, -0f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 7};
        backend.upload(sent, 6, tensor);
        backend.upload(new float[] {2, 9, 9}, 1, tensor);
        backend.upload(new double[] {3, 1 / 3.0, 9}, 2, tensor);
        float[] floats = filled(7, 11);
        backend.download(tensor, floats, 6);
        assertArrayEquals(new float[] {3, (float) (1 / 3.0), Float.MIN_VALUE, Float.NaN, sent[4], 7, 11}, floats);
        double[] doubles = {0, 0, 0, 0, 0, 0, 11};
        backend.download(tensor.reshaped(Shape.of(2, 3)), doubles, 2);
        assertEquals(3, doubles[0]);
        assertEquals(1 / 3.0, doubles[1], 1e-7);
        assertEquals(0, doubles[2]);
        backend.release(tensor);
        count(pair, "upload", "download");
    }

    private static void ints(BackendPair pair) {
        Backend backend = pair.tested();
        Tensor tensor = backend.allocate(ElementType.I32, Shape.of(4));
        backend.upload(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 16_777_217, -1}, 4, tensor);
        backend.upload(new int[] {5, 6}, 1, tensor);
        int[] found = {0, 0, 0, 0, 8};
        backend.download(tensor, found, 4);
        assertArrayEquals(new int[] {5, Integer.MAX_VALUE, 16_777_217, -1, 8}, found);
        backend.release(tensor);
        count(pair, "upload", "download");
    }

    private static void copies(BackendPair pair) {
        for (int count : new int[] {1, 9, 100_003}) {
            try (Trial trial = new Trial(pair, count)) {
                Operand source = trial.input("source", trial.uniform(count, -1, 1), count + 2);
                Operand target = trial.output("target", count, count + 3);
                Operand ints = trial.input("ints", trial.integers(count, 1 << 30));
                Operand intTarget = trial.intOutput("intTarget", count, count + 1);
                trial.run(on -> on.backend().copy(count, on.of(source), on.of(target)));
                trial.run("copy", on -> on.backend().copy(count, on.of(ints), on.of(intTarget)));
            }
        }
    }

    private static void fills(BackendPair pair) {
        Backend backend = pair.tested();
        Tensor floats = backend.allocate(Shape.of(1001));
        Tensor ints = backend.allocate(ElementType.I32, Shape.of(13));
        backend.fill(floats, -2.25f);
        backend.fill(ints, 3);
        float[] values = new float[1001];
        int[] numbers = new int[13];
        backend.download(floats, values, 1001);
        backend.download(ints, numbers, 13);
        assertArrayEquals(filled(1001, -2.25f), values);
        assertTrue(Arrays.stream(numbers).allMatch(number -> number == 3), Arrays.toString(numbers));
        backend.release(floats);
        backend.release(ints);
        count(pair, "fill");
    }

    private static void books(BackendPair pair) {
        Backend backend = pair.tested();
        long before = backend.allocatedBytes();
        Tensor floats = backend.allocate(Shape.of(1000));
        Tensor bytes = backend.allocate(ElementType.U8, Shape.of(500));
        assertTrue(backend.allocatedBytes() >= before + 4500, "4500 bytes more than " + before);
        backend.release(floats.reshaped(Shape.of(10, 100)));
        backend.release(bytes);
        assertEquals(before, backend.allocatedBytes());
        count(pair, "allocatedBytes");
    }

    /** The first round lets the backend make whatever it keeps for all ops; the second must leave nothing behind. */
    private static void workspace(BackendPair pair) {
        Backend backend = pair.tested();
        long after = 0;
        for (int round = 0; round < 2; round++) {
            long before = backend.allocatedBytes();
            WeightedOp conv = backend.conv2d(
                    Geometries.square(3, 8, 20, 3, 1, Padding.SAME), new Epilogue(Bias.NONE, Activation.RELU), 4);
            assertTrue(conv.workspaceBytes() >= 0, "workspace of " + conv.workspaceBytes());
            assertTrue(
                    backend.allocatedBytes() >= before + conv.workspaceBytes(),
                    backend.allocatedBytes() + " bytes do not hold a workspace of " + conv.workspaceBytes());
            conv.close();
            after = backend.allocatedBytes();
            if (round > 0) {
                assertEquals(before, after);
            }
        }
        count(pair, "allocatedBytes");
    }

    private static void records(BackendPair pair) {
        try (Trial trial = new Trial(pair, 1)) {
            Operand x = trial.updated("x", trial.uniform(100, -1, 2));
            Operand counter = trial.updated("counter", new int[] {0});
            trial.run("record", on -> {
                Runnable step = on.backend().record(() -> {
                    on.backend().add(100, on.of(x), on.of(x), on.of(x));
                    on.backend().increment(on.of(counter), 1);
                });
                step.run();
                step.run();
                on.backend().synchronize();
            });
            count(pair, "synchronize");
        }
    }

    private static float[] filled(int length, float value) {
        float[] values = new float[length];
        Arrays.fill(values, value);
        return values;
    }
}
