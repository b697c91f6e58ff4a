package io.gabor.train;

import io.gabor.data.Dataset;

/** Follows the validation loss through a run: which epoch was the best, and whether it is worth going on. */
final class ValidationWatch {
    private final Tester tester;
    private final Dataset data;
    private final int patience;
    private final Checkpoint best;
    private double least = Double.POSITIVE_INFINITY;
    private int bestEpoch;
    private int epochsSince;

    /**
     * Prepares it.
     *
     * @param patience the epochs in a row without a lower loss after which it is not worth going on; 0 for never
     * @param best where the best epoch's parameters are kept; null if they are not wanted
     */
    ValidationWatch(Tester tester, Dataset data, int patience, Checkpoint best) {
        this.tester = tester;
        this.data = data;
        this.patience = patience;
        this.best = best;
    }

    /** Tests the network as it is now, at the end of an epoch. */
    TestResult look(int epoch) {
        TestResult result = tester.test(data);
        if (result.loss() < least) {
            least = result.loss();
            bestEpoch = epoch;
            epochsSince = 0;
            if (best != null) {
                best.save();
            }
        } else {
            epochsSince++;
        }
        return result;
    }

    /** Returns whether the patience is over. */
    boolean exhausted() {
        return patience > 0 && epochsSince >= patience;
    }

    /** Returns the epoch of the least loss; 0 before there was one. */
    int bestEpoch() {
        return bestEpoch;
    }

    /** Goes back to the best epoch's parameters, if they were kept. */
    void goBack() {
        if (best != null && bestEpoch > 0) {
            best.restore();
        }
    }
}
