package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DtypeTest {
    /** The definition in IEEE 754, by arithmetic in place of bits. */
    private static double half(int bits) {
        int exponent = bits >> 10 & 0x1f;
        double fraction = (bits & 0x3ff) / 1024.0;
        double sign = bits >> 15 == 0 ? 1 : -1;
        if (exponent == 31) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0 ? sign * fraction * Math.pow(2, -14) : sign * (1 + fraction) * Math.pow(2, exponent - 15);
    }

    @Test
    void everyHalfIsItsValue() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            assertEquals((float) half(bits), Dtype.halfToFloat((short) bits), Integer.toHexString(bits));
        }
    }

    @ParameterizedTest
    @CsvSource({"3c00, 1", "c000, -2", "7bff, 65504", "0001, 5.9604645e-8", "0400, 6.1035156e-5", "7c00, Infinity"})
    void knownHalves(String bits, float value) {
        assertEquals(value, Dtype.halfToFloat((short) Integer.parseInt(bits, 16)));
    }

    @Test
    void otherTypes() {
        String hex = "803f" // bfloat16 1
                + "80ff" // bfloat16 -infinity
                + "0000c03f" // float 1.5
                + "000000000000f8bf" // double -1.5
                + "9a9999999999b93f"; // double 0.1
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(1f, Dtype.BF16.next(bytes));
        assertEquals(Float.NEGATIVE_INFINITY, Dtype.BF16.next(bytes));
        assertEquals(1.5f, Dtype.F32.next(bytes));
        assertEquals(-1.5f, Dtype.F64.next(bytes));
        assertEquals(0.1f, Dtype.F64.next(bytes));
        assertTrue(!bytes.hasRemaining());
    }
}
