package io.gabor.backend.cuda;

import io.gabor.backend.ClipOp;
import io.gabor.backend.ClipSpec;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;
import java.util.List;

/**
 * A bound on gradients; {@code native-kernels/clip.cu}. The gradients are cut into chunks, and a table in device memory
 * tells each block the address of its chunk. The norm takes three launches: a sum for each chunk, one block that adds
 * those in their order, and the scaling.
 */
final class CudaClip implements ClipOp {
    private static final String OP = "gradientClipping";
    private static final int THREADS = 256;
    /** Elements in a chunk: few enough that a net of half a million parameters fills a large GPU. */
    private static final int CHUNK = 1024;
    /** Words of eight bytes in the table for each chunk: address and number of elements. */
    private static final int WORDS = 2;

    private final CudaMemory memory;
    private final Tensor[] gradients;
    private final CudaStorage table;
    /** The chunks' sums of squares, in double, and behind them the factor; null where each number is bounded by itself. */
    private final CudaStorage sums;

    private final int chunks;
    private final Launch squares;
    private final Launch factor;
    private final Launch change;

    CudaClip(CudaContext context, ClipSpec spec, List<Tensor> tensors) {
        memory = context.memory();
        gradients = tensors.toArray(new Tensor[0]);
        check();
        int count = 0;
        for (Tensor gradient : gradients) {
            count += (gradient.size() - 1) / CHUNK + 1;
        }
        chunks = count;
        boolean norm = spec instanceof ClipSpec.Norm;
        squares = norm ? context.launch(OP, "gabor_clip_squares", 2) : null;
        factor = norm ? context.launch(OP, "gabor_clip_factor", 3) : null;
        change = context.launch(OP, norm ? "gabor_clip_scale" : "gabor_clip_value", norm ? 3 : 2);
        table = memory.workspace(OP, ElementType.I32, 2L * WORDS * Math.max(1, chunks));
        sums = norm ? sums() : null;
        context.staging().upload(OP, words(), table);
        change.setPointer(0, table);
        if (norm) {
            squares.setPointer(0, table).setPointer(1, sums);
            factor.setInt(0, chunks).setPointer(1, sums).setDouble(2, spec.most());
            change.setPointer(1, sums).setInt(2, chunks);
        } else {
            change.setFloat(1, (float) spec.most());
        }
    }

    private CudaStorage sums() {
        try {
            return memory.workspace(OP, ElementType.F32, 2L * (chunks + 1));
        } catch (RuntimeException e) {
            memory.drop(table);
            throw e;
        }
    }

    private long[] words() {
        long[] words = new long[WORDS * chunks];
        int at = 0;
        for (Tensor gradient : gradients) {
            long address = ((CudaStorage) gradient.storage()).pointer().address();
            for (int start = 0; start < gradient.size(); start += CHUNK) {
                words[at] = address + (long) Float.BYTES * start;
                words[at + 1] = Math.min(CHUNK, gradient.size() - start);
                at += WORDS;
            }
        }
        return words;
    }

    /** Checks the gradients and notes that they are used; in every call again, since one may have been released. */
    private void check() {
        for (int i = 0; i < gradients.length; i++) {
            CudaStorage gradient = memory.floats(OP, "gradient", gradients[i], 1);
            for (int before = 0; before < i; before++) {
                CudaMemory.separate(
                        OP, "gradient", gradient, "another gradient", (CudaStorage) gradients[before].storage());
            }
            memory.use(gradient);
        }
    }

    @Override
    public void clip() {
        memory.requireOpen(OP);
        if (table.released()) {
            throw new IllegalStateException(OP + ": this op has been closed; plan a new one");
        }
        check();
        if (chunks == 0) {
            return;
        }
        if (sums != null) {
            squares.run(chunks, THREADS);
            factor.run(1, THREADS);
        }
        change.run(chunks, THREADS);
    }

    @Override
    public void close() {
        memory.drop(table);
        if (sums != null) {
            memory.drop(sums);
        }
    }
}
