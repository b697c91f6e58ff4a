package io.gabor.backend.cpu;

import io.gabor.backend.Activation;
import io.gabor.backend.Pointwise;
import io.gabor.backend.cpu.simd.Curve;
import io.gabor.backend.cpu.simd.Function;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.Tensor;

/**
 * The ops whose every element, or every row, stands for itself: activations, sums, softmax. To those of elements every
 * layout is the same, so whole tensors stay in the one that they are in.
 */
final class CpuElements {
    /** Elements in a chunk. */
    private static final int CHUNK = 16_384;
    /** About how many multiply-adds an exponential costs. */
    private static final int EXP_WORK = 16;

    private final CpuContext context;
    private final Kernels kernels;
    private final WorkerPool.Task forward = this::forward;
    private final WorkerPool.Task backward = this::backward;
    private final WorkerPool.Task pointwise = this::pointwise;
    private final WorkerPool.Task pointwiseBackward = this::pointwiseBackward;
    private final WorkerPool.Task sum = this::sum;
    private final WorkerPool.Task blend = this::blend;
    private final WorkerPool.Task copyRows = this::copyRow;
    private final WorkerPool.Task softmax = this::softmax;
    private final WorkerPool.Task softmaxBackward = this::softmaxBackward;

    private Function function;
    private Curve curve;
    private float slope;
    private float factor;
    private float kept;
    private int count;
    private int from;
    private int fromPitch;
    private int to;
    private int toPitch;
    private int rows;
    private int cols;
    private float[] a;
    private float[] b;
    private float[] c;

    CpuElements(CpuContext context) {
        this.context = context;
        kernels = context.kernels();
    }

    private void run(WorkerPool.Task task, int elements, int work) {
        count = elements;
        context.pool().run(task, CpuContext.ceilDiv(elements, CHUNK), (long) elements * work);
    }

    private int length(int chunk) {
        return Math.min(CHUNK, count - chunk * CHUNK);
    }

    private static int work(Activation f) {
        return switch (f.kind()) {
            case SIGMOID, TANH -> EXP_WORK;
            default -> 1;
        };
    }

