package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Kernels;

/**
 * A tensor of images as planes whose pixels are {@code width} values side by side: in the layout CHWN the same pixel of as
 * many images, in the plain layout that of as many neighbouring channels of one image, for which the plane is transposed on
 * its way in and out. So the same loops serve both, and a batch of any size.
 *
 * <p>A set is what shares its images: a block of them, or a single one. It has {@link #columns} planes.
 */
final class LanePlanes {
    private final Kernels kernels;
    private final boolean plain;
    private final int channels;
    private final int pixels;
    private final int width;
    private final int columns;

    LanePlanes(Kernels kernels, boolean plain, int channels, int pixels) {
        this.kernels = kernels;
        this.plain = plain;
        this.channels = channels;
        this.pixels = pixels;
        width = kernels.panelWidth();
        columns = plain ? CpuContext.ceilDiv(channels, width) : channels;
    }

    /** Returns the planes of a set. */
    int columns() {
        return columns;
    }

    /** Returns the sets of a batch. */
    int sets(int n) {
        return plain ? n : n / width;
    }

    /** Returns how many values of a pixel are something. */
    int lanes(int column) {
        return plain ? Math.min(width, channels - column * width) : width;
    }

    /** Returns the floats of a plane. */
    int planeFloats() {
        return Math.multiplyExact(pixels, width);
    }

    /** Returns where in the array a plane begins: in the plain layout with its first channel. */
    int first(int set, int column) {
        return (plain ? set * channels + column * width : set * columns + column) * pixels * (plain ? 1 : width);
    }

    /** Brings a plane out of the plain layout. */
    void open(int set, int column, float[] array, float[] plane, int at) {
        kernels.transpose(lanes(column), pixels, array, first(set, column), pixels, plane, at, width);
    }

    /** Brings a plane back to the plain layout. */
    void close(int set, int column, float[] plane, int at, float[] array) {
        kernels.transpose(pixels, lanes(column), plane, at, width, array, first(set, column), pixels);
    }
}
