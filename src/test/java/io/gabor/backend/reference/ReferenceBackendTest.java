package io.gabor.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Memory, batches, and what the reference refuses beyond what every backend must. */
final class ReferenceBackendTest extends Fixture {
    private static void refuses(Executable call, String... parts) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, call);
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), "'" + part + "' is missing in: " + error.getMessage());
        }
    }

    @Test
    void keepsEveryBitOfADouble() {
        double[] sent = {Math.PI, 1e-300, -0.0, Double.MIN_VALUE, Double.NaN, 1e300};
        Tensor tensor = of(sent);
        Tensor copied = room(6);
        backend.copy(6, tensor, copied);
        assertArrayEquals(sent, numbers(copied));
    }

    @Test
    void countsWhatItHolds() {
        assertEquals(0, backend.allocatedBytes());
        Tensor floats = backend.allocate(Shape.of(10));
        Tensor ints = backend.allocate(ElementType.I32, Shape.of(10));
        Tensor bytes = backend.allocate(ElementType.U8, Shape.of(10));
        assertEquals(80 + 40 + 10, backend.allocatedBytes());
        WeightedOp dense = backend.dense(3, 5, Epilogue.NONE, 2);
        assertEquals(80, dense.workspaceBytes());
        assertEquals(210, backend.allocatedBytes());
        dense.close();
        backend.release(bytes);
        backend.release(ints);
        backend.release(floats);
        assertEquals(0, backend.allocatedBytes());
        refuses(() -> backend.release(floats), "release", "has been released");
        refuses(() -> backend.fill(floats, 1), "fill", "has been released");
    }

    @Test
    void refusesAClosedOp() {
        WindowAxis one = new WindowAxis(1, 1, 1, 1, 0, 0, false);
        WeightedOp conv = backend.conv2d(new ConvGeometry(1, 1, 1, one, one), Epilogue.NONE, 1);
        conv.close();
        conv.close();
        assertThrows(IllegalStateException.class, () -> conv.forward(1, of(1), of(1), null, room(1)));
    }

    @Test
    void refusesOutputsThatShareStorage() {
        Tensor x = of(1, 2, 3, 4);
        Tensor same = x.reshaped(Shape.of(2, 2));
        refuses(() -> backend.softmax(2, 2, x, same), "softmax", "x", "y", "share");
        refuses(() -> backend.softmaxBackward(2, 2, of(1, 2, 3, 4), x, same), "softmaxBackward", "share");
        refuses(() -> backend.activationBackward(Activation.RELU, 4, x, of(1, 2, 3, 4), same), "dx", "y", "share");
        refuses(() -> backend.meanSquaredError(1, of(1), of(2), x, same), "loss", "dp", "share");
        backend.add(4, x, same, x);
        holds(x, 2, 4, 6, 8);
    }

    @Test
    void refusesABiasWhereThereIsNone() {
        WeightedOp dense = backend.dense(1, 1, Epilogue.NONE, 1);
        refuses(() -> dense.forward(1, of(1), of(1), of(1), room(1)), "dense forward", "b must be null");
    }

    @Test
    void refusesLabelsOutOfRange() {
        for (int label : new int[] {-1, 3}) {
            Tensor labels = ints(0, label);
            String[] parts = {"labels[1]", "from 0 to 2", "found " + label};
            refuses(() -> backend.softmaxCrossEntropy(2, 3, room(6), labels, room(1), null), parts);
            refuses(() -> backend.oneHot(2, 3, labels, room(6)), parts);
            refuses(() -> backend.countCorrect(2, 3, room(6), labels, ints(0)), parts);
        }
    }

    @Test
    void gathersBytesAndFloats() {
        Tensor bytes = backend.allocate(ElementType.U8, Shape.of(2, 2, 1));
        backend.upload(new byte[] {0, 1, (byte) 255, (byte) 128}, 4, bytes);
        Tensor out = room(4);
        backend.gather(2, bytes, ints(9, 1, 0), ints(1), of(1, 10), of(0.5, -1), out);
        holds(out, 255.5, 1279, 0.5, 9);
        Tensor floats = of(1, 2, 3).reshaped(Shape.of(3, 1));
        backend.gather(1, floats, ints(2, 1, 0), ints(0), of(2), of(0), out);
        assertEquals(6, numbers(out)[0]);
        Tensor labels = ints(-1, -1);
        backend.gatherLabels(2, ints(7, 8, 9), ints(0, 2, 1), ints(1), labels);
        holdsInts(labels, 9, 8);
    }

    @Test
    void refusesToGatherBeyondTheEnd() {
        Tensor samples = of(1, 2, 3).reshaped(Shape.of(3, 1));
        Tensor order = ints(2, 1, 0);
        Tensor cursor = ints(2);
        String[] beyond = {"batch of 2 at position 2", "an order of 3"};
        refuses(() -> backend.gather(2, samples, order, cursor, of(1), of(0), room(2)), beyond);
        refuses(() -> backend.gatherLabels(2, ints(1, 2, 3), order, cursor, ints(0, 0)), beyond);
        String[] nobody = {"order[0]", "from 0 to 2", "found 3"};
        refuses(() -> backend.gather(1, samples, ints(3), ints(0), of(1), of(0), room(1)), nobody);
        refuses(() -> backend.gatherLabels(1, ints(1, 2, 3), ints(3), ints(0), ints(0)), nobody);
        refuses(() -> backend.gather(1, of(1), ints(0), ints(0), of(1), of(0), room(1)), "samples", "M×C");
    }

    @Test
    void keepsTheBooksOfAStep() {
        Tensor target = room(6);
        backend.oneHot(2, 3, ints(2, 0), target);
        holds(target, 0, 0, 1, 1, 0, 0);
        Tensor correct = ints(5);
        // the first of two maxima counts
        backend.countCorrect(3, 2, of(1, 1, 1, 1, 0, 3), ints(0, 1, 1), correct);
        holdsInts(correct, 7);
        backend.increment(correct, -3);
        holdsInts(correct, 4);
        Tensor log = of(0, 0, 0);
        backend.store(of(8), ints(7), log);
        holds(log, 0, 8, 0);
    }
}
