package io.gabor.data;

import io.gabor.tensor.Philox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Keeps a share of every class for testing. Which images these are depends on the seed, the share, and the class's position and
 * number of images alone.
 */
final class HeldOut {
    /** Keeps these random numbers apart from all others that are drawn from the same seed. */
    private static final long STREAM = 0x48454C444F5554L << 8;

    private HeldOut() {}

    /**
     * Returns the images of one split, class by class, in their order.
     *
     * @throws DataException if a class has one image only
     */
    static List<List<Path>> of(ClassFolders all, double testShare, long seed, Split split) {
        List<List<Path>> result = new ArrayList<>();
        for (int c = 0; c < all.names().size(); c++) {
            List<Path> images = all.images().get(c);
            if (images.size() < 2) {
                throw new DataException(all.folder().resolve(all.names().get(c))
                        + ": expected two or more images, one to train and one to test with, found one");
            }
            boolean[] test = chosen(images.size(), testShare, seed, c);
            result.add(IntStream.range(0, images.size())
                    .filter(i -> test[i] == (split == Split.TEST))
                    .mapToObj(images::get)
                    .toList());
        }
        return result;
    }

    private static boolean[] chosen(int images, double share, long seed, int c) {
        int[] order = IntStream.range(0, images).toArray();
        new Philox(seed, STREAM + c).shuffle(order);
        int count = (int) Math.min(Math.max(Math.round(images * share), 1), images - 1);
        boolean[] chosen = new boolean[images];
        Arrays.stream(order, 0, count).forEach(i -> chosen[i] = true);
        return chosen;
    }
}
