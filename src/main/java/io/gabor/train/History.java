package io.gabor.train;

import java.util.List;

/**
 * What a training run did.
 *
 * @param epochs the epochs, the last one perhaps not complete
 * @param steps the number of updates
 * @param stopped whether {@link Trainer#stop} ended it early
 */
public record History(List<EpochResult> epochs, long steps, boolean stopped) {
    public History {
        epochs = List.copyOf(epochs);
    }

    /** Returns the last epoch. */
    public EpochResult last() {
        return epochs.get(epochs.size() - 1);
    }
}
