package io.gabor.backend.cpu;

import io.gabor.tensor.WindowAxis;
import java.util.ArrayList;
import java.util.List;

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

    /**
     * Returns for the taps the positions that they meet, in the order of the taps: one span for each of them, or for
     * several in a row that meet the same ones; or null where they do not meet neighbours with neighbours.
     */
    TapSpan[] spans() {
        List<TapSpan> spans = new ArrayList<>();
        for (int tap = 0; tap < kernel; tap++) {
            int begin = -1;
            int end = -1;
            int baseOfBegin = 0;
            for (int i = 0; i < positions; i++) {
                for (int run = start[i]; run < start[i + 1]; run++) {
                    if (tap < first[run] || tap >= first[run] + count[run]) {
                        continue;
                    }
                    if (begin < 0) {
                        begin = i;
                        baseOfBegin = base[run];
                    } else if (end != i || base[run] != baseOfBegin + i - begin) {
                        return null;
                    }
                    end = i + 1;
                }
            }
            if (begin < 0) {
                continue;
            }
            TapSpan last = spans.isEmpty() ? null : spans.get(spans.size() - 1);
            if (last != null && last.continues(tap, begin, end, baseOfBegin)) {
                spans.set(spans.size() - 1, new TapSpan(last.first(), last.count() + 1, begin, end, baseOfBegin));
            } else {
                spans.add(new TapSpan(tap, 1, begin, end, baseOfBegin));
            }
        }
        return spans.toArray(new TapSpan[0]);
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
