package io.gabor.backend.cuda;

import io.gabor.backend.Activation;
import io.gabor.backend.Pointwise;
import io.gabor.tensor.Tensor;

/** The ops whose every element stands for itself, and softmax, whose every row does; {@code native-kernels/elementwise.cu, pointwise.cu, softmax.cu}. */
final class CudaElements {
    private static final int THREADS = 256;
    /** Softmax gives each row to one warp of 32 threads. */
    private static final int ROWS_PER_BLOCK = THREADS / 32;

    private final CudaContext context;
    private final CudaMemory memory;
    private final Launch forward;
    private final Launch backward;
    private final Launch pointwise;
    private final Launch pointwiseBackward;
    private final Launch sum;
    private final Launch blend;
    private final Launch copyRows;
    private final Launch softmax;
    private final Launch softmaxBackward;

    CudaElements(CudaContext context) {
        this.context = context;
        memory = context.memory();
        forward = context.launch("activation", "gabor_elementwise_activation", 5);
        backward = context.launch("activationBackward", "gabor_elementwise_activation_backward", 6);
        pointwise = context.launch("pointwise", "gabor_pointwise_forward", 5);
        pointwiseBackward = context.launch("pointwiseBackward", "gabor_pointwise_backward", 6);
        sum = context.launch("add", "gabor_elementwise_add", 4);
        blend = context.launch("blend", "gabor_elementwise_blend", 5);
        copyRows = context.launch("copyRows", "gabor_elementwise_copy_rows", 6);
        softmax = context.launch("softmax", "gabor_softmax_forward", 4);
        softmaxBackward = context.launch("softmaxBackward", "gabor_softmax_backward", 5);
    }

    void activation(Activation f, int count, Tensor x, Tensor y) {
        String op = "activation";
        CudaMemory.range(op, "count", count, 1, Integer.MAX_VALUE);
        CudaStorage in = memory.floats(op, "x", x, count);
        CudaStorage out = memory.floats(op, "y", y, count);
        forward.setInt(0, count).setInt(1, f.kind().ordinal()).setFloat(2, f.slope());
        forward.setPointer(3, in).setPointer(4, out);
        forward.run(context.blocks(count, THREADS), THREADS);
    }

    void activationBackward(Activation f, int count, Tensor y, Tensor dy, Tensor dx) {
        String op = "activationBackward";
        CudaMemory.range(op, "count", count, 1, Integer.MAX_VALUE);
        CudaStorage output = memory.floats(op, "y", y, count);
        CudaStorage in = memory.floats(op, "dy", dy, count);
        CudaStorage out = memory.floats(op, "dx", dx, count);
        CudaMemory.separate(op, "dx", out, "y", output);
        backward.setInt(0, count).setInt(1, f.kind().ordinal()).setFloat(2, f.slope());
        backward.setPointer(3, output).setPointer(4, in).setPointer(5, out);
        backward.run(context.blocks(count, THREADS), THREADS);
    }

    void pointwise(Pointwise f, int count, Tensor x, Tensor y) {
        String op = "pointwise";
        CudaMemory.range(op, "count", count, 1, Integer.MAX_VALUE);
        CudaStorage in = memory.floats(op, "x", x, count);
        CudaStorage out = memory.floats(op, "y", y, count);
        pointwise.setInt(0, count).setInt(1, f.kind().ordinal()).setFloat(2, f.alpha());
        pointwise.setPointer(3, in).setPointer(4, out);
        pointwise.run(context.blocks(count, THREADS), THREADS);
    }

    void pointwiseBackward(Pointwise f, int count, Tensor x, Tensor dy, Tensor dx) {
        String op = "pointwiseBackward";
        CudaMemory.range(op, "count", count, 1, Integer.MAX_VALUE);
        CudaStorage input = memory.floats(op, "x", x, count);
        CudaStorage in = memory.floats(op, "dy", dy, count);
        CudaStorage out = memory.floats(op, "dx", dx, count);
        CudaMemory.separate(op, "dx", out, "x", input);
        pointwiseBackward.setInt(0, count).setInt(1, f.kind().ordinal()).setFloat(2, f.alpha());
        pointwiseBackward.setPointer(3, input).setPointer(4, in).setPointer(5, out);
        pointwiseBackward.run(context.blocks(count, THREADS), THREADS);
    }