    void activation(Activation f, int elements, Tensor x, Tensor y) {
        String op = "activation";
        Memory.range(op, "count", elements, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        int layout = memory.commonLayout(op, elements, x, x, y);
        a = memory.floats(op, "x", x, elements, layout);
        b = memory.output(op, "y", y, elements, layout);
        function = CpuContext.function(f);
        slope = f.slope();
        run(forward, elements, work(f));
    }

    private void forward(int chunk, int worker) {
        int at = chunk * CHUNK;
        kernels.finish(function, slope, 1, length(chunk), a, at, 0, null, 0, 0, 0, b, at, 0);
    }

    void activationBackward(Activation f, int elements, Tensor y, Tensor dy, Tensor dx) {
        String op = "activationBackward";
        Memory.range(op, "count", elements, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        int layout = memory.commonLayout(op, elements, y, dy, dx);
        a = memory.floats(op, "y", y, elements, layout);
        b = memory.floats(op, "dy", dy, elements, layout);
        Memory.separate(op, "dx", memory.peek(op, "dx", dx, elements), "y", a);
        c = memory.output(op, "dx", dx, elements, layout);
        function = CpuContext.function(f);
        slope = f.slope();
        run(backward, elements, 1);
    }

    private void backward(int chunk, int worker) {
        int at = chunk * CHUNK;
        kernels.differentiate(function, slope, 1, length(chunk), a, at, 0, b, at, 0, c, at, 0);
    }

    void pointwise(Pointwise f, int elements, Tensor x, Tensor y) {
        String op = "pointwise";
        Memory.range(op, "count", elements, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        int layout = memory.commonLayout(op, elements, x, x, y);
        a = memory.floats(op, "x", x, elements, layout);
        b = memory.output(op, "y", y, elements, layout);
        curve = CpuContext.curve(f);
        slope = f.alpha();
        run(pointwise, elements, EXP_WORK);
    }

    private void pointwise(int chunk, int worker) {
        int at = chunk * CHUNK;
        kernels.curves().apply(curve, slope, length(chunk), a, at, b, at);
    }

    void pointwiseBackward(Pointwise f, int elements, Tensor x, Tensor dy, Tensor dx) {
        String op = "pointwiseBackward";
        Memory.range(op, "count", elements, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        int layout = memory.commonLayout(op, elements, x, dy, dx);
        a = memory.floats(op, "x", x, elements, layout);
        b = memory.floats(op, "dy", dy, elements, layout);
        Memory.separate(op, "dx", memory.peek(op, "dx", dx, elements), "x", a);
        c = memory.output(op, "dx", dx, elements, layout);
        curve = CpuContext.curve(f);
        slope = f.alpha();
        run(pointwiseBackward, elements, EXP_WORK);
    }

    private void pointwiseBackward(int chunk, int worker) {
        int at = chunk * CHUNK;
        kernels.curves().differentiate(curve, slope, length(chunk), a, at, b, at, c, at);
    }

    void add(int elements, Tensor left, Tensor right, Tensor result) {
        String op = "add";
        Memory.range(op, "count", elements, 1, Integer.MAX_VALUE);
        Memory memory = context.memory();
        int layout = memory.commonLayout(op, elements, left, right, result);
        a = memory.floats(op, "a", left, elements, layout);
        b = memory.floats(op, "b", right, elements, layout);
        c = memory.output(op, "sum", result, elements, layout);
        run(sum, elements, 1);
    }

    private void sum(int chunk, int worker) {
        int at = chunk * CHUNK;
        kernels.add(length(chunk), a, at, b, at, c, at);
    }

    void blend(int elements, float scale, Tensor x, float keep, Tensor y) {
        String op = "blend";
        Memory.range(op, "count", elements, 1, Integer.MAX_VALUE);
        a = context.memory().floats(op, "x", x, elements);
        b = context.memory().floats(op, "y", y, elements);
        Memory.separate(op, "y", b, "x", a);
        factor = scale;
        kept = keep;
        run(blend, elements, 1);
    }

    private void blend(int chunk, int worker) {
        int at = chunk * CHUNK;
        kernels.blend(length(chunk), factor, a, at, kept, b, at);
    }

    /** In the layout CHWN a row is that of a block of images; the target is in it if the source is. */
    void copyRows(
            int rowCount,
            int length,
            Tensor source,
            int sourceOffset,
            int sourcePitch,
            Tensor target,
            int targetOffset,
            int targetPitch) {
        String op = "copyRows";
        Memory.range(op, "rows", rowCount, 1, Integer.MAX_VALUE);
        Memory.range(op, "length", length, 1, Integer.MAX_VALUE);
        Memory.range(op, "sourceOffset", sourceOffset, 0, sourcePitch - length);
        Memory.range(op, "targetOffset", targetOffset, 0, targetPitch - length);
        Memory memory = context.memory();
        boolean chwn = memory.fitsChwn(op, "source", source, rowCount, sourcePitch)
                && memory.fitsChwn(op, "target", target, rowCount, targetPitch)
                && memory.isChwn(op, "source", source, sourcePitch);
        int lanes = chwn ? memory.chwn().width() : 1;
        a = memory.floats(op, "source", source, (long) rowCount * sourcePitch, chwn ? sourcePitch : 0);
        b = memory.floats(op, "target", target, (long) rowCount * targetPitch, chwn ? targetPitch : 0);
        Memory.separate(op, "target", b, "source", a);
        rows = rowCount / lanes;
        cols = length * lanes;
        from = sourceOffset * lanes;
        fromPitch = sourcePitch * lanes;
        to = targetOffset * lanes;
        toPitch = targetPitch * lanes;
        context.pool().run(copyRows, rows, (long) rowCount * length);
    }

    private void copyRow(int row, int worker) {
        System.arraycopy(a, row * fromPitch + from, b, row * toPitch + to, cols);
    }

    // ---- softmax
    // ------------------------------------------------------------------------------------------------------

    void softmax(int rowCount, int colCount, Tensor x, Tensor y) {
        String op = "softmax";
        long size = size(op, rowCount, colCount);
        a = context.memory().floats(op, "x", x, size);
        b = context.memory().floats(op, "y", y, size);
        Memory.separate(op, "y", b, "x", a);
        context.pool().run(softmax, CpuContext.ceilDiv(rows, rowsPerChunk()), size * EXP_WORK);
    }

    private void softmax(int chunk, int worker) {
        int end = Math.min((chunk + 1) * rowsPerChunk(), rows);
        for (int r = chunk * rowsPerChunk(); r < end; r++) {
            kernels.softmax(cols, a, r * cols, b, r * cols);
        }
    }

    void softmaxBackward(int rowCount, int colCount, Tensor y, Tensor dy, Tensor dx) {
        String op = "softmaxBackward";
        long size = size(op, rowCount, colCount);
        a = context.memory().floats(op, "y", y, size);
        b = context.memory().floats(op, "dy", dy, size);
        c = context.memory().floats(op, "dx", dx, size);
        Memory.separate(op, "dx", c, "y", a);
        Memory.separate(op, "dx", c, "dy", b);
        context.pool().run(softmaxBackward, CpuContext.ceilDiv(rows, rowsPerChunk()), size * 2);
    }

    private void softmaxBackward(int chunk, int worker) {
        int end = Math.min((chunk + 1) * rowsPerChunk(), rows);
        for (int r = chunk * rowsPerChunk(); r < end; r++) {
            int at = r * cols;
            kernels.softmaxBackward(cols, kernels.dot(cols, a, at, b, at), a, at, b, at, c, at);
        }
    }

    private long size(String op, int rowCount, int colCount) {
        Memory.range(op, "rows", rowCount, 1, Integer.MAX_VALUE);
        Memory.range(op, "cols", colCount, 1, Integer.MAX_VALUE);
        rows = rowCount;
        cols = colCount;
        return (long) rowCount * colCount;
    }

    private int rowsPerChunk() {
        return Math.max(1, CHUNK / cols);
    }
}
