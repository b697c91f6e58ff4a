package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;
import io.gabor.backend.cpu.simd.Runs;
import io.gabor.tensor.ConvGeometry;
import io.gabor.tensor.WindowAxis;
import java.util.Arrays;

/**
 * Where the values of a convolution's patches are: the implicit im2col. A block is a few whole images, or a band of output
 * rows of one image. Its input is copied once, with its padding, to a scratch array; there the value of tap k under output
 * pixel t is at {@code tapOffset[k] + pixelOffset[t]}, without any bounds to look after. Panels are packed from it as runs
 * of consecutive values, along the pixels for the forward pass and along the taps for the gradient of the weights.
 *
 * <p>With C' channels a group, K = C'·KH·KW taps; T pixels in a block; R output rows.
 */
final class Patches {
    /** Images in a full block. */
    final int images;
    /** Output rows of one image in a full block: R. */
    final int rows;
    /** Output pixels of one image in a full block: R·OW. */
    final int imagePixels;
    /** Output pixels of a full block: T. */
    final int pixels;
    /** Taps of one filter: K. */
    final int taps;
    /** From tap to offset, within one group. */
    final int[] tapOffset;
    /** From pixel to offset. */
    final int[] pixelOffset;
    /** For each panel of pixels, the runs that pack it: rows are taps. */
    final Runs[] pixelRuns;
    /** For each panel of taps, the runs that pack it: rows are pixels. */
    final Runs[] tapRuns;
    /** The distance between the inputs of two groups. */
    final int groupStride;
    /** How many floats the padded input of a block takes. */
    final int size;

    private final ConvGeometry geometry;
    private final int paddedRows;
    private final int paddedCols;

    Patches(ConvGeometry geometry, int images, int rows, Kernels kernels) {
        WindowAxis vertical = geometry.rows();
        WindowAxis horizontal = geometry.cols();
        int width = kernels.panelWidth();
        this.geometry = geometry;
        this.images = images;
        this.rows = rows;
        imagePixels = rows * horizontal.out();
        pixels = images * imagePixels;
        taps = geometry.fanIn();
        paddedRows = (rows - 1) * vertical.stride() + vertical.span();
        paddedCols = (horizontal.out() - 1) * horizontal.stride() + horizontal.span();
        int plane = Math.multiplyExact(paddedRows, paddedCols);
        int channels = geometry.inChannels() / geometry.groups();
        groupStride = Math.multiplyExact(channels, plane);
        size = Math.addExact(
                Math.multiplyExact(images, Math.multiplyExact(geometry.groups(), groupStride)), kernels.slack());

        tapOffset = new int[taps];
        int k = 0;
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < vertical.kernel(); p++) {
                for (int q = 0; q < horizontal.kernel(); q++) {
                    tapOffset[k++] = c * plane + p * vertical.dilation() * paddedCols + q * horizontal.dilation();
                }
            }
        }
        pixelOffset = new int[pixels];
        int t = 0;
        for (int image = 0; image < images; image++) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < horizontal.out(); j++) {
                    pixelOffset[t++] = image * geometry.groups() * groupStride
                            + i * vertical.stride() * paddedCols
                            + j * horizontal.stride();
                }
            }
        }
        pixelRuns = runs(pixelOffset, width);
        tapRuns = runs(tapOffset, width);
    }

    private static Runs[] runs(int[] offsets, int width) {
        Runs[] result = new Runs[CpuContext.ceilDiv(offsets.length, width)];
        for (int panel = 0; panel < result.length; panel++) {
            int first = panel * width;
            result[panel] = Runs.of(offsets, first, Math.min(width, offsets.length - first));
        }
        return result;
    }

    /** Copies the input of a block with its padding: {@code count} images from {@code image} on, output rows from {@code row} on. */
    void load(float[] x, int image, int count, int row, float[] to, int toOffset) {
        int height = geometry.rows().in();
        int width = geometry.cols().in();
        int channels = geometry.inChannels();
        int top = row * geometry.rows().stride() - geometry.rows().padBefore();
        int left = geometry.cols().padBefore();
        int before = Math.min(left, paddedCols);
        int inside = Math.max(0, Math.min(width, paddedCols - before));
        for (int plane = 0; plane < count * channels; plane++) {
            int source = (image * channels + plane) * height * width;
            int target = toOffset + plane * paddedRows * paddedCols;
            for (int r = 0; r < paddedRows; r++) {
                int h = top + r;
                if (h < 0 || h >= height) {
                    Arrays.fill(to, target, target + paddedCols, 0f);
                } else {
                    Arrays.fill(to, target, target + before, 0f);
                    System.arraycopy(x, source + h * width, to, target + before, inside);
                    Arrays.fill(to, target + before + inside, target + paddedCols, 0f);
                }
                target += paddedCols;
            }
        }
    }

    /**
     * The transpose of {@link #load} for blocks of whole images: writes the channels {@code [firstChannel, endChannel)} of
     * each group, cutting the padding off; 0 where no window reaches.
     */
    void store(float[] from, int fromOffset, int count, int firstChannel, int endChannel, float[] x, int image) {
        int height = geometry.rows().in();
        int width = geometry.cols().in();
        int groups = geometry.groups();
        int channels = geometry.inChannels() / groups;
        int top = geometry.rows().padBefore();
        int before = Math.min(geometry.cols().padBefore(), paddedCols);
        int inside = Math.max(0, Math.min(width, paddedCols - before));
        for (int part = 0; part < count * groups; part++) {
            for (int c = firstChannel; c < endChannel; c++) {
                int plane = part * channels + c;
                int source = fromOffset + plane * paddedRows * paddedCols + before;
                int target = (image * geometry.inChannels() + plane) * height * width;
                for (int h = 0; h < height; h++) {
                    int row = h + top;
                    int copied = row < paddedRows ? inside : 0;
                    System.arraycopy(from, source + (copied == 0 ? 0 : row * paddedCols), x, target, copied);
                    Arrays.fill(x, target + copied, target + width, 0f);
                    target += width;
                }
            }
        }
    }

    /** Sets the channels {@code [firstChannel, endChannel)} of each group of a padded block to 0. */
    void clear(float[] to, int toOffset, int count, int firstChannel, int endChannel) {
        int plane = paddedRows * paddedCols;
        for (int part = 0; part < count * geometry.groups(); part++) {
            int start = toOffset + part * groupStride;
            Arrays.fill(to, start + firstChannel * plane, start + endChannel * plane, 0f);
        }
    }
}
