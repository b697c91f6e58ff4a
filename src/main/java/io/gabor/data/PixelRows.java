package io.gabor.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * The rows of a decoded image as grey values or as red, green and blue, 0 to 255; what is transparent lies on white paper.
 *
 * <p>A grey image's samples are taken as they are stored: {@link BufferedImage#getRGB} would take them for linear light and
 * brighten them.
 */
final class PixelRows {
    private final BufferedImage image;
    private final int channels;
    private final Raster grey;
    private final float greyScale;
    private final int[] argb;
    private final int[] samples;

    /**
     * Wraps an image.
     *
     * @param channels 1 for grey (the luma of ITU-R BT.601 of a colour image), 3 for RGB
     */
    PixelRows(BufferedImage image, int channels) {
        this.image = image;
        this.channels = channels;
        boolean plainGrey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && !(image.getColorModel() instanceof IndexColorModel)
                && !image.getColorModel().hasAlpha();
        grey = plainGrey ? image.getRaster() : null;
        greyScale = plainGrey ? 255f / ((1 << image.getColorModel().getComponentSize(0)) - 1) : 0;
        argb = plainGrey ? null : new int[image.getWidth()];
        samples = plainGrey ? new int[image.getWidth()] : null;
    }

    int width() {
        return image.getWidth();
    }

    int height() {
        return image.getHeight();
    }

    int channels() {
        return channels;
    }

    /** Writes row {@code y} to {@code out[channel][x]}. */
    void read(int y, float[][] out) {
        int width = width();
        if (grey != null) {
            grey.getSamples(0, y, width, 1, 0, samples);
            for (float[] channel : out) {
                for (int x = 0; x < width; x++) {
                    channel[x] = samples[x] * greyScale;
                }
            }
            return;
        }
        image.getRGB(0, y, width, 1, argb, 0, width);
        for (int x = 0; x < width; x++) {
            float alpha = (argb[x] >>> 24) / 255f;
            float white = 255 * (1 - alpha);
            float red = (argb[x] >> 16 & 0xFF) * alpha + white;
            float green = (argb[x] >> 8 & 0xFF) * alpha + white;
            float blue = (argb[x] & 0xFF) * alpha + white;
            if (channels == 1) {
                out[0][x] = 0.299f * red + 0.587f * green + 0.114f * blue;
            } else {
                out[0][x] = red;
                out[1][x] = green;
                out[2][x] = blue;
            }
        }
    }

    /** Returns the mean of the outermost pixels, for each channel: the background, where there is one. */
    float[] border() {
        double[] sum = new double[channels];
        long count = 0;
        float[][] row = new float[channels][width()];
        for (int y = 0; y < height(); y++) {
            read(y, row);
            boolean whole = y == 0 || y == height() - 1;
            int step = whole || width() == 1 ? 1 : width() - 1;
            for (int x = 0; x < width(); x += step) {
                for (int c = 0; c < channels; c++) {
                    sum[c] += row[c][x];
                }
                count++;
            }
        }
        float[] mean = new float[channels];
        for (int c = 0; c < channels; c++) {
            mean[c] = (float) (sum[c] / count);
        }
        return mean;
    }

    /**
     * Resizes a part of the image by area averaging: each output pixel is the mean of the input that it covers, partly
     * covered pixels by their share.
     *
     * @return {@code channels×outHeight×outWidth}
     */
    float[] resize(int left, int top, int partWidth, int partHeight, int outHeight, int outWidth) {
        float[] out = new float[channels * outHeight * outWidth];
        float[][] row = new float[channels][width()];
        float[] narrow = new float[channels * outWidth];
        double stepX = (double) partWidth / outWidth;
        double stepY = (double) partHeight / outHeight;
        for (int y = 0; y < partHeight; y++) {
            read(top + y, row);
            for (int c = 0; c < channels; c++) {
                for (int ox = 0; ox < outWidth; ox++) {
                    narrow[c * outWidth + ox] = mean(row[c], left, partWidth, ox * stepX, (ox + 1) * stepX);
                }
            }
            int first = (int) (y / stepY);
            int last = Math.min(outHeight - 1, (int) Math.ceil((y + 1) / stepY) - 1);
            for (int oy = Math.min(first, outHeight - 1); oy <= last; oy++) {
                double share = Math.min(y + 1, (oy + 1) * stepY) - Math.max(y, oy * stepY);
                if (share > 0) {
                    for (int c = 0; c < channels; c++) {
                        for (int ox = 0; ox < outWidth; ox++) {
                            out[(c * outHeight + oy) * outWidth + ox] +=
                                    (float) (narrow[c * outWidth + ox] * share / stepY);
                        }
                    }
                }
            }
        }
        return out;
    }

    private static float mean(float[] row, int left, int width, double from, double to) {
        double sum = 0;
        int last = Math.min(width - 1, (int) Math.ceil(to) - 1);
        for (int x = (int) from; x <= last; x++) {
            sum += row[left + x] * (Math.min(x + 1, to) - Math.max(x, from));
        }
        return (float) (sum / (to - from));
    }
}
