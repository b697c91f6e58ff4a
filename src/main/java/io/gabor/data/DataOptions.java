package io.gabor.data;

import java.nio.file.Path;

/**
 * Where data comes from.
 *
 * @param dataDir the folder to look in first, with one folder per data set; null for none
 * @param download whether a data set that is in no folder may be downloaded into the user's cache folder
 * @param digitsSeed the seed of the built-in {@code digits} set
 * @param images how the images of a folder become samples
 */
public record DataOptions(Path dataDir, boolean download, long digitsSeed, ImageOptions images) {
    /** No folder of its own, downloads allowed, the digits of seed 1, images as they usually are. */
    public static final DataOptions DEFAULT = new DataOptions(null, true, 1, ImageOptions.DEFAULT);

    /** Returns these options with another folder to look in first; null for none. */
    public DataOptions withDataDir(Path dir) {
        return new DataOptions(dir, download, digitsSeed, images);
    }

    /** Returns these options with downloads allowed or not. */
    public DataOptions withDownload(boolean allowed) {
        return new DataOptions(dataDir, allowed, digitsSeed, images);
    }

    /** Returns these options with other ones for images. */
    public DataOptions withImages(ImageOptions options) {
        return new DataOptions(dataDir, download, digitsSeed, options);
    }
}
