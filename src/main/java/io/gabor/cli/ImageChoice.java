package io.gabor.cli;

import io.gabor.data.ImageOptions;
import io.gabor.tensor.Shape;
import picocli.CommandLine.Option;

/** The options that say how the images of a folder become samples. */
final class ImageChoice {
    @Option(
            names = "--image-size",
            paramLabel = "N|HxW",
            converter = ImageSize.Converter.class,
            description =
                    "Size that the images of a folder get: shrunk or enlarged until they cover it, then cut to their"
                            + " middle (default: the trained model's; else their own if it is one and at most 64; else 32).")
    private ImageSize size;

    @Option(
            names = "--grey",
            negatable = true,
            description =
                    "Make the images of a folder grey, or leave them in colours with --no-grey (default: the trained"
                            + " model's; else grey if all are grey).")
    private Boolean grey;

    @Option(
            names = "--test-share",
            paramLabel = "X",
            converter = PositiveNumber.class,
            description =
                    "Share of each class that is kept for testing, where a folder has no train and test (default: 0.2,"
                            + " or what the trained model was trained with).")
    private Double testShare;

    @Option(names = "--strict", description = "Stop at an image that cannot be read, rather than leaving it out.")
    private boolean strict;

    /** Returns whether any of these options was given. */
    boolean isGiven() {
        return size != null || grey != null || testShare != null || strict;
    }

    /** Returns whether a share was given that is to be kept for testing. */
    boolean asksForTestShare() {
        return testShare != null;
    }

    /**
     * Returns the options for a model. A trained one has its size and channels, and keeps the images for testing that it was
     * not trained on.
     *
     * @throws UsageException if what was asked for does not fit the model
     */
    ImageOptions options(ModelSource model, long seed, int threads, Screen screen) {
        FolderImages before = model.images();
        double share = testShare != null ? testShare : before != null ? before.testShare() : ImageOptions.TEST_SHARE;
        if (share >= 1) {
            throw new UsageException(
                    "--test-share must be below 1, found " + share + "; 0.2 keeps a fifth for testing");
        }
        ImageOptions options = ImageOptions.DEFAULT
                .withSplit(share, before != null ? before.splitSeed() : seed)
                .withStrict(strict)
                .withThreads(threads)
                .withProgress(new DecodingDisplay(screen));
        Shape fixed = model.file().isPresent() ? model.sampleShape() : null;
        if (fixed != null && fixed.rank() == 3 && (fixed.dim(0) == 1 || fixed.dim(0) == 3)) {
            requireFit(model, fixed);
            return options.withSize(fixed.dim(1), fixed.dim(2)).withChannels(fixed.dim(0));
        }
        ImageOptions sized = size == null ? options : options.withSize(size.height(), size.width());
        return grey == null ? sized : sized.withChannels(grey ? 1 : 3);
    }

    private void requireFit(ModelSource model, Shape fixed) {
        boolean sizeFits = size == null || size.height() == fixed.dim(1) && size.width() == fixed.dim(2);
        boolean channelsFit = grey == null || grey == (fixed.dim(0) == 1);
        if (!sizeFits || !channelsFit) {
            throw new UsageException("the trained model " + model.file().orElseThrow() + " takes images of " + fixed
                    + "; leave out "
                    + (sizeFits ? "--grey and --no-grey" : "--image-size, or give " + fixed.dim(1) + "x" + fixed.dim(2))
                    + ", or train another one by name");
        }
    }
}
