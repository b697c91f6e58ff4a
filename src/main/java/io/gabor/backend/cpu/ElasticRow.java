package io.gabor.backend.cpu;

import io.gabor.tensor.ImageEdit;

/** The displacements of one row of pixels by the field of an {@link ImageEdit}; each worker has its own. */
final class ElasticRow {
    private static final int CONTROLS = ImageEdit.CONTROLS;

    /** The controls' columns with their rows added: those in x, then those in y. */
    private final long[] columns = new long[2 * CONTROLS];

    /** For each pixel of a row its first control and its place behind that; of rows of one width. */
    private int[] firsts = new int[0];

    private int[] places = new int[0];

    /** Goes to row y of an image whose field begins at {@code field}. */
    void set(int[] edits, int field, int y, int height, int width) {
        if (firsts.length != width) {
            layOut(width);
        }
        int down = ImageEdit.step(y, height);
        for (int j = 0; j < columns.length; j++) {
            int at = field + (j / CONTROLS * CONTROLS + down / 256) * CONTROLS + j % CONTROLS;
            columns[j] = ImageEdit.spline(down % 256, edits[at], edits[at + CONTROLS], edits[at + 2 * CONTROLS]);
        }
    }

    private void layOut(int width) {
        firsts = new int[width];
        places = new int[width];
        for (int x = 0; x < width; x++) {
            int step = ImageEdit.step(x, width);
            firsts[x] = step / 256;
            places[x] = step % 256;
        }
    }

    long across(int x) {
        return at(firsts[x], places[x]);
    }

    long down(int x) {
        return at(CONTROLS + firsts[x], places[x]);
    }

    private long at(int k, int place) {
        return ImageEdit.spline(place, columns[k], columns[k + 1], columns[k + 2]);
    }
}
