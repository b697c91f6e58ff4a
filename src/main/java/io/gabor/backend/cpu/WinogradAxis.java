package io.gabor.backend.cpu;

import io.gabor.backend.cpu.simd.Winograd;
import io.gabor.tensor.WindowAxis;

/**
 * One axis of a convolution of 3 taps, cut into tiles of 4 outputs that need 6 inputs each. The last tile may have fewer,
 * and inputs outside the image count as zero.
 *
 * @param in inputs
 * @param out outputs
 * @param padding zeros before the first input; negative where the first inputs are left out
 */
record WinogradAxis(int in, int out, int padding) {
    static WinogradAxis forward(WindowAxis axis) {
        return new WinogradAxis(axis.in(), axis.out(), axis.padBefore());
    }

    /** From the output's gradient to the input's: a convolution with the kernel turned around. */
    static WinogradAxis backward(WindowAxis axis) {
        return new WinogradAxis(axis.out(), axis.in(), Winograd.TAPS - 1 - axis.padBefore());
    }

    int tiles() {
        return CpuContext.ceilDiv(out, Winograd.OUTPUTS);
    }

    /** Returns where a tile's first input is; outside of the image where there is padding. */
    int first(int tile) {
        return tile * Winograd.OUTPUTS - padding;
    }

    /** Returns the first of a tile's inputs that is in the image. */
    int begin(int tile) {
        return Math.min(Winograd.POINTS, Math.max(0, -first(tile)));
    }

    /** Returns the end of a tile's inputs that are in the image, at least {@link #begin}. */
    int end(int tile) {
        return Math.max(begin(tile), Math.min(Winograd.POINTS, in - first(tile)));
    }

    /** Returns how many outputs a tile has. */
    int count(int tile) {
        return Math.min(Winograd.OUTPUTS, out - tile * Winograd.OUTPUTS);
    }
}
