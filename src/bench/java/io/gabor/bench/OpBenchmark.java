package io.gabor.bench;

import io.gabor.backend.Backend;
import io.gabor.backend.BackendOptions;
import io.gabor.backend.Backends;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Philox;
import io.gabor.tensor.Shape;
import io.gabor.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One op of a backend with its tensors. What JMH times is {@link #call}, and {@code OpBenchmarksTest} holds the
 * {@link #results} of the same call against {@code reference}. So that these agree whatever the order of a sum, operands
 * of sums are whole numbers where an op has a kink (ReLU, a maximum).
 */
@State(Scope.Benchmark)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 8, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class OpBenchmark {
    /** The name of the backend. */
    @Param("cpu")
    public String backend;

    /** Threads; 0 for one per processor. */
    @Param("0")
    public int threads;

    /** Samples of a batch. */
    @Param("64")
    public int batch;

    private final Philox random = new Philox(1, 0);
    private Backend on;

    /** What JMH prints beside the calls per second; JMH wants such a class and its fields to be public. */
    @State(Scope.Thread)
    @AuxCounters
    public static class Work {
        /** Floating-point operations in 10⁹, in a second. */
        public double gflops;
    }

    /** Opens the backend and makes the op. */
    @Setup
    public final void open() {
        on = Backends.select(backend, new BackendOptions(threads));
        prepare();
    }

    /** Closes the backend. */
    @TearDown
    public final void close() {
        on.close();
    }

    /** One call of the op. */
    @Benchmark
    public final void op(Work work) {
        call();
        on.synchronize();
        work.gflops += flops() / 1e9;
    }

    /** Makes the op and its operands, the same ones on every backend. */
    abstract void prepare();

    /** Calls the op. */
    abstract void call();

    /** Returns what a call writes: F32 tensors. */
    abstract List<Tensor> results();

    /** Returns whether a call changes its results rather than writing them anew. */
    boolean inPlace() {
        return false;
    }

    /** Returns the floating-point operations of a call that are counted: multiplications and additions of products. */
    double flops() {
        return 0;
    }

    final Backend on() {
        return on;
    }

    // ---- operands
    // -----------------------------------------------------------------------------------------------------

    /** Makes a tensor for a result. */
    final Tensor result(Shape shape) {
        return on.allocate(shape);
    }

    /** Makes a tensor of whole numbers from {@code −most} to {@code most}. */
    final Tensor whole(Shape shape, int most) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(2 * most + 1) - most;
        }
        return floats(shape, values);
    }

    /** Makes a tensor of numbers in [low, high). */
    final Tensor uniform(Shape shape, double low, double high) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.uniform(low, high);
        }
        return floats(shape, values);
    }

    private Tensor floats(Shape shape, float[] values) {
        Tensor tensor = on.allocate(shape);
        on.upload(values, values.length, tensor);
        return tensor;
    }

    /** Makes an I32 tensor of numbers in [0, bound). */
    final Tensor integers(int count, int bound) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(bound);
        }
        Tensor tensor = on.allocate(ElementType.I32, Shape.of(count));
        on.upload(values, count, tensor);
        return tensor;
    }

    /** Makes a U8 tensor. */
    final Tensor bytes(Shape shape) {
        byte[] values = new byte[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) random.nextInt();
        }
        Tensor tensor = on.allocate(ElementType.U8, shape);
        on.upload(values, values.length, tensor);
        return tensor;
    }
}
