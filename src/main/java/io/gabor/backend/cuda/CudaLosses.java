package io.gabor.backend.cuda;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;

/**
 * The losses; {@code native-kernels/loss.cu}. A sum is taken in two steps of fixed order, one partial sum for each block;
 * one block writes the loss itself.
 */
final class CudaLosses {
    private static final int THREADS = 512;
    private static final int MOST_BLOCKS = 1024;
    /** Elements for each thread before a second block pays. */
    private static final int PER_THREAD = 4;

    private final CudaMemory memory;
    private final CudaStorage partials;
    private final Launch crossEntropy;
    private final Launch softEntropy;
    private final Launch squares;
    private final Launch entropy;
    private final Launch logitEntropy;
    private final Launch finish;

    CudaLosses(CudaContext context) {
        memory = context.memory();
        crossEntropy = context.launch("softmaxCrossEntropy", "gabor_loss_softmax_cross_entropy", 9);
        softEntropy = context.launch("softTargetCrossEntropy", "gabor_loss_soft_target_cross_entropy", 9);
        squares = context.launch("meanSquaredError", "gabor_loss_mean_squared_error", 6);
        entropy = context.launch("binaryCrossEntropy", "gabor_loss_binary_cross_entropy", 6);
        logitEntropy = context.launch("binaryCrossEntropyWithLogits", "gabor_loss_binary_cross_entropy_with_logits", 6);
        finish = context.launch("loss", "gabor_loss_finish", 4);
        // doubles, of which the seam has no type: two floats each
        // and one for the sum of the weights
        partials = memory.workspace("open", ElementType.F32, 2L * (MOST_BLOCKS + 1));
    }

    void softmaxCrossEntropy(
            int n, int classes, Tensor x, Tensor labels, Tensor weights, double smoothing, Tensor loss, Tensor dx) {
        String op = "softmaxCrossEntropy";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaStorage label = memory.ints(op, "labels", labels, n);
        crossEntropy(op, crossEntropy, n, classes, x, label, weights, smoothing, loss, dx);
    }

    void softTargetCrossEntropy(
            int n, int classes, Tensor x, Tensor target, Tensor weights, double smoothing, Tensor loss, Tensor dx) {
        String op = "softTargetCrossEntropy";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaStorage targets = memory.floats(op, "target", target, (long) n * classes);
        crossEntropy(op, softEntropy, n, classes, x, targets, weights, smoothing, loss, dx);
    }

    private void crossEntropy(
            String op,
            Launch launch,
            int n,
            int classes,
            Tensor x,
            CudaStorage target,
            Tensor weights,
            double smoothing,
            Tensor loss,
            Tensor dx) {
        CudaMemory.range(op, "classes", classes, 1, Integer.MAX_VALUE);
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw CudaMemory.error(op, "smoothing must be from 0 to 1, found " + smoothing);
        }
        long size = (long) n * classes;
        CudaStorage in = memory.floats(op, "x", x, size);
        CudaStorage result = memory.floats(op, "loss", loss, 1);
        CudaStorage gradient = dx == null ? null : memory.floats(op, "dx", dx, size);
        separate(op, in, result, "dx", gradient);
        CudaMemory.separate(op, "loss", result, "target", target);
        CudaMemory.separate(op, "dx", gradient, "target", target);
        CudaStorage weight = weights == null ? null : memory.floats(op, "weights", weights, classes);
        CudaMemory.separate(op, "loss", result, "weights", weight);
        CudaMemory.separate(op, "dx", gradient, "weights", weight);
        int blocks = blocks((long) n * 32);
        launch.setInt(0, n).setInt(1, classes).setPointer(2, in).setPointer(3, target);
        launch.setPointer(4, weight).setDouble(5, smoothing);
        launch.setPointer(6, partials).setPointer(7, result).setPointer(8, gradient);
        launch.run(blocks, THREADS);
        finish(blocks, weight == null ? n : 0, result);
    }

    void meanSquaredError(int count, Tensor p, Tensor target, Tensor loss, Tensor dp) {
        run("meanSquaredError", squares, "p", "dp", count, p, target, loss, dp);
    }

    void binaryCrossEntropy(int count, Tensor p, Tensor target, Tensor loss, Tensor dp) {
        run("binaryCrossEntropy", entropy, "p", "dp", count, p, target, loss, dp);
    }

    void binaryCrossEntropyWithLogits(int count, Tensor x, Tensor target, Tensor loss, Tensor dx) {
        run("binaryCrossEntropyWithLogits", logitEntropy, "x", "dx", count, x, target, loss, dx);
    }

    private void run(
            String op,
            Launch launch,
            String name,
            String gradientName,
            int count,
            Tensor x,
            Tensor target,
            Tensor loss,
            Tensor dx) {
        CudaMemory.range(op, "count", count, 1, Integer.MAX_VALUE);
        CudaStorage in = memory.floats(op, name, x, count);
        CudaStorage targets = memory.floats(op, "target", target, count);
        CudaStorage result = memory.floats(op, "loss", loss, 1);
        CudaStorage gradient = dx == null ? null : memory.floats(op, gradientName, dx, count);
        separate(op, in, result, gradientName, gradient);
        CudaMemory.separate(op, "loss", result, "target", targets);
        CudaMemory.separate(op, gradientName, gradient, "target", targets);
        int blocks = blocks(count);
        launch.setInt(0, count).setPointer(1, in).setPointer(2, targets);
        launch.setPointer(3, partials).setPointer(4, result).setPointer(5, gradient);
        launch.run(blocks, THREADS);
        finish(blocks, count, result);
    }

    private static void separate(
            String op, CudaStorage in, CudaStorage loss, String gradientName, CudaStorage gradient) {
        CudaMemory.separate(op, "loss", loss, "its input", in);
        CudaMemory.separate(op, gradientName, gradient, "its input", in);
        CudaMemory.separate(op, gradientName, gradient, "loss", loss);
    }

    /** Divides by {@code count}, or where that is 0 by the sum of the weights, which stands behind the partial sums. */
    private void finish(int blocks, int count, CudaStorage loss) {
        if (blocks > 1) {
            finish.setInt(0, blocks).setInt(1, count).setPointer(2, partials).setPointer(3, loss);
            finish.run(1, THREADS);
        }
    }

    /** Depends on the amount of work alone, not on the device: the same sums everywhere. */
    private static int blocks(long threads) {
        return (int) Math.min(MOST_BLOCKS, (threads - 1) / (THREADS * PER_THREAD) + 1);
    }

    void close() {
        memory.drop(partials);
    }
}