    void add(int count, Tensor a, Tensor b, Tensor result) {
        String op = "add";
        CudaMemory.range(op, "count", count, 1, Integer.MAX_VALUE);
        sum.setInt(0, count).setPointer(1, memory.floats(op, "a", a, count));
        sum.setPointer(2, memory.floats(op, "b", b, count)).setPointer(3, memory.floats(op, "sum", result, count));
        sum.run(context.blocks(count, THREADS), THREADS);
    }

    void blend(int count, float a, Tensor x, float b, Tensor y) {
        String op = "blend";
        CudaMemory.range(op, "count", count, 1, Integer.MAX_VALUE);
        CudaStorage in = memory.floats(op, "x", x, count);
        CudaStorage out = memory.floats(op, "y", y, count);
        CudaMemory.separate(op, "y", out, "x", in);
        blend.setInt(0, count).setFloat(1, a).setPointer(2, in).setFloat(3, b).setPointer(4, out);
        blend.run(context.blocks(count, THREADS), THREADS);
    }

    void copyRows(
            int rows,
            int length,
            Tensor source,
            int sourceOffset,
            int sourcePitch,
            Tensor target,
            int targetOffset,
            int targetPitch) {
        String op = "copyRows";
        CudaMemory.range(op, "rows", rows, 1, Integer.MAX_VALUE);
        CudaMemory.range(op, "length", length, 1, Integer.MAX_VALUE);
        CudaMemory.range(op, "sourceOffset", sourceOffset, 0, sourcePitch - length);
        CudaMemory.range(op, "targetOffset", targetOffset, 0, targetPitch - length);
        CudaStorage from = memory.floats(op, "source", source, (long) rows * sourcePitch);
        CudaStorage to = memory.floats(op, "target", target, (long) rows * targetPitch);
        CudaMemory.separate(op, "target", to, "source", from);
        copyRows.setInt(0, rows).setInt(1, length);
        copyRows.setPointer(2, from, 4L * sourceOffset).setInt(3, sourcePitch);
        copyRows.setPointer(4, to, 4L * targetOffset).setInt(5, targetPitch);
        copyRows.run(context.blocks((long) rows * length, THREADS), THREADS);
    }

    void softmax(int rows, int cols, Tensor x, Tensor y) {
        String op = "softmax";
        long size = size(op, rows, cols);
        CudaStorage in = memory.floats(op, "x", x, size);
        CudaStorage out = memory.floats(op, "y", y, size);
        CudaMemory.separate(op, "y", out, "x", in);
        softmax.setInt(0, rows).setInt(1, cols).setPointer(2, in).setPointer(3, out);
        softmax.run(context.blocks(rows, ROWS_PER_BLOCK), THREADS);
    }

    void softmaxBackward(int rows, int cols, Tensor y, Tensor dy, Tensor dx) {
        String op = "softmaxBackward";
        long size = size(op, rows, cols);
        CudaStorage output = memory.floats(op, "y", y, size);
        CudaStorage in = memory.floats(op, "dy", dy, size);
        CudaStorage out = memory.floats(op, "dx", dx, size);
        CudaMemory.separate(op, "dx", out, "y", output);
        CudaMemory.separate(op, "dx", out, "dy", in);
        softmaxBackward.setInt(0, rows).setInt(1, cols);
        softmaxBackward.setPointer(2, output).setPointer(3, in).setPointer(4, out);
        softmaxBackward.run(context.blocks(rows, ROWS_PER_BLOCK), THREADS);
    }

    private static long size(String op, int rows, int cols) {
        CudaMemory.range(op, "rows", rows, 1, Integer.MAX_VALUE);
        CudaMemory.range(op, "cols", cols, 1, Integer.MAX_VALUE);
        return (long) rows * cols;
    }
}
