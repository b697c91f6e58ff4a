package io.gabor.backend.cpu;

import io.gabor.backend.OptimizerOp;
import io.gabor.backend.OptimizerSpec;
import io.gabor.backend.cpu.simd.AdamConstants;
import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.tensor.Tensor;
import java.util.List;

/** One optimizer rule over all parameters: one pass, cut into fixed chunks across parameters. */
final class CpuOptimizer implements OptimizerOp {
    private static final String OP = "optimizer step";
    /** Elements in a chunk. */
    private static final int CHUNK = 16_384;

    private final CpuContext context;
    private final Kernels kernels;
    private final OptimizerSpec spec;
    private final Slot[] slots;
    private final float[][] values;
    private final float[][] gradients;
    private final float[][] first;
    private final float[][] second;
    private final int[] chunkSlot;
    private final int[] chunkStart;
    private final long work;
    private final AdamConstants constants = new AdamConstants();
    private final WorkerPool.Task sgd = this::sgd;
    private final WorkerPool.Task adam = this::adam;
    private final WorkerPool.Task rmsProp = this::rmsProp;
    private final WorkerPool.Task adagrad = this::adagrad;
    private final WorkerPool.Task average = this::average;
    private float rate;
    /** What an average keeps of itself in this step. */
    private float keep;

    private boolean closed;

    CpuOptimizer(CpuContext context, OptimizerSpec spec, List<Slot> slotList) {
        this.context = context;
        this.spec = spec;
        kernels = context.kernels();
        slots = slotList.toArray(new Slot[0]);
        values = new float[slots.length][];
        gradients = new float[slots.length][];
        first = new float[slots.length][];
        second = new float[slots.length][];
        int chunks = 0;
        long elements = 0;
        for (int i = 0; i < slots.length; i++) {
            if (slots[i].state().size() != spec.stateCount()) {
                throw Memory.error(
                        "optimizer",
                        spec + " keeps " + spec.stateCount() + " tensors of state per parameter, found "
                                + slots[i].state().size() + " for parameter " + i);
            }
            open("optimizer", i);
            chunks += CpuContext.ceilDiv(slots[i].value().size(), CHUNK);
            elements += slots[i].value().size();
        }
        chunkSlot = new int[chunks];
        chunkStart = new int[chunks];
        work = 4 * elements;
        int chunk = 0;
        for (int i = 0; i < slots.length; i++) {
            for (int start = 0; start < slots[i].value().size(); start += CHUNK) {
                chunkSlot[chunk] = i;
                chunkStart[chunk++] = start;
            }
        }
    }

    /** Opens the tensors of a parameter; in every step again, since they may have been released. */
    private void open(String op, int i) {
        Memory memory = context.memory();
        Slot slot = slots[i];
        values[i] = memory.floats(op, "value", slot.value(), 1);
        int size = slot.value().size();
        gradients[i] = memory.floats(op, "gradient", slot.gradient(), size);
        Memory.separate(op, "value", values[i], "gradient", gradients[i]);
        if (spec.stateCount() > 0) {
            first[i] = memory.floats(op, "state", slot.state().get(0), size);
            Memory.separate(op, "state", first[i], "value", values[i]);
            Memory.separate(op, "state", first[i], "gradient", gradients[i]);
        }
        if (spec.stateCount() > 1) {
            second[i] = memory.floats(op, "second state", slot.state().get(1), size);
            Memory.separate(op, "second state", second[i], "value", values[i]);
            Memory.separate(op, "second state", second[i], "gradient", gradients[i]);
            Memory.separate(op, "second state", second[i], "state", first[i]);
        }
    }

