package io.gabor.train;

import io.gabor.backend.ClipSpec;
import java.util.List;

/**
 * What a training step does beside its usual parts.
 *
 * @param clips the bounds on the gradients, in this order
 */
record StepOptions(List<ClipSpec> clips) {
    /** Nothing. */
    static final StepOptions NONE = new StepOptions(List.of());

    StepOptions {
        clips = List.copyOf(clips);
    }
}
