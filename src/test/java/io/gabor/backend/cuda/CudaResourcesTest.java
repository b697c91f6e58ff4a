package io.gabor.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.BackendUnavailableException;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.backend.Ties;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.PoolGeometry;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import io.gabor.tensor.WindowAxis;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The emulator counts: kernels are launched, one by one, and a closed backend leaves nothing on the device. */
class CudaResourcesTest {
    private static final WindowAxis THREE = new WindowAxis(9, 3, 1, 1, 0, 0, false);
    private static final WindowAxis TWO = new WindowAxis(8, 2, 2, 1, 0, 0, false);
    private static final ConvGeometry CONV = new ConvGeometry(3, 4, 1, THREE, THREE);
    private static final PoolGeometry POOL = new PoolGeometry(4, TWO, TWO);

    @BeforeEach
    void onTheEmulator() {
        Emulator.folder();
        OpenCuda.assumeUsable();
    }

    private static int launches() {
        return Emulator.count(Emulator.Count.LAUNCHES);
    }

    private static int buffers() {
        return Emulator.count(Emulator.Count.LIVE_BUFFERS);
    }

    @Test
    void anOpIsALaunch() {
        try (Backend backend = OpenCuda.backend()) {
            Tensor a = backend.allocate(Shape.of(1000));
            int before = launches();
            backend.add(1000, a, a, a);
            backend.activation(Activation.RELU, 1000, a, a);
            Runnable recorded = backend.record(() -> {
                backend.add(1000, a, a, a);
                backend.add(1000, a, a, a);
            });
            backend.synchronize();
            assertEquals(before + 2, launches());
            recorded.run();
            recorded.run();
            recorded.run();
            backend.synchronize();
            assertEquals(before + 8, launches());
        }
    }

    /** One launch for all parameters, however many there are. */
    @Test
    void anOptimizersStepIsOneLaunch() {
        try (Backend backend = OpenCuda.backend()) {
            List<OptimizerOp.Slot> slots = List.of(
                    new OptimizerOp.Slot(backend.allocate(Shape.of(5000)), backend.allocate(Shape.of(5000)), List.of()),
                    new OptimizerOp.Slot(backend.allocate(Shape.of(3)), backend.allocate(Shape.of(3)), List.of()));
            Tensor rate = backend.allocate(Shape.of(1));
            Tensor step = backend.allocate(ElementType.I32, Shape.of(1));
            try (OptimizerOp optimizer = backend.optimizer(new OptimizerSpec.Sgd(0, false, 0), slots)) {
                int before = launches();
                optimizer.step(rate, step);
                backend.synchronize();
                assertEquals(before + 1, launches());
            }
        }
    }

    @Test
    void nothingIsLeftAfterClose() {
        int before = buffers();
        int errors = Emulator.count(Emulator.Count.ERRORS);
        Epilogue biased = new Epilogue(Bias.PER_FILTER, Activation.RELU);
        Backend backend = OpenCuda.backend();
        for (int i = 0; i < 5; i++) {
            backend.allocate(Shape.of(i + 1));
        }
        backend.conv2d(CONV, biased, 8);
        backend.dense(100, 30, biased, 8);
        backend.maxPool2d(POOL, Ties.FIRST, 8);
        backend.avgPool2d(POOL, true, 8);
        Tensor a = backend.allocate(Shape.of(7));
        backend.record(() -> backend.add(7, a, a, a)).run();
        backend.close();
        assertEquals(before, buffers());
        assertEquals(0, backend.allocatedBytes());
        assertEquals(errors, Emulator.count(Emulator.Count.ERRORS));
    }

    @Test
    void aClosedOpLeavesNothingBehind() {
        try (Backend backend = OpenCuda.backend()) {
            backend.synchronize();
            int before = buffers();
            long bytes = backend.allocatedBytes();
            for (int i = 0; i < 3; i++) {
                WeightedOp conv = backend.conv2d(CONV, Epilogue.NONE, 8);
                assertEquals(bytes + conv.workspaceBytes(), backend.allocatedBytes());
                conv.close();
                conv.close();
                assertEquals(before, buffers());
                assertEquals(bytes, backend.allocatedBytes());
            }
        }
    }

    /** Also where opening fails half-way. */
    @Test
    void aFailedOpenLeavesNothingBehind() throws CudaDevice.UnusableException {
        int before = buffers();
        CudaContext context = OpenCuda.context(name -> name.startsWith("loss") ? null : Modules.FROM_JAR.open(name));
        assertThrows(BackendUnavailableException.class, () -> new CudaBackend(context));
        context.close();
        assertEquals(before, buffers());
    }
}
