package io.gabor.train;

import io.gabor.backend.ClipSpec;
import java.util.List;

/**
 * What a run does beside its usual parts.
 *
 * @param clips the bounds on the gradients, in this order
 * @param accumulate how many batches make one step, at least 1
 * @param averageDecay d of the parameters' moving average; 0 for none
 * @param keepsBest whether the parameters of the best epoch are kept
 */
public record RunOptions(List<ClipSpec> clips, int accumulate, double averageDecay, boolean keepsBest) {
    /** Nothing. */
    public static final RunOptions NONE = new RunOptions(List.of(), 1, 0, false);

    public RunOptions {
        clips = List.copyOf(clips);
    }
}
