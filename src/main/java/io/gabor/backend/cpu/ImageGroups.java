package io.gabor.backend.cpu;

/** How many images to treat as one row of pixels, where those of one image fill the panels badly. */
final class ImageGroups {
    /** More images than this in a block would leave too few blocks for the threads. */
    private static final int MOST = 8;

    private ImageGroups() {}

    /** Returns the smallest number of images that wastes at most an eighth of the columns, or wastes least. */
    static int size(int pixels, int maxBatch, int panelWidth) {
        int best = 1;
        double bestUse = 0;
        for (int images = 1; images <= Math.min(MOST, maxBatch); images++) {
            long total = (long) images * pixels;
            double use = (double) total / ((total - 1) / panelWidth + 1) / panelWidth;
            if (use > bestUse) {
                best = images;
                bestUse = use;
            }
            if (bestUse >= 0.875) {
                break;
            }
        }
        return best;
    }
}
