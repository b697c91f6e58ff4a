package io.gabor.backend.cuda;

/**
 * The part of a matrix product that a block of 128 threads computes, {@code native-kernels/tile.cuh}; kernels end their
 * names with it. Which shape computes an element makes no difference to its bits.
 *
 * @param rows of the product: four warps of 1 to 16
 * @param cols of the product: 32 lanes times 1, 2 or 4
 */
record TileShape(int rows, int cols) {
    static final int THREADS = 128;

    /**
     * The multiprocessors to fill. A constant, since it decides only about speed: those of an H200; with fewer, wide and
     * narrow tiles come out closer to one another.
     */
    private static final int MULTIPROCESSORS = 132;

    static TileShape[] list(int... rowsAndCols) {
        TileShape[] shapes = new TileShape[rowsAndCols.length / 2];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = new TileShape(rowsAndCols[2 * i], rowsAndCols[2 * i + 1]);
        }
        return shapes;
    }

    /** Returns the number of tiles of a rows×cols product. */
    long tiles(long rows, long cols) {
        return ((rows - 1) / this.rows + 1) * ((cols - 1) / this.cols + 1);
    }

    /** Returns about how long a warp takes for a step of k, in quarters of an instruction: arithmetic and loads. */
    int steps() {
        int perThreadRows = rows / 4;
        int perThreadCols = cols / 32;
        return 4 * perThreadRows * perThreadCols + perThreadRows + 11 * perThreadCols + 16;
    }

    /** Returns the index of the shape that computes this many products of rows×cols soonest. */
    static int fastest(TileShape[] shapes, long rows, long cols, long products) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < shapes.length; i++) {
            // one block keeps half of a multiprocessor busy: its warps wait for memory and for one another
            long blocks = Math.max(shapes[i].tiles(rows, cols) * products, 2 * MULTIPROCESSORS);
            long time = blocks * shapes[i].steps();
            if (time < least) {
                least = time;
                best = i;
            }
        }
        return best;
    }

    /** Returns the number of parts to cut a long sum into, so that there is about enough to do for the whole device. */
    static int partsToFill(long tiles) {
        return (int) Math.max(1, 2 * MULTIPROCESSORS / tiles);
    }

    @Override
    public String toString() {
        return rows + "x" + cols;
    }
}
