package io.gabor.train;

import io.gabor.backend.ClipSpec;
import io.gabor.data.augment.Augmentation;
import java.util.List;

/**
 * What a run does beside its usual parts.
 *
 * @param clips the bounds on the gradients, in this order
 * @param accumulate how many batches make one step, at least 1
 * @param averageDecay d of the parameters' moving average; 0 for none
 * @param keepsBest whether the parameters of the best epoch are kept
 * @param augmentation how images are changed at random
 * @param seed of these changes
 */
public record RunOptions(
        List<ClipSpec> clips,
        int accumulate,
        double averageDecay,
        boolean keepsBest,
        Augmentation augmentation,
        long seed) {
    /** Nothing. */
    public static final RunOptions NONE = new RunOptions(List.of(), 1, 0, false);

    /** Without augmentation. */
    public RunOptions(List<ClipSpec> clips, int accumulate, double averageDecay, boolean keepsBest) {
        this(clips, accumulate, averageDecay, keepsBest, Augmentation.none(), 0);
    }

    public RunOptions {
        clips = List.copyOf(clips);
    }
}
