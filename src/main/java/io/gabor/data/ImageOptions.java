package io.gabor.data;

import java.util.Objects;

/**
 * How the images of a folder become samples.
 *
 * @param height of a sample; 0 to choose by looking at the images
 * @param width of a sample; 0 together with the height
 * @param channels 1 for grey, 3 for colours, 0 to choose by looking at the images
 * @param testShare of a folder without {@code train} and {@code test}: the share of each class that is kept for testing, above
 *     0 and below 1
 * @param splitSeed of the choice of those images
 * @param strict whether an image that cannot be read ends it, rather than being left out
 * @param threads that read images; 0 for one per processor
 * @param progress is told how reading goes
 */
public record ImageOptions(
        int height,
        int width,
        int channels,
        double testShare,
        long splitSeed,
        boolean strict,
        int threads,
        DecodingProgress progress) {
    /** The share of each class that is kept for testing unless told otherwise. */
    public static final double TEST_SHARE = 0.2;

    /** Size and channels by looking, a fifth for testing, images that cannot be read left out. */
    public static final ImageOptions DEFAULT =
            new ImageOptions(0, 0, 0, TEST_SHARE, 1, false, 0, DecodingProgress.NONE);

    public ImageOptions {
        if (height < 0 || width < 0 || (height == 0) != (width == 0)) {
            throw new IllegalArgumentException(
                    "expected a height and a width of at least 1, or 0 for both, found " + height + "×" + width);
        }
        if (channels != 0 && channels != 1 && channels != 3) {
            throw new IllegalArgumentException("expected 1 or 3 channels, or 0 to look, found " + channels);
        }
        if (!(testShare > 0 && testShare < 1)) {
            throw new IllegalArgumentException("the share for testing must be above 0 and below 1, found " + testShare);
        }
        if (threads < 0) {
            throw new IllegalArgumentException("expected at least 1 thread, or 0 for all, found " + threads);
        }
        Objects.requireNonNull(progress, "progress");
    }

    /** Returns these options with another size. */
    public ImageOptions withSize(int newHeight, int newWidth) {
        return new ImageOptions(newHeight, newWidth, channels, testShare, splitSeed, strict, threads, progress);
    }

    /** Returns these options with another number of channels. */
    public ImageOptions withChannels(int count) {
        return new ImageOptions(height, width, count, testShare, splitSeed, strict, threads, progress);
    }

    /** Returns these options with another choice of what is kept for testing. */
    public ImageOptions withSplit(double share, long seed) {
        return new ImageOptions(height, width, channels, share, seed, strict, threads, progress);
    }

    /** Returns these options, where an image that cannot be read ends it or not. */
    public ImageOptions withStrict(boolean value) {
        return new ImageOptions(height, width, channels, testShare, splitSeed, value, threads, progress);
    }

    /** Returns these options with another number of threads. */
    public ImageOptions withThreads(int count) {
        return new ImageOptions(height, width, channels, testShare, splitSeed, strict, count, progress);
    }

    /** Returns these options with somebody to tell. */
    public ImageOptions withProgress(DecodingProgress told) {
        return new ImageOptions(height, width, channels, testShare, splitSeed, strict, threads, told);
    }
}
