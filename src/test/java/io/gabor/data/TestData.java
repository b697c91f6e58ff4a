package io.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The data that tests learn from: MNIST where the environment variable GABOR_DATA names a folder that has it, and otherwise
 * the built-in digits. Says once which it is.
 */
public final class TestData {
    private static final boolean MNIST = found();

    private TestData() {}

    private static boolean found() {
        String folder = System.getenv("GABOR_DATA");
        boolean found = folder != null && Files.isDirectory(Path.of(folder, "mnist"));
        System.out.println(
                found
                        ? "TestData: the tests use MNIST from GABOR_DATA=" + folder
                        : "TestData: the tests use the built-in digits, GABOR_DATA does not name a folder with mnist");
        return found;
    }

    /** Returns whether the data is MNIST, rather than digits. */
    public static boolean isMnist() {
        return MNIST;
    }

    /** Returns the first {@code n} training samples, {@code 1×28×28} bytes of ten classes. */
    public static Dataset train(int n) {
        return samples(Split.TRAIN, n);
    }

    /** Returns the first {@code n} test samples, {@code 1×28×28} bytes of ten classes. */
    public static Dataset test(int n) {
        return samples(Split.TEST, n);
    }

    private static Dataset samples(Split split, int n) {
        return MNIST
                ? Datasets.load("mnist", split, DataOptions.DEFAULT.withDownload(false))
                        .first(n)
                : Datasets.digits(split, n, DataOptions.DEFAULT.digitsSeed());
    }
}
