package io.gabor.cli;

import io.gabor.data.DataOptions;
import io.gabor.data.Dataset;
import io.gabor.data.DatasetSource;
import io.gabor.data.Datasets;
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
            description = "mnist, fashion-mnist, cifar10, cifar100, digits (drawn by the program), or a folder with a data set"
                    + " (default: the one in the model's recipe).")
    private String dataset;

    @Mixin
    private DataFolderChoice folderChoice;

    /** Returns what was asked for, or what the recipe says. */
    String name(Recipe recipe) {
        return dataset == null ? recipe.dataset() : dataset;
    }

    /**
     * Finds the data set; in place of MNIST, where it is neither here nor to be downloaded, the built-in digits. A run on a
     * machine without a network then still trains, and says on what.
     */
    DatasetSource openOrDigits(Recipe recipe, Screen screen) {
        return open(recipe, screen, true);
    }

    /** Finds the data set, this one and no other. */
    DatasetSource open(Recipe recipe, Screen screen) {
        return open(recipe, screen, false);
    }

    private DatasetSource open(Recipe recipe, Screen screen, boolean orDigits) {
        String name = name(recipe);
        if (name.equals(Xor.NAME)) {
            return new XorSource();
        }
        if (!NAMES.contains(name) && !isFolder(name)) {
            throw new UsageException(Nearest.message("data set or folder", name, NAMES));
        }
        DataOptions options = folderChoice.options();
        try (DownloadDisplay display = new DownloadDisplay(screen)) {
            return orDigits ? Datasets.openOrDigits(name, options, display) : Datasets.open(name, options, display);
        }
    }

    /** Returns the name to write into a recipe, from which the same data set can be found again. */
    String recipeName(Recipe recipe, DatasetSource source) {
        String asked = name(recipe);
        return NAMES.contains(asked) ? source.name() : asked;
    }

    private static boolean isFolder(String name) {
        try {
            return Files.isDirectory(Path.of(name));
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
