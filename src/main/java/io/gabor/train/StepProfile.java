package io.gabor.train;

import io.gabor.nn.Layer;
import java.util.List;
import java.util.Optional;

/**
 * Where the time of a training step goes. Every time is the median over the steps that were measured, so the rows need not
 * add up to the step exactly.
 *
 * @param onDevice whether the times are the device's own, by its events, and not the host's
 * @param batch samples of a step
 * @param steps how many steps were measured
 * @param seconds of a step, from the first mark to the last
 * @param rows the parts that do anything, in the order in which a step begins them
 */
public record StepProfile(boolean onDevice, int batch, int steps, double seconds, List<Row> rows) {
    /**
     * One part of a step.
     *
     * @param layer whose pass it is; null outside of the passes
     * @param seconds in a step; of a container, without the layers inside it
     * @param flops floating-point operations in a step; 0 where only element-wise work is done
     */
    public record Row(StepPart part, Layer layer, double seconds, long flops) {
        /** Returns the rate; 0 where nothing is counted. */
        public double gflops() {
            return flops == 0 ? 0 : flops / seconds / 1e9;
        }
    }

    public StepProfile {
        rows = List.copyOf(rows);
    }

    /** Returns a layer's row of one direction; empty if it does nothing there. */
    public Optional<Row> row(StepPart part, Layer layer) {
        return rows.stream()
                .filter(row -> row.part() == part && row.layer() == layer)
                .findFirst();
    }

    /** Returns the layers that do anything, in the order of the forward pass. */
    public List<Layer> layers() {
        return rows.stream()
                .filter(row -> row.part() == StepPart.FORWARD)
                .map(Row::layer)
                .toList();
    }
}
