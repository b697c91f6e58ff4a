package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.BackendException;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is particular to the backend on a GPU; what it computes is the conformance suite's business. */
class CudaBackendTest {
    private Backend backend;

    @BeforeEach
    void open() {
        backend = OpenCuda.backend();
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    private Tensor tensor(float... values) {
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private Tensor ints(int... values) {
        Tensor tensor = backend.allocate(ElementType.I32, Shape.of(values.length));
        backend.upload(values, values.length, tensor);
        return tensor;
    }

    private float[] read(Tensor tensor) {
        float[] values = new float[tensor.size()];
        backend.download(tensor, values, values.length);
        return values;
    }

    @Test
    void saysWhatItRunsOn() {
        String device = backend.device();
        assertTrue(device.contains("compute capability"), device);
        assertTrue(device.contains("driver for CUDA"), device);
        assertTrue(device.contains("PTX compute_75"), device);
        assertTrue(device.contains("cuBLAS"), device);
        assertEquals(1, backend.threads());
    }

    /** More than the staging buffer holds, in pieces that do not divide it. */
    @Test
    void largeArraysGoThroughTheStagingBufferInPieces() {
        int count = 3 * CudaStaging.BYTES / Float.BYTES + 5;
        Philox random = new Philox(3, 0);
        float[] sent = new float[count];
        for (int i = 0; i < count; i++) {
            sent[i] = (float) random.nextGaussian();
        }
        Tensor small = tensor(1, 2, 3);
        Tensor large = backend.allocate(Shape.of(count));
        backend.upload(sent, count, large);
        assertArrayEquals(sent, read(large));
        assertArrayEquals(new float[] {1, 2, 3}, read(small));
    }

    /** Many small uploads in a row fill the buffer; none may overwrite one that has not arrived. */
    @Test
    void smallUploadsDoNotOvertakeOneAnother() {
        int pieces = 40;
        int size = CudaStaging.BYTES / 16 / Float.BYTES + 3;
        List<Tensor> targets = new ArrayList<>();
        float[] values = new float[size];
        for (int i = 0; i < pieces; i++) {
            Tensor target = backend.allocate(Shape.of(size));
            Arrays.fill(values, i);
            backend.upload(values, size, target);
            targets.add(target);
        }
        for (int i = 0; i < pieces; i++) {
            float[] found = read(targets.get(i));
            assertEquals(i, found[0]);
            assertEquals(i, found[size - 1]);
        }
    }

    @Test
    void bytesOfAnyNumberGoIn() {
        Tensor samples = backend.allocate(ElementType.U8, Shape.of(3, 1, 7));
        byte[] bytes = new byte[21];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (250 + i);
        }
        backend.upload(bytes, bytes.length, samples);
        Tensor out = backend.allocate(Shape.of(3, 1, 7));
        backend.gather(3, samples, ints(2, 1, 0), ints(0), tensor(1), tensor(0), out);
        float[] found = read(out);
        for (int i = 0; i < 21; i++) {
            assertEquals(bytes[(2 - i / 7) * 7 + i % 7] & 0xFF, found[i]);
        }
    }

    @Test
    void anIndexOutOfRangeGivesNanAndTouchesNothing() {
        Tensor samples = tensor(1, 2, 3, 4).reshaped(Shape.of(4, 1));
        Tensor one = tensor(1);
        Tensor zero = tensor(0);
        Tensor out = backend.allocate(Shape.of(2));
        Tensor labels = ints(5, 6, 7, 8);
        Tensor some = ints(0, 0);
        Tensor order = ints(0, 4, -1, 2);

        backend.gather(2, samples, order, ints(0), one, zero, out);
        assertEquals(1, read(out)[0]);
        assertTrue(Float.isNaN(read(out)[1]));
        backend.gather(2, samples, order, ints(2), one, zero, out);
        assertTrue(Float.isNaN(read(out)[0]));
        assertEquals(3, read(out)[1]);
        for (int cursor : new int[] {-1, 3, Integer.MAX_VALUE}) {
            backend.gather(2, samples, order, ints(cursor), one, zero, out);
            assertTrue(Float.isNaN(read(out)[0]) && Float.isNaN(read(out)[1]), "cursor " + cursor);
        }
        backend.gatherLabels(2, labels, order, ints(1), some);
        int[] found = new int[2];
        backend.download(some, found, 2);
        assertArrayEquals(new int[] {-1, -1}, found);

        Tensor loss = tensor(0);
        Tensor dx = backend.allocate(Shape.of(2, 3));
        for (int label : new int[] {-1, 3}) {
            backend.softmaxCrossEntropy(2, 3, tensor(1, 2, 3, 1, 2, 3), ints(0, label), loss, dx);
            assertTrue(Float.isNaN(read(loss)[0]), "label " + label);
        }
    }

    @Test
    void anotherBackendOfItsKindIsAnotherBackend() {
        try (Backend other = OpenCuda.backend()) {
            Tensor foreign = other.allocate(Shape.of(4));
            Tensor own = tensor(1, 2, 3, 4);
            IllegalArgumentException error = assertThrows(
                    IllegalArgumentException.class, () -> backend.activation(Activation.RELU, 4, foreign, own));
            assertTrue(error.getMessage().startsWith("activation: x"), error.getMessage());
            assertTrue(error.getMessage().contains("another backend"), error.getMessage());
        }
    }

    @Test
    void twoBackendsLiveSideBySide() {
        Tensor own = tensor(1, 2, 3, 4);
        Backend other = OpenCuda.backend();
        Tensor others = other.allocate(Shape.of(4));
        other.fill(others, 7);
        backend.add(4, own, own, own);
        float[] values = new float[4];
        other.download(others, values, 4);
        assertArrayEquals(new float[] {7, 7, 7, 7}, values);
        other.close();
        backend.add(4, own, own, own);
        assertArrayEquals(new float[] {4, 8, 12, 16}, read(own));
    }

    @Test
    void anyThreadMayUseIt() throws InterruptedException {
        Tensor own = tensor(1, 2);
        float[][] found = new float[1][];
        Throwable[] thrown = new Throwable[1];
        Thread thread = new Thread(() -> {
            backend.add(2, own, own, own);
            found[0] = read(own);
        });
        thread.setUncaughtExceptionHandler((t, e) -> thrown[0] = e);
        thread.start();
        thread.join();
        assertEquals(null, thrown[0]);
        assertArrayEquals(new float[] {2, 4}, found[0]);
        backend.add(2, own, own, own);
        assertArrayEquals(new float[] {4, 8}, read(own));
    }

    @Test
    void closingTwiceIsAllowedAndUseAfterItIsNot() {
        Tensor own = tensor(1, 2);
        Runnable recorded = backend.record(() -> backend.add(2, own, own, own));
        backend.close();
        backend.close();
        assertEquals(0, backend.allocatedBytes());
        for (Runnable use : List.<Runnable>of(
                () -> backend.add(2, own, own, own),
                () -> backend.fill(own, 1),
                () -> backend.copy(1, own, own),
                () -> backend.release(own),
                () -> backend.increment(own, 1),
                () -> backend.record(() -> {}),
                backend::synchronize,
                recorded)) {
            IllegalStateException error = assertThrows(IllegalStateException.class, use::run);
            assertTrue(error.getMessage().contains("closed"), error.getMessage());
        }
    }

    /** Fills the memory of any GPU; afterwards what was released can be had again. */
    @Test
    void outOfMemorySaysWhatWasAskedForAndWhatIsFree() {
        long before = backend.allocatedBytes();
        List<Tensor> held = new ArrayList<>();
        Shape huge = Shape.of(Integer.MAX_VALUE);
        BackendException error = assertThrows(BackendException.class, () -> {
            for (int i = 0; i < 1000; i++) {
                held.add(backend.allocate(huge));
            }
        });
        assertTrue(error.getMessage().startsWith("allocate: out of memory"), error.getMessage());
        assertTrue(error.getMessage().contains("needs 8589934588 bytes"), error.getMessage());
        assertTrue(error.getMessage().contains("bytes are free on "), error.getMessage());
        held.forEach(backend::release);
        assertEquals(before, backend.allocatedBytes());
        assertEquals(4, read(tensor(1, 2, 3, 4))[3]);
    }

    @Test
    void aReleasedWorkspaceIsRefused() throws CudaDevice.UnusableException {
        CudaContext context = OpenCuda.context(Modules.FROM_JAR);
        try {
            CudaStorage workspace = context.memory().workspace("test", ElementType.F32, 8);
            Launch add = context.launch("test", "gabor_elementwise_add", 4);
            add.setInt(0, 8).setPointer(1, workspace).setPointer(2, workspace).setPointer(3, workspace);
            add.run(1, 32);
            context.memory().drop(workspace);
            context.memory().drop(workspace);
            IllegalStateException error = assertThrows(IllegalStateException.class, () -> add.run(1, 32));
            assertTrue(error.getMessage().contains("argument 1 of gabor_elementwise_add"), error.getMessage());
            assertFalse(error.getMessage().contains("null"), error.getMessage());
        } finally {
            context.close();
        }
    }

    @Test
    void aLaunchThatTheDriverRefusesIsNamed() throws CudaDevice.UnusableException {
        CudaContext context = OpenCuda.context(Modules.FROM_JAR);
        try {
            CudaStorage workspace = context.memory().workspace("test", ElementType.F32, 8);
            Launch add = context.launch("test 2×4", "gabor_elementwise_add", 4);
            add.setInt(0, 8).setPointer(1, workspace).setPointer(2, workspace);
            IllegalStateException incomplete = assertThrows(IllegalStateException.class, () -> add.run(1, 32));
            assertTrue(incomplete.getMessage().contains("argument 3"), incomplete.getMessage());
            add.setPointer(3, workspace);
            BackendException error = assertThrows(BackendException.class, () -> add.run(1, 2048));
            assertTrue(
                    error.getMessage()
                            .startsWith(
                                    "test 2×4 (gabor_elementwise_add, grid [1, 1, 1], block [2048, 1, 1]): CUDA_ERROR_INVALID_VALUE"),
                    error.getMessage());
            assertTrue(error.getMessage().contains(context.device().name()), error.getMessage());
        } finally {
            context.close();
        }
    }
}