    @Override
    public void step(Tensor rateTensor, Tensor stepTensor) {
        context.memory().requireOpen(OP);
        if (closed) {
            throw new IllegalStateException(OP + ": this op has been closed");
        }
        rate = context.memory().floats(OP, "rate", rateTensor, 1)[0];
        int step = context.memory().ints(OP, "step", stepTensor, 1)[0];
        Memory.range(OP, "the number of the step", step, 1, Integer.MAX_VALUE);
        for (int i = 0; i < slots.length; i++) {
            open(OP, i);
        }
        if (spec instanceof OptimizerSpec.Adam rule) {
            prepare(rule, step);
            context.pool().run(adam, chunkSlot.length, work);
        } else if (spec instanceof OptimizerSpec.RmsProp) {
            context.pool().run(rmsProp, chunkSlot.length, work);
        } else if (spec instanceof OptimizerSpec.Adagrad) {
            context.pool().run(adagrad, chunkSlot.length, work);
        } else if (spec instanceof OptimizerSpec.Average rule) {
            keep = (float) rule.decayAt(step);
            context.pool().run(average, chunkSlot.length, work);
        } else {
            context.pool().run(sgd, chunkSlot.length, work);
        }
    }

    private void prepare(OptimizerSpec.Adam rule, int step) {
        constants.shrink = rule.decoupled() ? (float) (1 - (double) rate * rule.weightDecay()) : 1;
        constants.decay = rule.decoupled() ? 0 : (float) rule.weightDecay();
        constants.beta1 = (float) rule.beta1();
        constants.gain1 = (float) (1 - rule.beta1());
        constants.beta2 = (float) rule.beta2();
        constants.gain2 = (float) (1 - rule.beta2());
        constants.rate = (float) (rate / (1 - StrictMath.pow(rule.beta1(), step)));
        constants.scale = (float) (1 / Math.sqrt(1 - StrictMath.pow(rule.beta2(), step)));
        constants.epsilon = (float) rule.epsilon();
    }

    private int length(int chunk) {
        return Math.min(CHUNK, slots[chunkSlot[chunk]].value().size() - chunkStart[chunk]);
    }

    private void sgd(int chunk, int worker) {
        int i = chunkSlot[chunk];
        int at = chunkStart[chunk];
        OptimizerSpec.Sgd rule = (OptimizerSpec.Sgd) spec;
        float decay = (float) rule.weightDecay();
        if (rule.stateCount() == 0) {
            kernels.sgd(length(chunk), rate, decay, values[i], at, gradients[i], at);
        } else {
            kernels.momentum(
                    length(chunk),
                    rate,
                    decay,
                    (float) rule.momentum(),
                    rule.nesterov(),
                    values[i],
                    at,
                    gradients[i],
                    at,
                    first[i],
                    at);
        }
    }

    private void adam(int chunk, int worker) {
        int i = chunkSlot[chunk];
        int at = chunkStart[chunk];
        kernels.adam(length(chunk), constants, values[i], at, gradients[i], at, first[i], at, second[i], at);
    }

    private void rmsProp(int chunk, int worker) {
        int i = chunkSlot[chunk];
        int at = chunkStart[chunk];
        OptimizerSpec.RmsProp rule = (OptimizerSpec.RmsProp) spec;
        kernels.rmsProp(
                length(chunk),
                rate,
                (float) rule.weightDecay(),
                (float) rule.alpha(),
                (float) (1 - rule.alpha()),
                (float) rule.epsilon(),
                (float) rule.momentum(),
                values[i],
                gradients[i],
                first[i],
                second[i],
                at);
    }

    private void adagrad(int chunk, int worker) {
        int i = chunkSlot[chunk];
        int at = chunkStart[chunk];
        OptimizerSpec.Adagrad rule = (OptimizerSpec.Adagrad) spec;
        kernels.adagrad(
                length(chunk),
                rate,
                (float) rule.weightDecay(),
                (float) rule.epsilon(),
                values[i],
                gradients[i],
                first[i],
                at);
    }

    /** The two weights add up to 1 as floats, too: else an average would drift away from a value that stays. */
    private void average(int chunk, int worker) {
        int i = chunkSlot[chunk];
        int at = chunkStart[chunk];
        kernels.blend(length(chunk), 1 - keep, gradients[i], at, keep, values[i], at);
    }

    @Override
    public void close() {
        closed = true;
    }
}
