package io.gabor.io;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.Predicate;

/**
 * Writes a binary floating-point number as the shortest decimal that reads back as the same number, and among those as
 * the nearest. {@code Double.toString} promises this only since JDK 19; the same number must be the same text on every
 * JDK, or equal models would be different files.
 */
final class ShortestDecimal {
    /** The order matters: the nearest decimal first; next to a power of two only a farther one may read back. */
    private static final RoundingMode[] CANDIDATES = {RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.UP};

    private static final int MAX_DIGITS = 17;

    private ShortestDecimal() {}

    /** Returns a finite double as a JSON number with a point or an exponent. */
    static String of(double value) {
        if (value == 0) {
            return zero(Double.doubleToRawLongBits(value) < 0);
        }
        return format(shortest(value, d -> Double.parseDouble(d.toString()) == value));
    }

    /** Returns a finite float as a JSON number with a point or an exponent: {@code 0.1f} is {@code 0.1}. */
    static String of(float value) {
        if (value == 0) {
            return zero(Float.floatToRawIntBits(value) < 0);
        }
        return format(shortest(value, d -> Float.parseFloat(d.toString()) == value));
    }

    private static String zero(boolean negative) {
        return negative ? "-0.0" : "0.0";
    }

    private static BigDecimal shortest(double value, Predicate<BigDecimal> readsBack) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < MAX_DIGITS; digits++) {
            for (RoundingMode mode : CANDIDATES) {
                BigDecimal decimal = exact.round(new MathContext(digits, mode));
                if (readsBack.test(decimal)) {
                    return decimal;
                }
            }
        }
        // 17 significant digits tell any two doubles apart.
        return exact.round(new MathContext(MAX_DIGITS, RoundingMode.HALF_EVEN));
    }

    /** Plain from 1e-6 to below 1e15, in scientific notation elsewhere. */
    private static String format(BigDecimal decimal) {
        BigDecimal stripped = decimal.stripTrailingZeros();
        int exponent = stripped.precision() - stripped.scale() - 1;
        if (exponent >= -6 && exponent < 15) {
            return stripped.setScale(Math.max(stripped.scale(), 1)).toPlainString();
        }
        BigDecimal significand = new BigDecimal(stripped.unscaledValue(), stripped.precision() - 1);
        return significand.toPlainString() + "e" + exponent;
    }
}
