package io.gabor.backend.cuda;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;

/**
 * What assembles a batch from a data set in device memory, counts hits, and keeps a step's counters;
 * {@code native-kernels/batch.cu}. Labels, orders and positions are on the device, where the kernels check them: one that is
 * out of range gives NaN, or the label −1, which makes the loss NaN.
 */
final class CudaBatches {
    private static final int THREADS = 256;
    private static final int COUNT_THREADS = 512;
    /** The most that a grid may have in its second dimension. */
    private static final int MOST_ROWS = 65_535;

    private final CudaContext context;
    private final CudaMemory memory;
    private final Launch gatherBytes;
    private final Launch gatherFloats;
    private final Launch gatherLabels;
    private final Launch oneHot;
    private final Launch countCorrect;
    private final Launch increment;
    private final Launch store;

    CudaBatches(CudaContext context) {
        this.context = context;
        memory = context.memory();
        gatherBytes = context.launch("gather", "gabor_batch_gather_u8", 11);
        gatherFloats = context.launch("gather", "gabor_batch_gather_f32", 11);
        gatherLabels = context.launch("gatherLabels", "gabor_batch_gather_labels", 7);
        oneHot = context.launch("oneHot", "gabor_batch_one_hot", 4);
        countCorrect = context.launch("countCorrect", "gabor_batch_count_correct", 5);
        increment = context.launch("increment", "gabor_batch_increment", 2);
        store = context.launch("store", "gabor_batch_store", 4);
    }

    void gather(int n, Tensor samples, Tensor order, Tensor cursor, Tensor scale, Tensor shift, Tensor out) {
        String op = "gather";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaStorage stored = memory.storage(op, "samples", samples, 1);
        if (stored.type == ElementType.I32 || samples.shape().rank() < 2) {
            throw CudaMemory.error(
                    op, "samples must be U8 or F32 with a channel axis behind the first (M×C×...), found " + samples);
        }
        int count = samples.shape().dim(0);
        int channels = samples.shape().dim(1);
        int pixels = samples.size() / count / channels;
        CudaStorage orders = memory.ints(op, "order", order, n);
        CudaStorage position = memory.ints(op, "cursor", cursor, 1);
        CudaStorage scales = memory.floats(op, "scale", scale, channels);
        CudaStorage shifts = memory.floats(op, "shift", shift, channels);
        CudaStorage outs = memory.floats(op, "out", out, (long) n * channels * pixels);
        CudaMemory.separate(op, "out", outs, "samples", stored);
        CudaMemory.separate(op, "out", outs, "scale", scales);
        CudaMemory.separate(op, "out", outs, "shift", shifts);
        Launch launch = stored.type == ElementType.U8 ? gatherBytes : gatherFloats;
        launch.setInt(0, n)
                .setInt(1, channels)
                .setInt(2, pixels)
                .setInt(3, count)
                .setInt(4, order.size());
        launch.setPointer(5, stored).setPointer(6, orders).setPointer(7, position);
        launch.setPointer(8, scales).setPointer(9, shifts).setPointer(10, outs);
        launch.run(context.blocks((long) channels * pixels, THREADS), Math.min(n, MOST_ROWS), 1, THREADS, 1, 1);
    }

    void gatherLabels(int n, Tensor labels, Tensor order, Tensor cursor, Tensor out) {
        String op = "gatherLabels";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaStorage all = memory.ints(op, "labels", labels, 1);
        CudaStorage orders = memory.ints(op, "order", order, n);
        CudaStorage position = memory.ints(op, "cursor", cursor, 1);
        CudaStorage outs = memory.ints(op, "out", out, n);
        CudaMemory.separate(op, "out", outs, "labels", all);
        CudaMemory.separate(op, "out", outs, "order", orders);
        CudaMemory.separate(op, "out", outs, "cursor", position);
        gatherLabels.setInt(0, n).setInt(1, labels.size()).setInt(2, order.size());
        gatherLabels
                .setPointer(3, all)
                .setPointer(4, orders)
                .setPointer(5, position)
                .setPointer(6, outs);
        gatherLabels.run(context.blocks(n, THREADS), THREADS);
    }

    void oneHot(int n, int classes, Tensor labels, Tensor target) {
        String op = "oneHot";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaMemory.range(op, "classes", classes, 1, Integer.MAX_VALUE);
        long size = (long) n * classes;
        oneHot.setInt(0, n).setInt(1, classes).setPointer(2, memory.ints(op, "labels", labels, n));
        oneHot.setPointer(3, memory.floats(op, "target", target, size));
        oneHot.run(context.blocks((int) size, THREADS), THREADS);
    }

    void countCorrect(int n, int classes, Tensor scores, Tensor labels, Tensor correct) {
        String op = "countCorrect";
        CudaMemory.range(op, "n", n, 1, Integer.MAX_VALUE);
        CudaMemory.range(op, "classes", classes, 1, Integer.MAX_VALUE);
        CudaStorage rows = memory.floats(op, "scores", scores, (long) n * classes);
        CudaStorage label = memory.ints(op, "labels", labels, n);
        CudaStorage counter = memory.ints(op, "correct", correct, 1);
        CudaMemory.separate(op, "correct", counter, "labels", label);
        countCorrect.setInt(0, n).setInt(1, classes);
        countCorrect.setPointer(2, rows).setPointer(3, label).setPointer(4, counter);
        countCorrect.run(1, COUNT_THREADS);
    }

    void increment(Tensor counter, int by) {
        increment.setInt(0, by).setPointer(1, memory.ints("increment", "counter", counter, 1));
        increment.run(1, 1);
    }

    void store(Tensor value, Tensor index, Tensor log) {
        String op = "store";
        CudaStorage from = memory.floats(op, "value", value, 1);
        CudaStorage at = memory.ints(op, "index", index, 1);
        CudaStorage to = memory.floats(op, "log", log, 1);
        CudaMemory.separate(op, "log", to, "value", from);
        store.setInt(0, log.size()).setPointer(1, from).setPointer(2, at).setPointer(3, to);
        store.run(1, 1);
    }
}
