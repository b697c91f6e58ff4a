package io.gabor.train;

import io.gabor.backend.ClipSpec;
import java.util.List;

/**
 * What a run does beside its usual parts.
 *
 * @param clips the bounds on the gradients, in this order
 * @param keepsBest whether the parameters of the best epoch are kept
 */
record RunOptions(List<ClipSpec> clips, boolean keepsBest) {
    /** Nothing. */
    static final RunOptions NONE = new RunOptions(List.of(), false);

    RunOptions {
        clips = List.copyOf(clips);
    }
}
