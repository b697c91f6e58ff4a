package io.gabor.backend.cuda;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.ImageEdit;
import io.gabor.tensor.Tensor;

/**
 * Assembles a batch of changed images; {@code native-kernels/augment.cu}. Orders, positions and partners are on the device,
 * where the kernels check them: one that is out of range gives NaN.
 */
final class CudaAugment {
    private static final int THREADS = 256;
    /** The most that a grid may have in its second dimension. */
    private static final int MOST_ROWS = 65_535;

    private final CudaContext context;
    private final CudaMemory memory;
    private final Launch bytes;
    private final Launch floats;
    private final Launch targets;

    CudaAugment(CudaContext context) {
        this.context = context;
        memory = context.memory();
        bytes = context.launch("augment", "gabor_augment_u8", 14);
        floats = context.launch("augment", "gabor_augment_f32", 14);
        targets = context.launch("mixTargets", "gabor_augment_targets", 6);
    }

    void augment(
            int n, Tensor samples, Tensor order, Tensor cursor, Tensor edits, Tensor scale, Tensor shift, Tensor out) {
        String op = "augment";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaStorage stored = memory.storage(op, "samples", samples, 1);
        if (stored.type == ElementType.I32 || samples.shape().rank() != 4) {
            throw CudaMemory.error(op, "samples must be U8 or F32 images (M×C×H×W), found " + samples);
        }
        int channels = samples.shape().dim(1);
        int height = samples.shape().dim(2);
        int width = samples.shape().dim(3);
        CudaStorage orders = memory.ints(op, "order", order, n);
        CudaStorage position = memory.ints(op, "cursor", cursor, 1);
        int rowWidth = rowWidth(op, n, edits);
        CudaStorage rows = memory.ints(op, "edits", edits, (long) n * rowWidth);
        CudaStorage scales = memory.floats(op, "scale", scale, channels);
        CudaStorage shifts = memory.floats(op, "shift", shift, channels);
        CudaStorage outs = memory.floats(op, "out", out, (long) n * channels * height * width);
        CudaMemory.separate(op, "out", outs, "samples", stored);
        CudaMemory.separate(op, "out", outs, "scale", scales);
        CudaMemory.separate(op, "out", outs, "shift", shifts);
        Launch launch = stored.type == ElementType.U8 ? bytes : floats;
        launch.setInt(0, n).setInt(1, channels).setInt(2, height).setInt(3, width);
        launch.setInt(4, samples.shape().dim(0)).setInt(5, order.size()).setInt(6, rowWidth);
        launch.setPointer(7, stored).setPointer(8, orders).setPointer(9, position);
        launch.setPointer(10, rows).setPointer(11, scales).setPointer(12, shifts);
        launch.setPointer(13, outs);
        int size = channels * height * width;
        launch.run(context.blocks(size, THREADS), Math.min(n, MOST_ROWS), 1, THREADS, 1, 1);
    }

    void mixTargets(int n, int width, Tensor target, Tensor edits, Tensor out) {
        String op = "mixTargets";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaMemory.range(op, "width", width, 1, Integer.MAX_VALUE);
        CudaStorage in = memory.floats(op, "target", target, (long) n * width);
        int rowWidth = rowWidth(op, n, edits);
        CudaStorage rows = memory.ints(op, "edits", edits, (long) n * rowWidth);
        CudaStorage outs = memory.floats(op, "out", out, (long) n * width);
        CudaMemory.separate(op, "out", outs, "target", in);
        targets.setInt(0, n).setInt(1, width).setInt(2, rowWidth);
        targets.setPointer(3, in).setPointer(4, rows).setPointer(5, outs);
        targets.run(context.blocks((long) n * width, THREADS), THREADS);
    }

    /** Returns the numbers of a row. */
    private static int rowWidth(String op, int n, Tensor edits) {
        int found = edits == null ? 0 : edits.size() / edits.shape().dim(0);
        if (found != ImageEdit.WIDTH && found != ImageEdit.ELASTIC_WIDTH) {
            throw CudaMemory.error(
                    op,
                    "edits must have rows of " + ImageEdit.WIDTH + " or " + ImageEdit.ELASTIC_WIDTH + " numbers, found "
                            + edits);
        }
        if (edits.shape().dim(0) < n) {
            throw CudaMemory.error(op, "edits must have at least " + n + " rows, found " + edits);
        }
        return found;
    }
}
