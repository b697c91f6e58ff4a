package io.gabor.backend.cpu;

import io.gabor.tensor.WindowAxis;

/** The output positions along one axis under which a tap reads inside the input, not padding: always a range. */
final class OutputRange {
    private OutputRange() {}

    /** Returns the first one. */
    static int begin(WindowAxis axis, int tap) {
        int missing = axis.padBefore() - tap * axis.dilation();
        return missing <= 0 ? 0 : Math.min(CpuContext.ceilDiv(missing, axis.stride()), axis.out());
    }

    /** Returns the position behind the last one; at or before {@link #begin} if there is none. */
    static int end(WindowAxis axis, int tap) {
        int last = axis.in() - 1 + axis.padBefore() - tap * axis.dilation();
        return last < 0 ? 0 : Math.min(last / axis.stride() + 1, axis.out());
    }
}
