package io.gabor.backend.conformance;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gabor.backend.Activation;
import io.gabor.backend.Backend;
import io.gabor.backend.Backends;
import io.gabor.backend.Bias;
import io.gabor.backend.Epilogue;
import io.gabor.backend.WeightedOp;
import io.gabor.tensor.Padding;
import io.gabor.tensor.Tensor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The harness must see what it is there to see: each test is a backend that is wrong in one way. */
final class HarnessTest {
    private static final ConvolutionConformanceTest.Case CASE = new ConvolutionConformanceTest.Case(
            Geometries.square(3, 4, 9, 3, 2, Padding.of(1)),
            new Epilogue(Bias.PER_FILTER, Activation.RELU),
            2,
            3,
            true);

    private final Backend reference = Backends.select(Conformance.REFERENCE);
    private final Backend honest = Backends.select(Conformance.REFERENCE);

    /** What a wrong backend does to an op's tensor after the op. */
    private interface Fault {
        void in(Backend backend, Tensor tensor);
    }

    @AfterEach
    void close() {
        reference.close();
        honest.close();
    }

    @Test
    void acceptsACorrectBackend() {
        assertDoesNotThrow(() -> run(honest));
    }

    @Test
    void seesAnElementThatIsOff() {
        caught("forward", 4, (backend, y) -> change(backend, y, 7, 1e-3), "y[7]");
        caught("backward", 5, (backend, dw) -> change(backend, dw, 11, 1e-3), "dw[11]");
        caught("backward", 6, (backend, db) -> change(backend, db, 3, 1e-2), "db[3]");
        caught("backward", 7, (backend, dx) -> change(backend, dx, 250, 1e-3), "dx[250]");
    }

    @Test
    void seesAnElementThatWasNotWritten() {
        caught("backward", 5, (backend, dw) -> change(backend, dw, 0, Double.NaN), "never written");
        caught("forward", 4, (backend, y) -> change(backend, y, 199, Double.NaN), "never written");
    }

    @Test
    void seesAWriteBehindTheSamples() {
        caught("forward", 4, (backend, y) -> change(backend, y, 2 * 4 * 25, 1), "behind");
        caught("backward", 5, (backend, dw) -> change(backend, dw, 4 * 3 * 9, 1.5), "behind");
    }

    @Test
    void seesAChangedInput() {
        caught("backward", 1, (backend, x) -> change(backend, x, 0, 0.5), "input was changed");
    }

    @Test
    void countsWhatItChecked() {
        Coverage coverage = new Coverage();
        ConvolutionConformanceTest.check(
                new BackendPair(honest, reference, coverage, BackendPair.FLOAT_BOUND), CASE, 1);
        assertTrue(coverage.toString().contains("conv2d forward"), coverage.toString());
        assertTrue(
                coverage.gaps().contains("reference: dense forward"),
                coverage.gaps().toString());
        assertTrue(
                coverage.gaps().stream()
                        .noneMatch(gap -> gap.endsWith("conv2d forward") || gap.endsWith("conv2d backward")),
                coverage.gaps().toString());
    }

    private void run(Backend tested) {
        ConvolutionConformanceTest.check(
                new BackendPair(tested, reference, new Coverage(), BackendPair.FLOAT_BOUND), CASE, 1);
    }

    private void caught(String direction, int argument, Fault fault, String expected) {
        AssertionError error = assertThrows(AssertionError.class, () -> run(faulty(direction, argument, fault)));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
    }

    private static void change(Backend backend, Tensor tensor, int index, double difference) {
        float[] values = new float[tensor.size()];
        backend.download(tensor, values, values.length);
        values[index] = (float) (values[index] + difference);
        backend.upload(values, values.length, tensor);
    }

    /** Returns a backend whose convolution does something to one of its arguments, afterwards. */
    private Backend faulty(String direction, int argument, Fault fault) {
        return proxy(Backend.class, (proxy, method, args) -> {
            Object result = call(honest, method, args);
            if (!method.getName().equals("conv2d")) {
                return result;
            }
            return proxy(WeightedOp.class, (ignored, op, opArgs) -> {
                Object nothing = call(result, op, opArgs);
                if (op.getName().equals(direction)) {
                    fault.in(honest, (Tensor) opArgs[argument]);
                }
                return nothing;
            });
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object call(Object target, Method method, Object[] args) throws Throwable {
        try {
            method.setAccessible(true);
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
