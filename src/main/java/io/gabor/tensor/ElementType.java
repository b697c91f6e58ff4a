package io.gabor.tensor;

/** What a tensor's elements are. All arithmetic is in {@link #F32}; the others carry labels, counters and pixels. */
public enum ElementType {
    /** A 32-bit IEEE 754 floating-point number. */
    F32(4),
    /** A 32-bit signed integer: labels, the order of samples, step counters. */
    I32(4),
    /** An unsigned byte, 0 to 255: the pixels of a stored data set. */
    U8(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the size of one element in bytes, as the seam counts it. */
    public int bytes() {
        return bytes;
    }
}
