package io.gabor.backend.cpu;

/**
 * Along one axis: consecutive taps of a kernel, and the consecutive positions of the result that they meet. Tap k reads the
 * source under position i at {@code base + k·tapStep + i − begin}.
 */
record TapSpan(int first, int count, int begin, int end, int base) {
    /** Returns whether a tap that meets these positions belongs to this span. */
    boolean continues(int tap, int tapBegin, int tapEnd, int tapBase) {
        return tap == first + count && tapBegin == begin && tapEnd == end && tapBase == base;
    }

    /** Returns whether these are all taps, and meet all positions. */
    boolean covers(int taps, int positions) {
        return count == taps && begin == 0 && end == positions;
    }
}
