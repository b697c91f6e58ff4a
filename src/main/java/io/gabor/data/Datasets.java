package io.gabor.data;

/** Finds data sets by name. */
public final class Datasets {
    private Datasets() {}

    /**
     * Finds a data set, downloading it if it is nowhere and the options allow it.
     *
     * @param nameOrDir {@code mnist}, {@code fashion-mnist}, {@code cifar10}, {@code digits}, or a folder
     * @throws DataUnavailableException if a known data set is nowhere and cannot be downloaded
     * @throws DataException if there is no such data set, or its files cannot be used
     */
    public static DatasetSource open(String nameOrDir, DataOptions options, DownloadProgress progress) {
        throw new UnsupportedOperationException("being written");
    }

    /**
     * As {@link #open}, but where a known data set is nowhere and cannot be downloaded, gives the built-in {@code digits}
     * and says so in one WARN. Both splits come from the same set.
     */
    public static DatasetSource openOrDigits(String nameOrDir, DataOptions options, DownloadProgress progress) {
        throw new UnsupportedOperationException("being written");
    }

    /** Opens a data set and reads one split. See {@link #open}. */
    public static Dataset load(String nameOrDir, Split split, DataOptions options) {
        return open(nameOrDir, options, DownloadProgress.NONE).load(split);
    }

    /** Opens a data set, or digits in its place, and reads one split. See {@link #openOrDigits}. */
    public static Dataset loadOrDigits(String nameOrDir, Split split, DataOptions options) {
        return openOrDigits(nameOrDir, options, DownloadProgress.NONE).load(split);
    }
}
