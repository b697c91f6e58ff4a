package io.gabor.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a model that was trained on a folder of images remembers of it, so that what was kept for testing stays so.
 *
 * @param testShare the share of each class that was kept for testing, if the folder had no test images of its own
 * @param splitSeed of the choice of those images
 */
record FolderImages(double testShare, long splitSeed) {
    private static final String TEST_SHARE = "testShare";
    private static final String SPLIT_SEED = "splitSeed";

    Map<String, Object> write() {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put(TEST_SHARE, testShare);
        written.put(SPLIT_SEED, splitSeed);
        return written;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static FolderImages read(Object written) {
        if (written instanceof Map<?, ?> map
                && map.get(TEST_SHARE) instanceof Number share
                && share.doubleValue() > 0
                && share.doubleValue() < 1
                && map.get(SPLIT_SEED) instanceof Number seed) {
            return new FolderImages(share.doubleValue(), seed.longValue());
        }
        throw new IllegalArgumentException("the recipe's 'images' must be an object with a " + TEST_SHARE
                + " above 0 and below 1 and a " + SPLIT_SEED);
    }
}
