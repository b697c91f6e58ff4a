package io.gabor.cli;

import io.gabor.data.DataOptions;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.Datasets;
import io.gabor.data.ImageOptions;
import io.gabor.data.Split;
import io.gabor.model.Recipe;
import io.gabor.model.Xor;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which data set, and where it is. */
final class DataChoice {
    /** The data sets that have a name. */
    static final List<String> NAMES = List.of("mnist", "fashion-mnist", "cifar10", "cifar100", "digits", Xor.NAME);

    @Option(
            names = "--dataset",
            paramLabel = "NAME|DIR",
            description = "mnist, fashion-mnist, cifar10, cifar100, digits (drawn by the program), or a folder: with"
                    + " train/CLASS and test/CLASS or CLASS folders of PNG and JPEG images, or with a data set's files"
                    + " (default: the one in the model's recipe).")
    private String dataset;

    @Mixin
    private DataFolderChoice folderChoice;

    @Mixin
    private ImageChoice imageChoice;

    /** Returns what was asked for, or what the recipe says. */
    String name(Recipe recipe) {
        return dataset == null ? recipe.dataset() : dataset;
    }

    /**
     * Finds the data set; in place of MNIST, where it is neither here nor to be downloaded, the built-in digits. A run on a
     * machine without a network then still trains, and says on what.
     *
     * @param model whose samples they are to be
     * @param recipe what the model is trained with
     * @param seed of the choice of what is kept for testing, unless the model has made it
     */
    DatasetSource openOrDigits(ModelSource model, Recipe recipe, long seed, int threads, Screen screen) {
        return open(recipe, imageChoice.options(model, seed, threads, screen), screen, true);
    }

    /** As {@link #openOrDigits}, but this data set and no other. */
    DatasetSource open(ModelSource model, Recipe recipe, long seed, int threads, Screen screen) {
        return open(recipe, imageChoice.options(model, seed, threads, screen), screen, false);
    }

    private DatasetSource open(Recipe recipe, ImageOptions images, Screen screen, boolean orDigits) {
        DatasetSource source = find(recipe, images, screen, orDigits);
        if (imageChoice.isGiven() && !source.ofImages()) {
            throw new UsageException("--image-size, --grey, --test-share and --strict are for folders of images, and "
                    + source.name() + " is none; leave them out");
        }
        if (imageChoice.asksForTestShare() && !source.keepsShareForTesting()) {
            throw new UsageException("--test-share is for a folder without train and test, and " + source.location()
                    + " has test images of its own; leave it out");
        }
        return source;
    }

    private DatasetSource find(Recipe recipe, ImageOptions images, Screen screen, boolean orDigits) {
        String name = name(recipe);
        if (name.equals(Xor.NAME)) {
            return new XorSource();
        }
        if (!NAMES.contains(name) && !exists(name)) {
            throw new UsageException(Nearest.message("data set or folder", name, NAMES));
        }
        DataOptions options = folderChoice.options().withImages(images);
        try (DownloadDisplay display = new DownloadDisplay(screen)) {
            return orDigits ? Datasets.openOrDigits(name, options, display) : Datasets.open(name, options, display);
        }
    }

    /** Returns what a model trained on this data set is to remember of its folder of images; null if it is none. */
    FolderImages remembered(ModelSource model, DatasetSource data, long seed, Screen screen) {
        if (!data.ofImages()) {
            return null;
        }
        ImageOptions options = imageChoice.options(model, seed, 0, screen);
        return new FolderImages(options.testShare(), options.splitSeed());
    }

    /** Returns the name to write into a recipe, from which the same data set can be found again. */
    String recipeName(Recipe recipe, DatasetSource source) {
        String asked = name(recipe);
        return NAMES.contains(asked) ? source.name() : asked;
    }

    private static boolean exists(String name) {
        try {
            return Files.exists(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** The four samples of the exclusive or: the same ones for training and for testing. */
    private static final class XorSource implements DatasetSource {
        @Override
        public String name() {
            return Xor.NAME;
        }

        @Override
        public String location() {
            return "built in";
        }

        @Override
        public Dataset load(Split split) {
            return Xor.dataset();
        }
    }
}
