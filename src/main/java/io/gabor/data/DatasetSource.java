package io.gabor.data;

/** A data set that has been found: both of its splits can be read. Made by {@link Datasets#open}. */
public interface DatasetSource {
    /** Returns the data set's name: {@code mnist}, {@code fashion-mnist}, {@code cifar10}, {@code digits} or the folder's. */
    String name();

    /** Returns where it is, for people: a folder, or that the program draws it. */
    String location();

    /**
     * Reads one split.
     *
     * @throws DataException if a file is damaged; the message names it
     */
    Dataset load(Split split);
}
