package io.gabor.data;

import io.gabor.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data set of image files: {@code train/CLASS/*} and {@code test/CLASS/*}, or {@code CLASS/*} of which a share is kept for
 * testing. The classes are sorted by name. The samples are in an order that mixes the classes evenly ({@link
 * LabelledFile#mixed}).
 */
final class ImageFolder implements DatasetSource {
    private static final Logger LOG = LoggerFactory.getLogger(Datasets.class);

    private static final String TRAIN = "train";
    private static final String TEST = "test";
    private static final int NAMED = 3;

    /** So many images, spread over all, are looked at. */
    private static final int LOOKED_AT = 64;

    /** Images of one size keep it up to this many pixels a side; others get the usual size. */
    private static final int SMALL = 64;

    private static final int USUAL = 32;

    private final String name;
    private final Path folder;
    private final List<String> classNames;
    private final List<LabelledFile> training;
    private final List<LabelledFile> testing;
    private final ImageOptions options;
    /** Whether there are no folders of training and test images. */
    private final boolean shared;

    private final Shape sample;

    private ImageFolder(
            String name,
            Path folder,
            List<String> classNames,
            List<LabelledFile> training,
            List<LabelledFile> testing,
            ImageOptions options,
            boolean shared) {
        this.name = name;
        this.folder = folder;
        this.classNames = classNames;
        this.training = training;
        this.testing = testing;
        this.options = options;
        this.shared = shared;
        this.sample = sample();
    }

    /**
     * Lists a folder, and looks at some images where the options leave size or channels open.
     *
     * @throws DataException if its folders and files are no data set
     */
    static ImageFolder open(String name, Path folder, ImageOptions options) {
        JavaDesktop.require("a folder of images");
        Path train = folder.resolve(TRAIN);
        Path test = folder.resolve(TEST);
        if (!Files.exists(train) && !Files.exists(test)) {
            ClassFolders all = ClassFolders.list(folder);
            warnOfOthers(all);
            return new ImageFolder(
                    name,
                    folder,
                    all.names(),
                    LabelledFile.mixed(HeldOut.of(all, options.testShare(), options.splitSeed(), Split.TRAIN)),
                    LabelledFile.mixed(HeldOut.of(all, options.testShare(), options.splitSeed(), Split.TEST)),
                    options,
                    true);
        }
        ClassFolders trained = ClassFolders.list(existing(train));
        ClassFolders tested = ClassFolders.list(existing(test));
        requireSame(trained, tested);
        warnOfOthers(trained);
        warnOfOthers(tested);
        return new ImageFolder(
                name,
                folder,
                trained.names(),
                LabelledFile.mixed(trained.images()),
                LabelledFile.mixed(tested.images()),
                options,
                false);
    }

    private static Path existing(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + ": expected a folder with a folder for each class, found "
                    + (Files.exists(folder) ? "a file" : "nothing") + "; a data set of images has both " + TRAIN
                    + " and "
                    + TEST + ", or neither, and then its classes are split");
        }
        return folder;
    }

    private static void requireSame(ClassFolders train, ClassFolders test) {
        if (!train.names().equals(test.names())) {
            List<String> onlyTrain = new ArrayList<>(train.names());
            onlyTrain.removeAll(test.names());
            List<String> onlyTest = new ArrayList<>(test.names());
            onlyTest.removeAll(train.names());
            throw new DataException("expected the same classes in " + train.folder() + " and " + test.folder()
                    + ", found only in " + TRAIN + ": " + some(onlyTrain) + "; only in " + TEST + ": "
                    + some(onlyTest));
        }
    }

    private static void warnOfOthers(ClassFolders classes) {
        if (!classes.others().isEmpty()) {
            LOG.warn(
                    "{}: left out {} files that are not named .png, .jpg or .jpeg: {}",
                    classes.folder(),
                    classes.others().size(),
                    some(classes.others().stream()
                            .map(file -> classes.folder().relativize(file).toString())
                            .toList()));
        }
    }

    private static String some(List<String> all) {
        if (all.isEmpty()) {
            return "none";
        }
        String first = String.join(", ", all.subList(0, Math.min(NAMED, all.size())));
        return all.size() > NAMED ? first + " and " + (all.size() - NAMED) + " more" : first;
    }

    private Shape sample() {
        if (options.height() > 0 && options.channels() > 0) {
            return Shape.of(options.channels(), options.height(), options.width());
        }
        List<ImageReader.Look> looks = looks();
        ImageReader.Look first = looks.get(0);
        boolean keep = Math.max(first.height(), first.width()) <= SMALL
                && looks.stream().allMatch(look -> look.height() == first.height() && look.width() == first.width());
        int height = options.height() > 0 ? options.height() : keep ? first.height() : USUAL;
        int width = options.width() > 0 ? options.width() : keep ? first.width() : USUAL;
        boolean grey = looks.stream().allMatch(ImageReader.Look::grey);
        int channels = options.channels() > 0 ? options.channels() : grey ? 1 : 3;
        return Shape.of(channels, height, width);
    }

    private List<ImageReader.Look> looks() {
        List<ImageReader.Look> looks = new ArrayList<>();
        int count = Math.min(LOOKED_AT, training.size());
        DataException failure = null;
        for (int i = 0; i < count; i++) {
            Path file = training.get((int) ((long) i * training.size() / count)).file();
            try {
                looks.add(ImageReader.look(file));
            } catch (DataException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (looks.isEmpty()) {
            throw new DataException(
                    folder + ": expected images, and none of " + count + " that were looked at can be read; the first: "
                            + failure.getMessage(),
                    failure);
        }
        return looks;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String location() {
        return folder.toString();
    }

    @Override
    public boolean keepsShareForTesting() {
        return shared;
    }

    @Override
    public boolean ofImages() {
        return true;
    }

    @Override
    public Dataset load(Split split) {
        return load(split, Integer.MAX_VALUE);
    }

    @Override
    public Dataset load(Split split, int first) {
        List<LabelledFile> all = split == Split.TRAIN ? training : testing;
        List<LabelledFile> files = all.subList(0, Math.min(first, all.size()));
        requireMemory(files.size());
        ImageDecoder decoder = new ImageDecoder(files, sample, options);
        byte[] pixels = decoder.decode(folder.toString(), split);
        boolean[] leftOut = decoder.leftOut();
        int[] labels = LabelledFile.labels(files, leftOut);
        requireAllClasses(files, labels);
        List<String> reasons = decoder.reasons();
        if (!reasons.isEmpty()) {
            LOG.warn(
                    "left out {} of {} images that cannot be read: {}; --strict stops instead",
                    reasons.size(),
                    files.size(),
                    some(reasons));
        }
        return Dataset.ofBytes(name, sample, pixels, labels, classNames);
    }

    /** A class whose images were all left out would be learnt as one that never is. */
    private void requireAllClasses(List<LabelledFile> files, int[] labels) {
        boolean[] there = new boolean[classNames.size()];
        for (int label : labels) {
            there[label] = true;
        }
        for (LabelledFile file : files) {
            if (!there[file.label()]) {
                throw new DataException(file.file().getParent() + ": expected images of the class '"
                        + classNames.get(file.label()) + "', and none of those that were tried can be read");
            }
        }
    }

    private void requireMemory(int images) {
        long needed = (long) images * sample.size();
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        if (needed > Math.min(free, Dataset.MAX_VALUES)) {
            throw new DataException(folder + ": " + images + " images of " + sample + " take " + mebi(needed)
                    + " MiB, and "
                    + (needed > free
                            ? "Java has " + mebi(free) + " MiB left of " + mebi(runtime.maxMemory())
                            : "a data set can have " + mebi(Dataset.MAX_VALUES))
                    + "; use a smaller --image-size, --grey or fewer images with --limit and --test-limit"
                    + (needed > free ? ", or more memory with java -Xmx" + heap(needed) + "g -jar ..." : ""));
        }
    }

    private static long mebi(long bytes) {
        return bytes >> 20;
    }

    /** In GiB, with room for the rest of the program. */
    private static long heap(long needed) {
        return (needed + needed / 2 >> 30) + 2;
    }
}
