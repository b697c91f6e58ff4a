package io.gabor.io;

import java.nio.ByteBuffer;

/** The element types of safetensors files that are read, each exact or rounded to the nearest float. */
enum Dtype {
    F32(4) {
        @Override
        float next(ByteBuffer bytes) {
            return bytes.getFloat();
        }
    },
    /** Rounded; beyond the range of float it becomes an infinity. */
    F64(8) {
        @Override
        float next(ByteBuffer bytes) {
            return (float) bytes.getDouble();
        }
    },
    F16(2) {
        @Override
        float next(ByteBuffer bytes) {
            return halfToFloat(bytes.getShort());
        }
    },
    /** The upper half of a float's bits. */
    BF16(2) {
        @Override
        float next(ByteBuffer bytes) {
            return Float.intBitsToFloat(bytes.getShort() << 16);
        }
    };

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    /** Takes one element from a little-endian buffer. */
    abstract float next(ByteBuffer bytes);

    /**
     * Returns the value of an IEEE 754 binary16: 1 sign bit, 5 bits of exponent with bias 15, 10 of fraction. Every one
     * is a float. (Float.float16ToFloat is in the JDK since 20 only.)
     */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int floatExponent = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | floatExponent << 23 | fraction << 13);
    }
}
