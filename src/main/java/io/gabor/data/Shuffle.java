package io.gabor.data;

import io.gabor.tensor.Philox;

/** The order in which an epoch visits the samples. */
public final class Shuffle {
    /** Keeps these random numbers apart from all others that are drawn from the same seed. */
    private static final long STREAM = 0x5348554646L << 24;

    private Shuffle() {}

    /**
     * Returns a permutation of {@code 0 .. size − 1} that depends on the arguments alone: the same on every machine, and
     * for any epoch without having drawn those before it.
     *
     * @param size the number of samples, at least 1
     * @param seed the run's seed
     * @param epoch the epoch, counted from 0
     */
    public static int[] order(int size, long seed, int epoch) {
        if (size < 1 || epoch < 0) {
            throw new IllegalArgumentException(
                    "expected at least 1 sample and an epoch of at least 0, found " + size + " and " + epoch);
        }
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        new Philox(seed, STREAM + epoch).shuffle(order);
        return order;
    }
}
