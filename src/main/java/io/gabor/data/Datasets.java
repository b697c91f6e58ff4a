package io.gabor.data;

/**
 * Finds data sets by name. A known one is looked for in {@link DataOptions#dataDir}, then in the folder that the environment
 * variable {@code GABOR_DATA} names, then in the user's cache folder ({@code $XDG_CACHE_HOME/gabor} or
 * {@code ~/.cache/gabor}; {@code ~/Library/Caches/gabor} on macOS; {@code %LOCALAPPDATA%\gabor} on Windows). Each has one
 * folder for each data set. One that is in none of them is downloaded into the cache folder. docs/data.md has the details.
 */
public final class Datasets {
    private Datasets() {}

    /**
     * Finds a data set, downloading it if it is nowhere and the options allow it.
     *
     * @param nameOrDir {@code mnist}, {@code fashion-mnist}, {@code cifar10}, {@code cifar100}, {@code digits}, or a folder: with the files of
     *     one of these, with IDX files, or with a folder of images for each class
     * @throws DataUnavailableException if a known data set is nowhere and cannot be downloaded
     * @throws DataException if there is no such data set, or its files cannot be used
     */
    public static DatasetSource open(String nameOrDir, DataOptions options, DownloadProgress progress) {
        return DatasetFinder.DEFAULT.open(nameOrDir, options, progress);
    }

    /**
     * As {@link #open}, but where {@code mnist} is nowhere and cannot be downloaded, gives the built-in {@code digits} and
     * says so in one WARN. Both splits come from the same set. No other data set is replaced.
     */
    public static DatasetSource openOrDigits(String nameOrDir, DataOptions options, DownloadProgress progress) {
        return DatasetFinder.DEFAULT.openOrDigits(nameOrDir, options, progress);
    }

    /** Opens a data set and reads one split. See {@link #open}. */
    public static Dataset load(String nameOrDir, Split split, DataOptions options) {
        return open(nameOrDir, options, DownloadProgress.NONE).load(split);
    }

    /** Opens a data set, or digits in its place, and reads one split. See {@link #openOrDigits}. */
    public static Dataset loadOrDigits(String nameOrDir, Split split, DataOptions options) {
        return openOrDigits(nameOrDir, options, DownloadProgress.NONE).load(split);
    }

    /**
     * Draws the first {@code count} of the built-in digits: 1×28×28, 0 to 255, labels 0 to 9. Those of the full set are
     * the first 60,000 to train and 10,000 to test.
     */
    public static Dataset digits(Split split, int count, long seed) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of digits must be at least 1, found " + count);
        }
        return new DigitsSource(seed).draw(split, count);
    }
}
