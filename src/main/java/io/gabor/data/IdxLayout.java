package io.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Four IDX files, each plain or with {@code .gz}: images and labels, to train and to test.
 *
 * @param classNames the names of the classes; null to number them up to the largest label
 */
record IdxLayout(List<String> classNames) implements Catalog.Layout {
    static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
    static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
    static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

    /** The four names, without {@code .gz}. */
    static final List<String> NAMES = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

    @Override
    public String missing(Path folder) {
        return NAMES.stream()
                .filter(name -> find(folder, name) == null)
                .map(name -> name + "[.gz]")
                .findFirst()
                .orElse(null);
    }

    @Override
    public boolean started(Path folder) {
        return NAMES.stream().anyMatch(name -> find(folder, name) != null);
    }

    @Override
    public String files() {
        return "the four IDX files " + String.join(", ", NAMES) + ", each plain or with .gz";
    }

    @Override
    public Dataset read(String name, Path folder, Split split) {
        Path images = find(folder, split == Split.TRAIN ? TRAIN_IMAGES : TEST_IMAGES);
        Path labels = find(folder, split == Split.TRAIN ? TRAIN_LABELS : TEST_LABELS);
        return IdxReader.read(name, images, labels, classNames == null ? numbered(folder) : classNames);
    }

    /** Both splits must have the same classes, whichever is read. */
    private static List<String> numbered(Path folder) {
        int max =
                Math.max(IdxReader.maxLabel(find(folder, TRAIN_LABELS)), IdxReader.maxLabel(find(folder, TEST_LABELS)));
        return IntStream.rangeClosed(0, max).mapToObj(Integer::toString).toList();
    }

    private static Path find(Path folder, String name) {
        for (String candidate : List.of(name, name + ".gz")) {
            Path file = folder.resolve(candidate);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }
}
