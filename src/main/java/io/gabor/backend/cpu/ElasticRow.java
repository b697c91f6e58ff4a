package io.gabor.backend.cpu;

import io.gabor.tensor.ImageEdit;

/** The displacements of one row of pixels by the field of an {@link ImageEdit}; each worker has its own. */
final class ElasticRow {
    private static final int CONTROLS = ImageEdit.CONTROLS;

    /** The controls' columns with their rows added: those in x, then those in y. */
    private final long[] columns = new long[2 * CONTROLS];

    private int width;

    /** Goes to row y of an image whose field begins at {@code field}. */
    void set(int[] edits, int field, int y, int height, int newWidth) {
        width = newWidth;
        int down = ImageEdit.step(y, height);
        for (int j = 0; j < columns.length; j++) {
            int at = field + (j / CONTROLS * CONTROLS + down / 256) * CONTROLS + j % CONTROLS;
            columns[j] = ImageEdit.spline(down % 256, edits[at], edits[at + CONTROLS], edits[at + 2 * CONTROLS]);
        }
    }

    long across(int x) {
        return at(0, x);
    }

    long down(int x) {
        return at(CONTROLS, x);
    }

    private long at(int field, int x) {
        int step = ImageEdit.step(x, width);
        int k = field + step / 256;
        return ImageEdit.spline(step % 256, columns[k], columns[k + 1], columns[k + 2]);
    }
}
