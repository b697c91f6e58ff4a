package io.gabor.data;

import io.gabor.data.digits.Digits;
import io.gabor.data.digits.MnistFrame;
import io.gabor.tensor.Shape;
import java.util.List;

/**
 * The built-in set: digits that the program draws, as many as MNIST has.
 *
 * @param seed whose digits
 */
record DigitsSource(long seed) implements DatasetSource {
    static final String NAME = "digits";
    private static final List<String> CLASS_NAMES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String location() {
        return "drawn by the program (seed " + seed + ")";
    }

    @Override
    public Dataset load(Split split) {
        return draw(split, size(split));
    }

    @Override
    public Dataset load(Split split, int first) {
        return draw(split, Math.min(first, size(split)));
    }

    private static int size(Split split) {
        return split == Split.TRAIN ? 60_000 : 10_000;
    }

    /** Draws the first {@code count} digits of a split; there is no end to them. */
    Dataset draw(Split split, int count) {
        byte[] pixels = new byte[count * MnistFrame.SIDE * MnistFrame.SIDE];
        int[] labels = new int[count];
        Digits.draw(seed, split == Split.TRAIN ? 0 : 1, pixels, labels);
        return Dataset.ofBytes(NAME, Shape.of(1, MnistFrame.SIDE, MnistFrame.SIDE), pixels, labels, CLASS_NAMES);
    }
}
