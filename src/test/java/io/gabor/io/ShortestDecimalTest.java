package io.gabor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortestDecimalTest {
    @ParameterizedTest
    @CsvSource({
        "0x1p-1074, 5e-324",
        "0x1.fffffffffffffp1023, 1.7976931348623157e308",
        "0x1p-1022, 2.2250738585072014e-308",
        "2e23, 2e23", // Double.toString before JDK 19 needs 17 digits
        "1e23, 1e23",
        "2.0e-3, 0.002",
        "1e-6, 0.000001",
        "1e-7, 1e-7",
        "1.25e-7, 1.25e-7",
        "100, 100.0",
        "999999999999999, 999999999999999.0",
        "1e15, 1e15",
        "123456789012345680, 1.2345678901234568e17",
        // At a power of two the interval is lopsided: the nearest 16 digits, ...044, do not read back.
        "0x1p-1017, 7.120236347223045e-307",
        "0.3, 0.3",
        "0.30000000000000004, 0.30000000000000004",
        "-1.5, -1.5",
        "9007199254740993, 9.007199254740992e15",
        "-0.0, -0.0"
    })
    void doubles(double value, String decimal) {
        assertEquals(decimal, ShortestDecimal.of(value));
    }

    @ParameterizedTest
    @CsvSource({
        "0x1p-149, 1e-45",
        "0x1.fffffep127, 3.4028235e38",
        "0.1, 0.1",
        "16777216, 16777216.0",
        "3.3e-5, 0.000033",
        "0x1p-24, 5.9604645e-8",
        "0x1p90, 1.2379401e27",
        "-2.5, -2.5"
    })
    void floats(float value, String decimal) {
        assertEquals(decimal, ShortestDecimal.of(value));
    }

    @Test
    void everyDoubleReadsBackAndIsNoLongerThanTheJdksOwn() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 4_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            value = i % 4 == 0 ? Math.scalb(1.0, random.nextInt(-1074, 1024)) : value;
            if (Double.isFinite(value)) {
                String decimal = ShortestDecimal.of(value);
                assertEquals(value, Json.read(decimal), decimal);
                assertTrue(digits(decimal) <= digits(Double.toString(value)), () -> decimal);
            }
        }
    }

    @Test
    void everyFloatReadsBackAndIsNoLongerThanTheJdksOwn() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 4_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            value = i % 4 == 0 ? Math.scalb(1.0f, random.nextInt(-149, 128)) : value;
            if (Float.isFinite(value)) {
                String decimal = ShortestDecimal.of(value);
                assertEquals(value, Float.parseFloat(decimal), decimal);
                assertTrue(digits(decimal) <= digits(Float.toString(value)), () -> decimal);
            }
        }
    }

    private static int digits(String decimal) {
        return new BigDecimal(decimal).stripTrailingZeros().precision();
    }
}
