package io.gabor.backend.cpu;

import io.gabor.tensor.WindowAxis;

/**
 * Along one axis: which taps of the kernel meet each position of the result, and where in the source they read. They come
 * as runs of consecutive taps: tap k of a run reads the source at {@code base + k·tapStep}, never outside it.
 */
final class AxisTaps {
    final int kernel;
    final int positions;
    final int tapStep;
    /** The runs of position i are those from {@code start[i]} to {@code start[i + 1]}. */
    final int[] start;

    final int[] first;
    final int[] count;
    final int[] base;

    private AxisTaps(int kernel, int positions, int tapStep) {
        this.kernel = kernel;
        this.positions = positions;
        this.tapStep = tapStep;
        start = new int[positions + 1];
        int most = Math.multiplyExact(positions, kernel);
        first = new int[most];
        count = new int[most];
        base = new int[most];
    }

    /** From the output's positions to the input. */
    static AxisTaps forward(WindowAxis axis) {
        AxisTaps taps = new AxisTaps(axis.kernel(), axis.out(), axis.dilation());
        for (int o = 0; o < taps.positions; o++) {
            taps.start[o + 1] = taps.start[o];
            int zero = o * axis.stride() - axis.padBefore();
            for (int k = 0; k < axis.kernel(); k++) {
                int at = zero + k * axis.dilation();
                if (at >= 0 && at < axis.in()) {
                    taps.add(o, k, zero);
                }
            }
        }
        return taps;
    }

    /** From the input's positions to the output: tap k of an output reads this input. */
    static AxisTaps backward(WindowAxis axis) {
        AxisTaps taps = new AxisTaps(axis.kernel(), axis.in(), -1);
        for (int h = 0; h < taps.positions; h++) {
            taps.start[h + 1] = taps.start[h];
            for (int k = 0; k < axis.kernel(); k++) {
                int strided = h + axis.padBefore() - k * axis.dilation();
                int o = Math.floorDiv(strided, axis.stride());
                if (strided % axis.stride() == 0 && o >= 0 && o < axis.out()) {
                    taps.add(h, k, o + k);
                }
            }
        }
        return taps;
    }

    private void add(int position, int tap, int tapBase) {
        int last = start[position + 1] - 1;
        if (last >= start[position] && first[last] + count[last] == tap && base[last] == tapBase) {
            count[last]++;
        } else {
            int run = start[position + 1]++;
            first[run] = tap;
            count[run] = 1;
            base[run] = tapBase;
        }
    }
}
