package io.gabor.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** An image file and the number of its class. */
record LabelledFile(Path file, int label) {
    /** An image, how many of its class come before it, and how many there are. */
    private record Placed(LabelledFile file, long position, long of) {}

    /**
     * Returns all files in an order that mixes the classes evenly, so that the first ones are a fair sample of all: an image
     * comes where its position among its class says, as a share.
     *
     * @param classes the files of each class
     */
    static List<LabelledFile> mixed(List<List<Path>> classes) {
        List<Placed> placed = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            List<Path> files = classes.get(c);
            for (int i = 0; i < files.size(); i++) {
                placed.add(new Placed(new LabelledFile(files.get(i), c), 2L * i + 1, files.size()));
            }
        }
        // stable: at the same place the classes keep their order
        Comparator<Placed> byShare = (a, b) -> Long.compare(a.position * b.of, b.position * a.of);
        placed.sort(byShare);
        return placed.stream().map(Placed::file).toList();
    }

    /** Returns the labels of the files that were not left out. */
    static int[] labels(List<LabelledFile> files, boolean[] leftOut) {
        int[] labels = new int[files.size()];
        int kept = 0;
        for (int i = 0; i < labels.length; i++) {
            if (!leftOut[i]) {
                labels[kept++] = files.get(i).label;
            }
        }
        return Arrays.copyOf(labels, kept);
    }
}
