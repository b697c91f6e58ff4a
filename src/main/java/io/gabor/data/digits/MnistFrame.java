package io.gabor.data.digits;

/**
 * The frame of an MNIST image, as its makers describe it (LeCun, Cortes and Burges): the glyph fits a box of 20×20 pixels
 * with its aspect kept, and the box lies in 28×28 pixels so that the centre of mass of the ink is at pixel (14, 14), counted
 * from 0: half a pixel below and to the right of the middle.
 */
public final class MnistFrame {
    /** The height and width of an image. */
    public static final int SIDE = 28;

    /** The height and width of the box that the glyph fits. */
    public static final int BOX = 20;

    private MnistFrame() {}

    /**
     * Places a box by its centre of mass, to the nearest pixel; never over the border.
     *
     * @param box {@code BOX×BOX}, 0 to 1
     * @param out where {@code SIDE×SIDE} bytes, 0 to 255, go
     * @param offset the index of the first of them
     */
    public static void place(float[] box, byte[] out, int offset) {
        double mass = 0;
        double momentX = 0;
        double momentY = 0;
        for (int row = 0; row < BOX; row++) {
            for (int column = 0; column < BOX; column++) {
                double ink = box[row * BOX + column];
                mass += ink;
                momentX += ink * column;
                momentY += ink * row;
            }
        }
        int top = (SIDE - BOX) / 2;
        int left = top;
        if (mass > 0) {
            top = shift(momentY / mass);
            left = shift(momentX / mass);
        }
        for (int row = 0; row < BOX; row++) {
            for (int column = 0; column < BOX; column++) {
                int value = (int) (255 * box[row * BOX + column] + 0.5f);
                out[offset + (top + row) * SIDE + left + column] = (byte) value;
            }
        }
    }

    private static int shift(double centre) {
        long best = (long) Math.floor(SIDE / 2 - centre + 0.5);
        return (int) Math.min(Math.max(best, 0), SIDE - BOX);
    }
}
