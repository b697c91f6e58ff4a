package io.gabor.backend.cuda;

import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;
import java.util.List;

/**
 * One optimizer rule over all parameters in one launch; {@code native-kernels/optimizer.cu}. The parameters are cut into
 * chunks, and a table in device memory tells each block the addresses of its chunk.
 */
final class CudaOptimizer implements OptimizerOp {
    private static final String OP = "optimizer step";
    private static final int THREADS = 256;
    /** Elements in a chunk: few enough that a net of half a million parameters fills a large GPU. */
    private static final int CHUNK = 1024;
    /** Words of eight bytes in the table for each chunk. */
    private static final int WORDS = 5;

    private final CudaMemory memory;
    private final OptimizerSpec spec;
    private final Slot[] slots;
    private final CudaStorage table;
    private final int chunks;
    private final Launch launch;

    CudaOptimizer(CudaContext context, OptimizerSpec spec, List<Slot> slotList) {
        memory = context.memory();
        this.spec = spec;
        slots = slotList.toArray(new Slot[0]);
        int count = 0;
        for (int i = 0; i < slots.length; i++) {
            if (slots[i].state().size() != spec.stateCount()) {
                throw CudaMemory.error(
                        "optimizer",
                        spec + " keeps " + spec.stateCount() + " tensors of state per parameter, found "
                                + slots[i].state().size() + " for parameter " + i);
            }
            check("optimizer", slots[i]);
            count += (slots[i].value().size() - 1) / CHUNK + 1;
        }
        chunks = count;
        launch = launch(context, spec);
        table = memory.workspace("optimizer", ElementType.I32, 2L * WORDS * Math.max(1, chunks));
        context.staging().upload("optimizer", table(), table);
        launch.setPointer(0, table);
    }

    private static Launch launch(CudaContext context, OptimizerSpec spec) {
        if (spec instanceof OptimizerSpec.Adam adam) {
            return context.launch(OP, "gabor_optimizer_adam", 8)
                    .setDouble(3, adam.beta1())
                    .setDouble(4, adam.beta2())
                    .setFloat(5, (float) adam.epsilon())
                    .setDouble(6, adam.weightDecay())
                    .setInt(7, adam.decoupled() ? 1 : 0);
        }
        if (spec instanceof OptimizerSpec.RmsProp rmsProp) {
            return context.launch(OP, "gabor_optimizer_rmsprop", 6)
                    .setFloat(2, (float) rmsProp.weightDecay())
                    .setDouble(3, rmsProp.alpha())
                    .setFloat(4, (float) rmsProp.epsilon())
                    .setFloat(5, (float) rmsProp.momentum());
        }
        if (spec instanceof OptimizerSpec.Adagrad adagrad) {
            return context.launch(OP, "gabor_optimizer_adagrad", 4)
                    .setFloat(2, (float) adagrad.weightDecay())
                    .setFloat(3, (float) adagrad.epsilon());
        }
        if (spec instanceof OptimizerSpec.Average average) {
            return context.launch(OP, "gabor_optimizer_average", 3).setDouble(2, average.decay());
        }
        OptimizerSpec.Sgd sgd = (OptimizerSpec.Sgd) spec;
        if (sgd.stateCount() == 0) {
            return context.launch(OP, "gabor_optimizer_sgd", 3).setFloat(2, (float) sgd.weightDecay());
        }
        return context.launch(OP, "gabor_optimizer_momentum", 5)
                .setFloat(2, (float) sgd.weightDecay())
                .setFloat(3, (float) sgd.momentum())
                .setInt(4, sgd.nesterov() ? 1 : 0);
    }

    private long[] table() {
        long[] words = new long[WORDS * chunks];
        int at = 0;
        for (Slot slot : slots) {
            int size = slot.value().size();
            for (int start = 0; start < size; start += CHUNK) {
                words[at] = address(slot.value(), start);
                words[at + 1] = address(slot.gradient(), start);
                for (int s = 0; s < slot.state().size(); s++) {
                    words[at + 2 + s] = address(slot.state().get(s), start);
                }
                words[at + 4] = Math.min(CHUNK, size - start);
                at += WORDS;
            }
        }
        return words;
    }

    private static long address(Tensor tensor, int start) {
        return ((CudaStorage) tensor.storage()).pointer().address() + (long) Float.BYTES * start;
    }

    /** Checks a parameter's tensors and notes that they are used; in every step again, since one may have been released. */
    private void check(String op, Slot slot) {
        CudaStorage value = memory.floats(op, "value", slot.value(), 1);
        int size = slot.value().size();
        CudaStorage gradient = memory.floats(op, "gradient", slot.gradient(), size);
        CudaMemory.separate(op, "value", value, "gradient", gradient);
        memory.use(value);
        memory.use(gradient);
        CudaStorage before = null;
        for (Tensor tensor : slot.state()) {
            CudaStorage state = memory.floats(op, "state", tensor, size);
            CudaMemory.separate(op, "state", state, "value", value);
            CudaMemory.separate(op, "state", state, "gradient", gradient);
            CudaMemory.separate(op, "state", state, "another state", before);
            memory.use(state);
            before = state;
        }
    }

    @Override
    public void step(Tensor rate, Tensor step) {
        memory.requireOpen(OP);
        if (table.released()) {
            throw new IllegalStateException(OP + ": this op has been closed; plan a new one");
        }
        CudaStorage rates = memory.floats(OP, "rate", rate, 1);
        CudaStorage steps = memory.ints(OP, "step", step, 1);
        for (Slot slot : slots) {
            check(OP, slot);
        }
        if (chunks == 0) {
            return;
        }
        launch.setPointer(1, spec instanceof OptimizerSpec.Average ? steps : rates);
        if (spec instanceof OptimizerSpec.Adam) {
            launch.setPointer(2, steps);
        }
        launch.run(chunks, THREADS);
    }

    @Override
    public void close() {
        memory.drop(table);
    }
}
