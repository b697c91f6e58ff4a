package io.gabor.train;

import java.util.List;

/**
 * What a training run did.
 *
 * @param epochs the epochs, the last one perhaps not complete
 * @param steps the number of updates
 * @param stopped whether {@link Trainer#stop} ended it early
 * @param bestEpoch the number of the epoch with the least validation loss; 0 without a validation set
 */
public record History(List<EpochResult> epochs, long steps, boolean stopped, int bestEpoch) {
    public History {
        epochs = List.copyOf(epochs);
    }

    /**
     * Returns the last epoch.
     *
     * @throws IllegalStateException if there is none: the run was stopped before its first step
     */
    public EpochResult last() {
        if (epochs.isEmpty()) {
            throw new IllegalStateException("the run was stopped before its first step, so there is no epoch");
        }
        return epochs.get(epochs.size() - 1);
    }
}
