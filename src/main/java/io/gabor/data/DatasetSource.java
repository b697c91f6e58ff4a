package io.gabor.data;

/** A data set that has been found: both of its splits can be read. Made by {@link Datasets#open}. */
public interface DatasetSource {
    /** Returns the data set's name: {@code mnist}, {@code fashion-mnist}, {@code cifar10}, {@code cifar100}, {@code digits} or the folder's. */
    String name();

    /** Returns where it is, for people: a folder, or that the program draws it. */
    String location();

    /**
     * Reads one split.
     *
     * @throws DataException if a file is damaged; the message names it
     */
    Dataset load(Split split);

    /**
     * Reads the first samples of a split, and no more of them than that where it saves time.
     *
     * @param first how many, at least 1
     * @throws DataException if a file is damaged; the message names it
     */
    default Dataset load(Split split, int first) {
        return load(split).first(first);
    }

    /** Returns whether the test samples are a share that was kept of all, and not a set of their own. */
    default boolean keepsShareForTesting() {
        return false;
    }

    /** Returns whether the samples are image files that were read with {@link ImageReader.Fit#COVER}. */
    default boolean ofImages() {
        return false;
    }
}
